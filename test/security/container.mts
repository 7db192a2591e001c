/**
 * Starts a container that outlives its starter, and ends: `node container.mts DIRECTORY link|script on|off`. It is run by a copy of node, which stands for the host's.
 * The container's program is /proc/self/exe, by a link or after #!. With `off` the last execve is made as it would be without the launcher.
 */
import * as fs from 'node:fs';
import { makeBox } from '../../src/index.ts';
import { Memory } from '../../src/kernel/memory.ts';

const [directory, way, defence] = process.argv.slice(2);
const command = ['/entry'];
const env = ['LD_PRELOAD=/overwrite.so'];
const { box, steps } = makeBox({ image: 'host', command, env }, { dieWithParent: false });
const kept = steps.filter((it) => !['cgroup', 'limits', 'cgroup-namespace', 'mount /sys/fs/cgroup'].includes(it.name));
for (const step of kept.slice(0, -1)) await box.apply(step);
const root = `/proc/${box.process.pid}/root`;
for (const name of ['overwrite', 'overwrite.so']) fs.copyFileSync(`${directory}/${name}`, `${root}/${name}`);
if (way === 'link') fs.symlinkSync('/proc/self/exe', `${root}/entry`);
else fs.writeFileSync(`${root}/entry`, '#!/proc/self/exe\n', { mode: 0o755 });
if (defence === 'on') await box.apply(kept.at(-1)!);
else {
  const memory = new Memory();
  const [argv, environment] = [memory.strings(command).address, memory.strings(env).address];
  box.process.call('close_range', 3, 0xffffffff, 4);
  try {
    box.process.call('execve', '/entry', argv, environment);
  } catch (error) {
    // A call that never comes back: the process has become the program.
    if (!box.process.execed) throw error;
  }
  box.endParents();
}
fs.writeSync(1, `${box.process.pid}\n`);
process.exit(0);
