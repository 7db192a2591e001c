/** Signals that this command gets go on to the container's program – see signal(7). */
import { constants } from 'node:os';

const proxied = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
  'SIGWINCH',
] as const;
/** The first process of a container ignores what it does not handle: whoever asks so often means it. */
const ENOUGH = 3;

/**
 * Hands signals on until the answer is called.
 * @param send hands one on. @param enough called when somebody has asked three times for an end and the program does not listen.
 */
export function proxySignals(send: (signal: number) => void, enough: () => void): () => void {
  let asked = 0;
  const listener = (name: NodeJS.Signals): void => {
    send(constants.signals[name]);
    if ((name === 'SIGINT' || name === 'SIGTERM') && ++asked >= ENOUGH) enough();
  };
  for (const name of proxied) process.on(name, listener);
  return () => {
    for (const name of proxied) process.off(name, listener);
  };
}
