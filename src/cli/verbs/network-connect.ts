/** network connect, disconnect. */
import { connectNetwork, disconnectNetwork } from '../../container/engine.ts';
import type { Verb } from '../definition.ts';

export const connect: Verb = async ({ flags, args }) => {
  const [ip, ip6] = [flags.text('ip'), flags.text('ip6')];
  await connectNetwork(args[1]!, args[0]!, {
    ...(ip === undefined ? {} : { ip }),
    ...(ip6 === undefined ? {} : { ip6 }),
    aliases: flags.all('alias'),
  });
  return 0;
};

export const disconnect: Verb = async ({ args }) => {
  await disconnectNetwork(args[1]!, args[0]!);
  return 0;
};
