/** Docker's container verbs: making, starting, ending. */
import type { Command, Flag } from '../definition.ts';
import { containerFlags, runFlags } from './container-flags.ts';

const signal: Flag = { name: 'signal', short: 's', value: 'SIGNAL', text: 'which signal is sent, by name or number' };
const timeout: Flag = {
  name: 'timeout',
  also: ['time'],
  short: 't',
  value: 'SECONDS',
  text: 'how long to wait before killing; -1 is for ever',
};
const detachKeys: Flag = {
  name: 'detach-keys',
  value: 'KEYS',
  text: 'what lets go of its terminal; ctrl-p,ctrl-q is usual',
};
const sigProxy: Flag = { name: 'sig-proxy', text: 'hand signals on to it (usual; --sig-proxy=false does not)' };

/** CONTAINER is an id, the beginning of one, a name, or the pid of its first process. */
const one = { min: 1, max: 1, usage: '[OPTIONS] CONTAINER' } as const;
const several = { min: 1, usage: '[OPTIONS] CONTAINER [CONTAINER...]' } as const;

const verbs: readonly Command[] = [
  {
    name: 'run',
    usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
    summary: 'make a container and run a program in it',
    differs: 'in the foreground, without a terminal, the container belongs to the command: it ends when that is killed',
    flags: [...containerFlags, ...runFlags],
    min: 1,
    program: true,
    completes: 'image',
    examples: [
      'minidocker run --rm -it host',
      'minidocker run --rm --memory 64m host sh -c "echo I have 64 MiB"',
      'minidocker run -d --name web -p 8080:80 ./rootfs httpd -f',
      'minidocker run --dry-run host true',
      'minidocker run /bin/bash /bin/bash',
    ],
    load: async () => (await import('../verbs/run.ts')).run,
  },
  {
    name: 'create',
    usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
    summary: 'make a container and do not start it; prints its id',
    flags: containerFlags,
    min: 1,
    program: true,
    completes: 'image',
    load: async () => (await import('../verbs/create.ts')).create,
  },
  {
    name: 'start',
    ...several,
    summary: 'start containers that were created or have stopped',
    flags: [
      { name: 'attach', short: 'a', text: 'show what it writes, and end with its exit code' },
      { name: 'interactive', short: 'i', text: 'what is typed goes in' },
      detachKeys,
      sigProxy,
    ],
    completes: 'container',
    load: async () => (await import('../verbs/start.ts')).start,
  },
  {
    name: 'stop',
    ...several,
    summary: 'ask containers to end, and kill them if they do not',
    flags: [signal, timeout],
    completes: 'running',
    examples: ['minidocker stop web', 'minidocker stop 4711   (the pid of its first process)'],
    load: async () => (await import('../verbs/lifecycle.ts')).stop,
  },
  {
    name: 'kill',
    ...several,
    summary: 'send a signal to containers; KILL where nothing is said',
    flags: [signal],
    completes: 'running',
    load: async () => (await import('../verbs/lifecycle.ts')).kill,
  },
  {
    name: 'restart',
    ...several,
    summary: 'stop containers and start them again',
    flags: [signal, timeout],
    completes: 'container',
    load: async () => (await import('../verbs/lifecycle.ts')).restart,
  },
  {
    name: 'pause',
    usage: 'CONTAINER [CONTAINER...]',
    summary: 'freeze every process of containers',
    flags: [],
    min: 1,
    completes: 'running',
    load: async () => (await import('../verbs/lifecycle.ts')).pause,
  },
  {
    name: 'unpause',
    usage: 'CONTAINER [CONTAINER...]',
    summary: 'let the processes of containers go on',
    flags: [],
    min: 1,
    completes: 'running',
    load: async () => (await import('../verbs/lifecycle.ts')).unpause,
  },
  {
    name: 'wait',
    usage: 'CONTAINER [CONTAINER...]',
    summary: 'wait until containers have ended; prints their exit codes',
    flags: [],
    min: 1,
    completes: 'running',
    load: async () => (await import('../verbs/lifecycle.ts')).wait,
  },
  {
    name: 'rm',
    aliases: ['remove'],
    ...several,
    summary: 'remove containers',
    flags: [
      { name: 'force', short: 'f', text: 'kill one that runs' },
      { name: 'volumes', short: 'v', text: 'remove its anonymous volumes too' },
    ],
    completes: 'container',
    load: async () => (await import('../verbs/lifecycle.ts')).remove,
  },
  {
    name: 'rename',
    usage: 'CONTAINER NEW_NAME',
    summary: 'give a container another name',
    flags: [],
    min: 2,
    max: 2,
    completes: 'container',
    load: async () => (await import('../verbs/lifecycle.ts')).rename,
  },
  {
    name: 'exec',
    usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
    summary: 'run another program in a running container',
    flags: [
      { name: 'detach', short: 'd', text: 'do not wait for it' },
      { ...detachKeys, differs: 'the program ends when it is let go of: it belongs to this command' },
      { name: 'env', short: 'e', value: 'NAME=VALUE', many: true, text: 'set a variable' },
      { name: 'env-file', value: 'FILE', many: true, text: 'variables from a file, one a line' },
      { name: 'interactive', short: 'i', text: 'keep standard input open' },
      { name: 'privileged', text: 'with all capabilities' },
      { name: 'tty', short: 't', text: 'give it a terminal of its own' },
      { name: 'user', short: 'u', value: 'USER[:GROUP]', text: 'as whom' },
      { name: 'workdir', short: 'w', value: 'DIRECTORY', text: 'begin there' },
    ],
    min: 2,
    program: true,
    completes: 'running',
    examples: ['minidocker exec -it web sh'],
    load: async () => (await import('../verbs/exec.ts')).exec,
  },
  {
    name: 'attach',
    ...one,
    summary: 'join the terminal or the output of a running container',
    flags: [detachKeys, { name: 'no-stdin', text: 'what is typed does not go in' }, sigProxy],
    completes: 'running',
    load: async () => (await import('../verbs/attach.ts')).attach,
  },
];

/** Each is a container verb of Docker's. */
export const containerVerbs: readonly Command[] = verbs.map((it) => ({ ...it, container: true }));
