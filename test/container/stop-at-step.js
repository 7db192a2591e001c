/**
 * `stop-at-step.js USERNS [NUMBER]`: starts a container in the foreground and stops before the step whose number is given: says who it has by then, and waits to be killed. Without a
 * number it does all of them, and ends.
 * It is the built program: there are as many of these as there are steps.
 */
import { containers } from '../../dist/index.js';

const [userns, ...numbers] = process.argv.slice(2);
const [before] = numbers.map(Number);
const options = {
  image: 'host',
  command: before === undefined ? ['true'] : ['sleep', '1000'],
  rm: true,
  memory: '64m',
  network: 'bridge',
  publish: ['80'],
  tmpfs: ['/scratch'],
  readOnly: true,
  user: '1000:1000',
  userns,
};

let done = 0;
const { ended } = await containers.startForeground(options, {
  stdio: [null, null, null],
  // Once with everything but the program, once with that.
  async walk(box, steps) {
    const total = done === 0 ? steps.length + 1 : done + steps.length;
    for (const step of steps) {
      if (done === before) {
        const pids = [...box.parents, box.process].map((it) => it.pid);
        console.log(JSON.stringify({ id: box.id, name: step.name, steps: total, pids }));
        await new Promise((go) => setTimeout(go, 120_000));
      }
      await box.apply(step);
      done++;
    }
  },
});
await ended();
