#!/usr/bin/env -S npx zx
// The life of a container, from a script: made, started, looked at, paused, stopped, started again, removed.
//   node scripts/lifecycle.mjs [IMAGE]     (or npx zx scripts/lifecycle.mjs; needs root)

import { containers } from 'minidocker';
import { $, chalk } from 'zx';

const image = process.argv.slice(process.argv.findIndex((it) => it.endsWith('lifecycle.mjs')) + 1)[0] ?? 'host';
const name = `lifecycle-${process.pid}`;
const count = 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done';

/** Does something, and says in which state the container is then. */
async function step(title, action) {
  const value = await action();
  const [it] = (await containers.list({ all: true })).filter((one) => one.name === name);
  console.log(`${title.padEnd(10)} ${chalk.green(it?.status ?? 'gone')}${it?.pid ? chalk.dim(`  pid ${it.pid}`) : ''}`);
  return value;
}

const firstLines = async (wanted) => {
  const lines = [];
  for await (const { log } of containers.logs(name, { follow: true })) if (lines.push(log) >= wanted) break;
  return lines;
};

try {
  await step('create', () => containers.create({ image, name, hostname: 'alive', command: ['sh', '-c', count] }));
  await step('start', () => containers.start(name));
  console.log(chalk.dim((await firstLines(2)).map((line) => `           ${line.trimEnd()}`).join('\n')));
  const { State } = await containers.inspect(name);
  console.log(chalk.dim(`           host name inside: ${await $`nsenter -t ${State.Pid} -u uname -n`}`.trimEnd()));
  await step('pause', () => containers.pause(name));
  await step('unpause', () => containers.unpause(name));
  await step('stop', () => containers.stop(name, { timeout: 1 }));
  console.log(chalk.dim(`           it exited with ${await containers.wait(name)}`));
  await step('start', () => containers.start(name));
} finally {
  await step('remove', () => containers.remove(name, { force: true }));
}
