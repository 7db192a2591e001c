/** exec: another program in a running container. */
import * as engine from '../../container/engine.ts';
import { exitCodeOf } from '../../container/run.ts';
import { unrefWatch } from '../../kernel/exits.ts';
import { terminalSize } from '../../view/terminal.ts';
import type { Given, Verb } from '../definition.ts';
import { proxySignals } from '../signals.ts';

/** Flags with one value, by the names that the request has for them. */
function requestOf({ flags, args: [, ...command] }: Given): engine.ExecRequest {
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
  const { box, ended } = await engine.startExec(args[0]!, requestOf(given));
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
    const session = joinTerminal(box.terminal, {
      input: flags.on('interactive'),
      detachKeys: flags.text('detach-keys'),
    });
    const end = await Promise.race([session.ended, box.wait()]);
    if (end === 'detached') {
      unrefWatch();
      return 0;
    }
    await box.wait();
    await Promise.race([session.ended, new Promise((go) => setTimeout(go, 1000).unref())]);
    session.close();
    return exitCodeOf(await ended());
  } finally {
    stopProxy();
  }
};
