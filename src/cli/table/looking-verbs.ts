/** Docker's container verbs: looking at containers and at their files, and changing their limits. */
import type { Command, Flag } from '../definition.ts';

const format: Flag = { name: 'format', value: 'FORMAT', text: 'table, json, or a template as {{.ID}}' };
const filter: Flag = { name: 'filter', short: 'f', value: 'NAME=VALUE', many: true, text: 'only those' };
const since: Flag = { name: 'since', value: 'TIME', text: 'from then on: a time, or as 10m (that long ago)' };
const until: Flag = { name: 'until', value: 'TIME', text: 'until then' };

/** Limits that can change while a container runs. */
const limits: readonly Flag[] = [
  { name: 'memory', short: 'm', value: 'SIZE', text: 'memory at most' },
  { name: 'memory-reservation', value: 'SIZE', text: 'memory it should come down to when there is little' },
  { name: 'memory-swap', value: 'SIZE', text: 'memory and swap together; -1 is no limit of swap' },
  { name: 'cpus', value: 'NUMBER', text: 'processors at most' },
  { name: 'cpu-shares', short: 'c', value: 'NUMBER', text: 'weight beside others' },
  { name: 'cpu-period', value: 'MICROSECONDS', text: 'the period of the processor quota' },
  { name: 'cpu-quota', value: 'MICROSECONDS', text: 'processor time in each period' },
  { name: 'cpuset-cpus', value: 'LIST', text: 'on these processors only' },
  { name: 'cpuset-mems', value: 'LIST', text: 'memory of these NUMA nodes only' },
  { name: 'pids-limit', value: 'NUMBER', text: 'processes and threads at most' },
  { name: 'blkio-weight', value: '10-1000', text: 'weight of its disk access' },
  { name: 'restart', value: 'POLICY', text: 'no, on-failure[:n], always, unless-stopped' },
];

const verbs: readonly Command[] = [
  {
    name: 'ps',
    aliases: ['ls', 'list'],
    usage: '[OPTIONS]',
    summary: 'list containers',
    flags: [
      { name: 'all', short: 'a', text: 'those that do not run too' },
      filter,
      format,
      { name: 'last', short: 'n', value: 'NUMBER', text: 'the last so many that were made' },
      { name: 'latest', short: 'l', text: 'the last one that was made' },
      { name: 'no-trunc', text: 'cut nothing short' },
      { name: 'quiet', short: 'q', text: 'ids only' },
    ],
    min: 0,
    max: 0,
    examples: [
      'minidocker ps -a',
      'minidocker ps --filter status=exited',
      "minidocker ps --format '{{.ID}}\\t{{.Names}}'",
    ],
    load: async () => (await import('../verbs/ps.ts')).ps,
  },
  {
    name: 'inspect',
    usage: '[OPTIONS] CONTAINER [CONTAINER...]',
    summary: 'everything about containers, as JSON',
    flags: [
      { ...format, short: 'f', text: 'json, or a template as {{.State.Pid}}' },
      { name: 'type', value: 'container|volume|network', text: 'what the names are names of' },
    ],
    min: 1,
    completes: 'container',
    load: async () => (await import('../verbs/inspect.ts')).inspect,
  },
  {
    name: 'logs',
    usage: '[OPTIONS] CONTAINER',
    summary: 'what a container has written',
    flags: [
      { name: 'follow', short: 'f', text: 'go on with what it writes now' },
      since,
      { name: 'tail', short: 'n', value: 'NUMBER', text: 'the last so many lines, or all' },
      { name: 'timestamps', short: 't', text: 'when each line was written' },
      until,
    ],
    min: 1,
    max: 1,
    completes: 'container',
    load: async () => (await import('../verbs/logs.ts')).logs,
  },
  {
    name: 'top',
    usage: 'CONTAINER [PS OPTIONS]',
    summary: 'the processes of a container',
    flags: [],
    min: 1,
    program: true,
    completes: 'running',
    load: async () => (await import('../verbs/top.ts')).top,
  },
  {
    name: 'stats',
    usage: '[OPTIONS] [CONTAINER...]',
    summary: 'what containers use of the machine, again and again',
    flags: [
      { name: 'all', short: 'a', text: 'those that do not run too' },
      format,
      { name: 'no-stream', text: 'once' },
      { name: 'no-trunc', text: 'cut nothing short' },
    ],
    min: 0,
    completes: 'running',
    load: async () => (await import('../verbs/stats.ts')).stats,
  },
  {
    name: 'port',
    usage: 'CONTAINER [PORT[/PROTOCOL]]',
    summary: 'the published ports of a container',
    flags: [],
    min: 1,
    max: 2,
    completes: 'running',
    load: async () => (await import('../verbs/port.ts')).port,
  },
  {
    name: 'diff',
    usage: 'CONTAINER',
    summary: 'the files that a container has added, changed and deleted',
    flags: [],
    min: 1,
    max: 1,
    completes: 'container',
    load: async () => (await import('../verbs/diff.ts')).diff,
  },
  {
    name: 'cp',
    usage: '[OPTIONS] CONTAINER:PATH PATH|-   or   PATH|- CONTAINER:PATH',
    summary: 'copy files out of a container, or into one; - is a tar archive',
    flags: [
      { name: 'archive', short: 'a', text: 'keep owner and group' },
      { name: 'follow-link', short: 'L', text: 'copy what a link leads to' },
      { name: 'quiet', short: 'q', text: 'say nothing' },
    ],
    min: 2,
    max: 2,
    completes: 'file',
    load: async () => (await import('../verbs/copy.ts')).cp,
  },
  {
    name: 'export',
    usage: '[OPTIONS] CONTAINER',
    summary: 'all files of a container, as a tar archive',
    flags: [{ name: 'output', short: 'o', value: 'FILE', text: 'write it to this file' }],
    min: 1,
    max: 1,
    completes: 'container',
    load: async () => (await import('../verbs/copy.ts')).exportFiles,
  },
  {
    name: 'update',
    usage: '[OPTIONS] CONTAINER [CONTAINER...]',
    summary: 'change the limits of containers while they run',
    flags: limits,
    min: 1,
    completes: 'container',
    load: async () => (await import('../verbs/update.ts')).update,
  },
  {
    name: 'container prune',
    usage: '[OPTIONS]',
    summary: 'remove every container that has stopped',
    flags: [
      { name: 'filter', value: 'NAME=VALUE', many: true, text: 'only those: until=10m, label=NAME[=VALUE]' },
      { name: 'force', short: 'f', text: 'do not ask' },
    ],
    min: 0,
    max: 0,
    load: async () => (await import('../verbs/prune.ts')).pruneContainers,
  },
];

/** Each is a container verb of Docker's. */
export const lookingVerbs: readonly Command[] = verbs.map((it) => ({ ...it, container: true }));
