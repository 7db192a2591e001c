import { type Box, steps } from 'minidocker';

export default async function rootOfItsOwn(box: Box): Promise<void> {
  await box.apply(steps.rootfs());
  await box.apply(steps.proc());
  // Your turn: the new root becomes /, and the old one goes.
}
