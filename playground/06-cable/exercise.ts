import { type Box, network, steps } from 'minidocker';

export default async function cable(here: Box, there: Box): Promise<void> {
  for (const box of [here, there]) await box.apply(steps.namespace('network'));
  // Your turn: a cable, an address at each end, and both ends up.
  console.log(
    'links here:',
    network
      .links(here.process)
      .map((it) => it.name)
      .join(', '),
  );
}
