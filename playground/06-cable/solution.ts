import { type Box, network, steps } from 'minidocker';

export default async function cable(here: Box, there: Box): Promise<void> {
  for (const box of [here, there]) await box.apply(steps.namespace('network'));
  // Gap: a cable, an address at each end, and both ends up.
  network.addVeth(here.process, 'cable', { name: 'cable', namespacePid: there.process.pid });
  network.addAddress(here.process, 'cable', network.parseAddress('10.9.8.1'), 24);
  network.addAddress(there.process, 'cable', network.parseAddress('10.9.8.2'), 24);
  for (const box of [here, there]) network.setUp(box.process, 'cable');
  // End of the gap.
  console.log(
    'links here:',
    network
      .links(here.process)
      .map((it) => it.name)
      .join(', '),
  );
}
