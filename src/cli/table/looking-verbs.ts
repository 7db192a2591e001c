/** Docker's container verbs: looking at containers and at their files, and changing their limits. */
import type { Command, Flag } from '../definition.ts';

const format: Flag = { name: 'format', value: 'FORMAT', text: 'table, json, or a template as {{.ID}}' };
const filter: Flag = { name: 'filter', short: 'f', value: 'NAME=VALUE', many: true, text: 'only those' };
const since: Flag = { name: 'since', value: 'TIME', text: 'from then on: a time, or as 10m (that long ago)' };
const until: Flag = { name: 'until', value: 'TIME', text: 'until then' };

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
      { name: 'size', short: 's', text: 'how much each has written' },
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
      { name: 'size', short: 's', text: 'how much it has written too' },
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
];

/** Each is a container verb of Docker's. */
export const lookingVerbs: readonly Command[] = verbs.map((it) => ({ ...it, container: true }));
