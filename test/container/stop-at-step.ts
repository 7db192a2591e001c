/** Starts a container in the foreground and stops before the step whose number is given: says who it has by then, and waits to be killed. */
import { startForeground } from '../../src/container/engine.ts';

const before = Number(process.argv[2]);
await startForeground(
  { image: 'host', command: ['sleep', '1000'], rm: true },
  {
    stdio: [null, null, null],
    async walk(box, steps) {
      for (const [at, step] of steps.entries()) {
        if (at === before) {
          const pids = [...box.parents, box.process].map((it) => it.pid);
          console.log(JSON.stringify({ id: box.id, steps: steps.length, pids }));
          await new Promise((go) => setTimeout(go, 60_000));
        }
        await box.apply(step);
      }
    },
  },
);
