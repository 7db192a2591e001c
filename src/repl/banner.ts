/** The first lines: what is in scope, what this machine can do, how to begin. */
import { paint } from '../view/colour.ts';
import { wrap } from '../view/wrap.ts';
import { probes } from './probes.ts';

const scope = [
  ['box', 'the container in the making: box.apply(step), box.process'],
  ['list', 'the steps that make it, in order'],
  ['steps', "every step by its name: steps.hostname('lab')"],
  ['run, makeBox', 'a whole container at once; a second box'],
  ['containers, stop …', 'what the command line does: await containers()'],
  ['host, BlankProcess', 'who makes system calls: host.call("getpid")'],
  ['MS CLONE O PR …', 'the constants of the manual pages'],
] as const;

export function banner(): string {
  const column = (word: string): string => paint('cyan', word.padEnd(20));
  return [
    `${paint('bold', 'minidocker')}: containers you can take apart`,
    ...scope.map(([name, what]) => `  ${column(name)}${what}`),
    wrap(
      `This machine: ${probes()
        .map(([name, found]) => `${name} ${found}`)
        .join(' · ')}`,
    ),
    `Begin with ${paint('bold', '.guide')}, or with .next; .help lists all. Tab completes.`,
  ].join('\n');
}
