import { type Box, steps } from 'minidocker';

export default async function greedyProgram(box: Box): Promise<void> {
  await box.apply(steps.cgroup(box.config.linux.cgroupsPath!));
  // Gap: 32 MiB, and no swap beside them.
  await box.apply(steps.limits({ memory: { limit: 32 * 2 ** 20, swap: 32 * 2 ** 20 } }));
  // End of the gap.
  await box.apply(steps.program(['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200M', 'count=1'], box.config.process.env));
}
