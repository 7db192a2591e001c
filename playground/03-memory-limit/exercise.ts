import { type Box, steps } from 'minidocker';

export default async function greedyProgram(box: Box): Promise<void> {
  await box.apply(steps.cgroup(box.config.linux.cgroupsPath!));
  // Your turn: 32 MiB, and no swap beside them.
  await box.apply(steps.program(['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200M', 'count=1'], box.config.process.env));
}
