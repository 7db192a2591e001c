/** The table of commands is sound, and what is made from it is too. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shells } from '../../src/cli/completion/shells.ts';
import { dockerTable } from '../../src/cli/docker-table.ts';
import { findCommand } from '../../src/cli/find-command.ts';
import { helpOf, helpOfAll } from '../../src/cli/help.ts';
import { optionOf } from '../../src/cli/run-options.ts';
import { commands, globalFlags } from '../../src/cli/table/commands.ts';
import { unsupportedFlags } from '../../src/cli/table/unsupported.ts';

const twice = (names: readonly string[]): string[] => names.filter((it, i) => names.indexOf(it) !== i);

describe('the table', () => {
  it('has each name once', () => {
    expect(twice(commands.flatMap((it) => [it.name, ...(it.aliases ?? [])]))).toEqual([]);
  });
  it.each(commands)('$name has each flag and letter once, and none that is said to be missing', (command) => {
    expect(twice(command.flags.flatMap((it) => [it.name, ...(it.also ?? [])]))).toEqual([]);
    expect(twice(command.flags.flatMap((it) => it.short ?? []))).toEqual([]);
    const missing = Object.keys(unsupportedFlags[command.name] ?? {}).flatMap((it) => it.split(', '));
    const there = command.flags.flatMap((it) => [`--${it.name}`, `-${it.short}`]);
    expect(missing.filter((it) => there.includes(it))).toEqual([]);
  });
  it.each(commands)('$name can be loaded', async (command) => {
    expect(await command.load()).toBeTypeOf('function');
  });
  it.each(commands)('$name is found by its names', (command) => {
    for (const name of [command.name, ...(command.aliases ?? [])])
      expect(findCommand([...name.split(' '), 'x'])).toEqual({ command, rest: ['x'] });
    if (command.container && !command.name.includes(' '))
      expect(findCommand(['container', command.name]).command).toBe(command);
  });
  it.each([
    [['runn'], /there is no command "runn"; did you mean run\?/],
    [['volume', 'lss'], /did you mean volume ls\?/],
    [['volume'], /volume: which of its commands\?/],
    [['constructor'], /there is no command/],
    [['a\u001b[2J'], /there is no command "a\\\\e\[2J"/],
  ])('%j is none', (words, message) => {
    expect(() => findCommand(words)).toThrow(message);
  });
});

describe('help', () => {
  it('names every command', () => {
    for (const { name } of commands) expect(helpOfAll()).toContain(`  ${name} `);
  });
  it.each(commands)('of $name names every flag', (command) => {
    for (const { name } of command.flags) expect(helpOf(command)).toContain(`--${name}`);
  });
  it('of the whole names the flags in front', () => {
    for (const { name } of globalFlags) expect(helpOfAll()).toContain(`--${name}`);
  });
});

describe('shell completion', () => {
  it('for bash is a script that bash understands, and completes', () => {
    execFileSync('bash', ['-n'], { input: shells.bash() });
    const complete = (...words: string[]): string[] =>
      execFileSync(
        'bash',
        [
          '--norc',
          '-c',
          `${shells.bash()}\nCOMP_WORDS=(minidocker "$@"); COMP_CWORD=$#; _minidocker; printf '%s\\n' "\${COMPREPLY[@]}"`,
          'bash',
          ...words,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/bin:/bin' } },
      )
        .split('\n')
        .filter(Boolean);
    expect(complete('pau')).toEqual(['pause']);
    expect(complete('volume', 'ins')).toEqual(['inspect']);
    expect(complete('container', 'pru')).toEqual(['prune']);
    expect(complete('run', '--memory-s')).toEqual(['--memory-swap', '--memory-swappiness']);
    expect(complete('run', 'bus')).toEqual(['busybox']);
    expect(complete('volume', 'create', '--la')).toEqual(['--label']);
  });
  it.each(['zsh', 'fish'] as const)('for %s names every command', (shell) => {
    for (const { name } of commands) expect(shells[shell]()).toContain(name.split(' ').at(-1));
  });
});

describe('the table of Docker’s verbs', () => {
  it('has a row for each flag of each verb', () => {
    const rows = dockerTable().split('\n');
    for (const command of commands.filter((it) => it.container))
      for (const flag of command.flags)
        expect(rows.some((row) => row.startsWith(`| \`${command.name}\` |`) && row.includes(`--${flag.name}\``))).toBe(
          true,
        );
  });
});

describe('run’s flags', () => {
  const run = commands.find((it) => it.name === 'run')!;
  it('each fills an option that is named like it, or is the command’s own', () => {
    expect(run.flags.filter((it) => optionOf(it.name) === undefined).map((it) => it.name)).toEqual([
      'cidfile',
      'detach',
      'detach-keys',
      'sig-proxy',
      'dry-run',
      'print-config',
      'trace',
      'step',
      'rootless',
    ]);
  });
});
