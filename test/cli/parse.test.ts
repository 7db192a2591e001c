import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/definition.ts';
import { parse } from '../../src/cli/parse.ts';

const command = (more: Partial<Command> = {}): Command => ({
  name: 'try',
  usage: '[OPTIONS] NAME',
  summary: 'try it',
  min: 0,
  flags: [
    { name: 'interactive', short: 'i', text: '' },
    { name: 'tty', short: 't', text: '' },
    { name: 'memory', short: 'm', value: 'SIZE', text: '' },
    { name: 'env', short: 'e', value: 'NAME=VALUE', many: true, text: '' },
  ],
  load: () => Promise.reject(new Error('not loaded here')),
  ...more,
});

const understood = (line: string, more?: Partial<Command>) => {
  const { flags, args } = parse(command(more), line === '' ? [] : line.split(' '));
  return { i: flags.on('interactive'), t: flags.on('tty'), m: flags.text('memory'), e: flags.all('env'), args };
};

describe('a command line that is right', () => {
  const nothing = { i: false, t: false, m: undefined, e: [], args: [] };
  it.each([
    ['', {}],
    ['a b', { args: ['a', 'b'] }],
    ['-it a', { i: true, t: true, args: ['a'] }],
    ['-i -t', { i: true, t: true }],
    ['--interactive --tty=false', { i: true }],
    ['--memory 64m', { m: '64m' }],
    ['--memory=64m', { m: '64m' }],
    ['-m 64m', { m: '64m' }],
    ['-m64m', { m: '64m' }],
    ['-m=64m', { m: '64m' }],
    ['-itm64m x', { i: true, t: true, m: '64m', args: ['x'] }],
    ['-m -1', { m: '-1' }],
    ['-m 1 -m 2', { m: '2' }],
    ['-e A=1 -eB=2 --env C=3 --env=D=4', { e: ['A=1', 'B=2', 'C=3', 'D=4'] }],
    ['a -i b', { i: true, args: ['a', 'b'] }],
    ['-- -i', { args: ['-i'] }],
    ['a -- -i', { args: ['a', '-i'] }],
    ['-', { args: ['-'] }],
    ['--memory=', { m: '' }],
  ])('%s', (line, expected) => {
    expect(understood(line)).toEqual({ ...nothing, ...expected });
  });

  it.each([
    ['-i host sh -c x', { i: true, args: ['host', 'sh', '-c', 'x'] }],
    ['host -i', { args: ['host', '-i'] }],
    ['host -- -i', { args: ['host', '--', '-i'] }],
    ['-- host -i', { args: ['host', '-i'] }],
  ])('with a program inside: %s', (line, expected) => {
    expect(understood(line, { program: true })).toEqual({ ...nothing, ...expected });
  });
});

describe('a command line that is wrong', () => {
  it.each([
    ['--nope', /try: there is no flag --nope; see 'minidocker try --help'/],
    ['--memori 1', /did you mean --memory\?/],
    ['-x', /there is no flag -x/],
    ['-ix', /there is no flag -x \(in -ix\)/],
    ['-m', /-m, --memory needs a value; write --memory SIZE/],
    ['--memory', /needs a value/],
    ['--tty=maybe', /-t, --tty is a switch: "maybe" is no value/],
    ['a', /takes exactly 2, was given 1: a; usage: minidocker try \[OPTIONS\] NAME/, { min: 2, max: 2 }],
    ['', /takes 1 at least, was given nothing/, { min: 1 }],
    ['a b', /takes 1 at most, was given 2: a b/, { min: 0, max: 1 }],
    ['--\u001b[2J', /there is no flag --\\e\[2J/],
  ] as const)('%j', (line, message, more: Partial<Command> = {}) => {
    expect(() => understood(line, more)).toThrow(message);
  });

  it('holds no zero bytes', () => {
    expect(() => parse(command(), ['-m', 'a\0b'])).toThrow(/zero byte/);
  });

  it('shows the help even where arguments are missing', () => {
    expect(parse(command({ min: 1 }), ['--help']).flags.on('help')).toBe(true);
  });
});
