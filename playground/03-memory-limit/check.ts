import type { Box } from 'minidocker';
import { ask, type Report } from '../check.ts';

/** The first file of the group by one of these names, in whichever hierarchy keeps memory. */
function fileOf(box: Box, ...names: string[]): string {
  const wanted = names.flatMap((name) => ['-o', '-path', `*/${box.config.linux.cgroupsPath}/${name}`]).slice(1);
  return ask('find', '/sys/fs/cgroup/', ...wanted).found.split('\n')[0] ?? '';
}

const limit = 32 * 2 ** 20;

export const check = {
  options: { image: 'host', command: ['true'] },

  async look(report: Report, box: Box): Promise<void> {
    const { code, signal } = await box.wait();
    const accepted = ask('cat', fileOf(box, 'memory.max', 'memory.limit_in_bytes'));
    report.is('the group may use 32 MiB', String(limit), accepted);
    const kills = ask('grep', 'oom_kill ', fileOf(box, 'memory.events', 'memory.oom_control'));
    report.that('the kernel has killed for it', 'oom_kill 1 or more', kills, (found) => /oom_kill [1-9]/.test(found));
    const ended = signal === null ? `it exited with ${code}` : `signal ${signal}`;
    report.is('so the program was ended by SIGKILL', 'signal 9', { with: 'waitid(2), as its parent', found: ended });
  },
};
