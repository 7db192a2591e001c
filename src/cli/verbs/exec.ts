/** exec: another program in a running container. */
import { type ExecRequest, startExec } from '../../container/exec/exec.ts';
import { exitCodeOf } from '../../container/run.ts';
import { unrefWatch } from '../../kernel/exits.ts';
import { terminalSize } from '../../view/terminal.ts';
import type { Given, Verb } from '../definition.ts';
import { settledContainer } from '../settled-container.ts';
import { proxySignals } from '../signals.ts';

/** Flags with one value, by the names that the request has for them. */
function requestOf({ flags, args: [, ...command] }: Given): ExecRequest {
  const [user, workdir] = [flags.text('user'), flags.text('workdir')];
  const size = flags.on('tty') ? terminalSize() : undefined;
  return {
    command,
    env: flags.all('env'),
    envFile: flags.all('env-file'),
    privileged: flags.on('privileged'),
    tty: flags.on('tty'),
    interactive: flags.on('interactive'),
    detach: flags.on('detach'),
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { workdir }),
    ...(size === undefined ? {} : { size }),
  };
}

export const exec: Verb = async (given) => {
  const { flags, args } = given;
  const container = await settledContainer(args[0]!);
  const { box, ended } = await startExec(container, requestOf(given));
  if (flags.on('detach')) {
    unrefWatch();
    return 0;
  }
  const stopProxy = proxySignals(
    (signal) => box.process.kill(signal),
    () => box.process.kill(),
  );
  try {
    if (box.terminal === undefined) return exitCodeOf(await ended());
    const { joinTerminal } = await import('../../view/terminal.ts');
    const { detachKeys } = { detachKeys: flags.text('detach-keys') };
    const session = joinTerminal(box.terminal, { input: flags.on('interactive'), detachKeys });
    await box.wait();
    await Promise.race([session.ended, new Promise((go) => setTimeout(go, 1000).unref())]);
    session.close();
    return exitCodeOf(await ended());
  } finally {
    stopProxy();
  }
};
