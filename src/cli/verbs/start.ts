/** start: containers that were created or have stopped; with -a or -i one, attached. */
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import { terminalSize } from '../../view/terminal.ts';
import { stayAttached } from '../attached.ts';
import type { Given, Verb } from '../definition.ts';
import { forEach } from '../for-each.ts';

export const start: Verb = async (given) => {
  const { flags, args } = given;
  if (!flags.on('attach') && !flags.on('interactive')) return await forEach(args, (name) => engine.start(name));
  if (args.length > 1)
    throw new UsageError('start: only one container can be attached to at once', { remedy: 'leave -a and -i out' });
  return await startAttached(args[0]!, given);
};

/** Starts it and stays attached. @returns its exit code. */
export async function startAttached(name: string, { flags }: Given): Promise<number> {
  const { Config } = await engine.inspect(name);
  const input = flags.on('interactive') && Config.OpenStdin;
  const size = Config.Tty ? terminalSize() : undefined;
  const attachment = await engine.startAttached(name, { stdin: input, ...(size ? { size } : {}) });
  const send = (signal: number): void => void engine.kill(name, signal).catch(() => {});
  return await stayAttached(attachment, {
    tty: Config.Tty,
    input,
    detachKeys: flags.text('detach-keys'),
    send: flags.text('sig-proxy') === 'false' ? undefined : send,
  });
}
