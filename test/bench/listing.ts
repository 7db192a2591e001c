/** How long `ps -a` takes where there are many containers, beside Node alone. */
import { join } from 'node:path';
import { containers } from 'minidocker';
import { type Contender, checkout, other } from './contenders.ts';

/** Creates containers, beside which there are none. */
export async function listing(count: number): Promise<Contender[]> {
  for (let i = 0; i < count; i++) await containers.create({ image: 'host', network: 'none', command: ['true'] });
  const bin = join(checkout, 'bin/minidocker.js');
  return [
    other('minidocker ps -a', `of ${count} containers`, process.execPath, () => [bin, 'ps', '-a']),
    other('node -e 0', 'Node alone', process.execPath, () => ['-e', '0']),
  ];
}
