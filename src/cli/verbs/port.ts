/** port: which ports of the host lead to a container. */
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Verb } from '../definition.ts';
import { say } from '../say.ts';

export const port: Verb = async ({ args: [name = '', wanted] }) => {
  const ports = await engine.port(name);
  const [number, protocol = 'tcp'] = wanted?.split('/') ?? [];
  const found = ports.filter(
    (it) => number === undefined || (String(it.container) === number && it.protocol === protocol),
  );
  if (wanted !== undefined && found.length === 0)
    throw new UsageError(`${name} publishes no port ${wanted}`, { remedy: `see all: port ${name}` });
  const outside = (it: (typeof ports)[number]): string => `${it.ip.includes(':') ? `[${it.ip}]` : it.ip}:${it.host}`;
  say(found.map((it) => (wanted ? outside(it) : `${it.container}/${it.protocol} -> ${outside(it)}`)).join('\n'));
  return 0;
};
