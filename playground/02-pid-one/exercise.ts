import { type Box, steps } from 'minidocker';

export default async function processOne(box: Box): Promise<void> {
  await box.apply(steps.namespace('pid'));
  // Your turn: mounts of its own that do not travel to the host, and a process that is inside.
  await box.apply(steps.proc());
}
