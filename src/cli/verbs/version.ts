/** version: of this program, and of what it stands on. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { printable } from '../../view/printable.ts';
import { template } from '../../view/template.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';

/** As package.json has it. */
export const programVersion = (): string =>
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version;

const version: Verb = async ({ flags }) => {
  const Client = {
    Version: programVersion(),
    Node: process.version,
    KernelVersion: release(),
    Os: process.platform,
    Arch: process.arch === 'x64' ? 'amd64' : process.arch,
  };
  const format = flags.text('format');
  if (format === undefined) {
    say(
      `minidocker version ${Client.Version} (Node ${Client.Node}, Linux ${printable(Client.KernelVersion)}, ${Client.Arch})\n`,
    );
  } else {
    const text = format === 'json' ? JSON.stringify({ Client }) : template(format)({ Client });
    say(text);
  }
  return 0;
};
export default version;
