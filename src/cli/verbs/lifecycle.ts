/** stop, kill, restart, pause, unpause, wait, rm, rename: the same thing for each container that is named. */
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Values, Verb } from '../definition.ts';
import { forEach } from '../for-each.ts';

/** Seconds to wait; undefined: as the container says. */
function seconds(flags: Values): number | undefined {
  const text = flags.text('timeout');
  if (text === undefined) return undefined;
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--timeout: ${JSON.stringify(text)} is no number of seconds`, {
    remedy: 'write one as 10; -1 is for ever',
  });
}

const patience = (flags: Values): { timeout?: number; signal?: string } => {
  const [timeout, signal] = [seconds(flags), flags.text('signal')];
  return { ...(timeout === undefined ? {} : { timeout }), ...(signal === undefined ? {} : { signal }) };
};

export const stop: Verb = async ({ flags, args }) => {
  const options = patience(flags);
  return await forEach(args, (name) => engine.stop(name, options));
};

export const restart: Verb = async ({ flags, args }) => {
  const options = patience(flags);
  return await forEach(args, (name) => engine.restart(name, options));
};

export const kill: Verb = async ({ flags, args }) =>
  await forEach(args, (name) => engine.kill(name, flags.text('signal') ?? 'KILL'));

export const pause: Verb = async ({ args }) => await forEach(args, (name) => engine.pause(name));

export const unpause: Verb = async ({ args }) => await forEach(args, (name) => engine.unpause(name));

export const wait: Verb = async ({ args }) =>
  await forEach(
    args,
    (name) => engine.wait(name),
    (code) => String(code ?? 'unknown'),
  );

export const remove: Verb = async ({ flags, args }) =>
  await forEach(args, (name) => engine.remove(name, { force: flags.on('force'), volumes: flags.on('volumes') }));

export const rename: Verb = async ({ args: [name = '', newName = ''] }) => {
  await engine.rename(name, newName);
  return 0;
};
