/** version: of this program, and of what it stands on. */
import { release } from 'node:os';
import { printable } from '../../view/printable.ts';
import { template } from '../../view/template.ts';
import type { Verb } from '../definition.ts';
import { programVersion } from '../program-version.ts';
import { say } from '../say.ts';

export const version: Verb = async ({ flags }) => {
  const Client = {
    Version: programVersion(),
    Node: process.version,
    KernelVersion: release(),
    Os: process.platform,
    Arch: process.arch === 'x64' ? 'amd64' : process.arch,
  };
  const format = flags.text('format');
  const { Version, Node, KernelVersion, Arch } = Client;
  if (format === undefined)
    say(`minidocker version ${Version} (Node ${Node}, Linux ${printable(KernelVersion)}, ${Arch})`);
  else say(format === 'json' ? JSON.stringify({ Client }) : template(format)({ Client }));
  return 0;
};
