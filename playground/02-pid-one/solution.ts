import { type Box, steps } from 'minidocker';

export default async function processOne(box: Box): Promise<void> {
  await box.apply(steps.namespace('pid'));
  // Gap: mounts of its own that do not travel to the host, and a process that is inside.
  await box.apply(steps.namespace('mount'));
  await box.apply(steps.private());
  await box.apply(steps.fork());
  // End of the gap.
  await box.apply(steps.proc());
}
