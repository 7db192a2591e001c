/** A host without v2 has no cgroup.kill and no cgroup.freeze: the same is done with v1's freezer. Played on a hybrid host by not looking at its v2 half. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Controller, type Layout, layout } from '../../src/cgroup/layout.ts';
import { until } from '../support.ts';
import { group, startIn } from './support.ts';

function withoutV2(): Layout {
  const hierarchies = layout().hierarchies.filter((it) => it.version === 1);
  const entries = hierarchies.flatMap((it) => it.controllers.map((name) => [name, it] as const));
  return { kind: 'v1', hierarchies, controllers: new Map<Controller, (typeof hierarchies)[number]>(entries) };
}

const host = withoutV2();
const ready = host.controllers.has('freezer');

test('whether there is a freezer of v1', () => {
  if (!ready) console.log('skipped: v1’s freezer is not on this host');
  expect(ready).toBe(readFileSync('/proc/self/mountinfo', 'utf8').includes('freezer'));
});

test.runIf(ready)('freeze, thaw and kill with v1’s freezer', async () => {
  const crowd = group({}, host);
  const file = join(process.env.TMPDIR!, 'v1-counter');
  const shell = await startIn(
    crowd,
    `for i in 1 2 3 4 5 6 7 8; do sleep 300 & done; while :; do echo x >> ${file}; done`,
  );
  await until(() => crowd.processes().length === 9 && existsSync(file), 60, 'the crowd');
  await crowd.freeze();
  expect(crowd.isFrozen()).toBe(true);
  const state = readFileSync(`${crowd.directory('freezer')}/freezer.state`, 'utf8').trim();
  expect(state).toBe('FROZEN');
  const size = statSync(file).size;
  await new Promise((go) => setTimeout(go, 300));
  expect(statSync(file).size).toBe(size);
  crowd.thaw();
  await until(() => statSync(file).size > size, 60, 'the counter to go on');
  await crowd.freeze();
  crowd.kill();
  expect(await shell.ended).toBe('SIGKILL');
  await until(() => crowd.processes().length === 0, 20, 'the crowd to go');
  crowd.remove();
});
