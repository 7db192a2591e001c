/** cgroup v2 knows no processes in inner groups: what that means in a container, and below a group that somebody else uses. */
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';
import { layout } from '../../src/cgroup/layout.ts';
import { until, witness } from '../support.ts';
import { group, startIn } from './support.ts';

const host = layout();
const ready = host.kind === 'v2';

test('whether the rule holds here', () => {
  if (!ready) console.log('skipped: only a host with nothing but cgroup v2 has this rule for its controllers');
  expect(ready).toBe(host.unified !== undefined && host.hierarchies.length === 1);
});

test.runIf(ready)('in a cgroup namespace whose root holds processes, they make room', async () => {
  const outer = `${host.unified!.mount}/mdtouter${process.pid}`;
  const file = join(process.env.TMPDIR!, 'inner.mts');
  writeFileSync(
    file,
    `import { readFileSync } from 'node:fs';
    import { Cgroup } from '${join(import.meta.dirname, '../../src/cgroup/cgroup.ts')}';
    const made = Cgroup.create('mdtinner/x', { pids: { limit: 7 } });
    console.log(made.statistics().pids.limit, readFileSync('/proc/self/cgroup', 'utf8').trim());
    made.remove();`,
  );
  mkdirSync(outer);
  const inside = `umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec ${process.execPath} --import tsx ${file}`;
  try {
    const said = witness('sh', '-c', `echo $$ > ${outer}/cgroup.procs && exec unshare -Cm sh -c '${inside}'`);
    expect(said.trim()).toBe('7 0::/.init');
  } finally {
    rmSync(file);
    await until(
      () => removed(`${outer}/mdtinner`) && removed(`${outer}/.init`) && removed(outer),
      20,
      'the groups to go',
    );
  }
});

function removed(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

test.runIf(ready)('below a group with processes there are no limits, and the error says why', async () => {
  const busy = group();
  await startIn(busy, 'exec sleep 300');
  expect(() => Cgroup.create(`${busy.path}/below`, { pids: { limit: 7 }, memory: { limit: 1 << 25 } })).toThrow(
    /memory\.limit cannot be enforced.*holds processes itself/,
  );
  expect(Cgroup.exists(`${busy.path}/below`)).toBe(false);
});
