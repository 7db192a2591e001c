import { type Box, steps } from 'minidocker';

export default async function powerless(box: Box): Promise<void> {
  // Your turn: one capability, and no way to more.
  await box.apply(steps.program(['sleep', '1000'], box.config.process.env));
}
