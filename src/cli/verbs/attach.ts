/** attach: to a container that runs in the background. */
import * as engine from '../../container/engine.ts';
import { stayAttached } from '../attached.ts';
import type { Verb } from '../definition.ts';

export const attach: Verb = async ({ flags, args: [name = ''] }) => {
  const { Config } = await engine.inspect(name);
  const input = Config.OpenStdin && !flags.on('no-stdin');
  const attachment = await engine.attach(name, { stdin: input });
  const send = (signal: number): void => void engine.kill(name, signal).catch(() => {});
  return await stayAttached(attachment, {
    tty: Config.Tty,
    input,
    detachKeys: flags.text('detach-keys'),
    send: flags.text('sig-proxy') === 'false' ? undefined : send,
  });
};
