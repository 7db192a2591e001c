/** port: which ports of the host lead to a container. */

import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Verb } from '../definition.ts';
import { outside } from '../ports-text.ts';
import { say } from '../say.ts';

export const port: Verb = async ({ args: [name = '', wanted] }) => {
  const ports = await engine.port(name);
  const [number, protocol = 'tcp'] = wanted?.split('/') ?? [];
  const found = ports.filter(
    (it) => number === undefined || (String(it.containerPort) === number && it.protocol === protocol),
  );
  if (wanted !== undefined && found.length === 0)
    throw new UsageError(`${name} publishes no port ${wanted}`, { remedy: `see all: port ${name}` });
  say(found.map((it) => (wanted ? outside(it) : `${it.containerPort}/${it.protocol} -> ${outside(it)}`)).join('\n'));
  return 0;
};
