import { type Box, steps } from 'minidocker';

export default async function powerless(box: Box): Promise<void> {
  // Gap: one capability, and no way to more.
  const only = ['CAP_NET_BIND_SERVICE'];
  await box.apply(steps.capabilities({ bounding: only, permitted: only, effective: only }));
  await box.apply(steps.noNewPrivileges());
  // End of the gap.
  await box.apply(steps.program(['sleep', '1000'], box.config.process.env));
}
