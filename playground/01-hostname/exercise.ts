import { type Box, steps } from 'minidocker';

export default async function hostNameOfItsOwn(box: Box): Promise<void> {
  // Your turn: the process needs a UTS namespace of its own.
  await box.apply(steps.hostname('lab'));
}
