/** What the attack tests share: compiling the attacker's programs, and containers that are stopped at a certain step. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { makeBox, type RunOptions, type Step, steps } from 'minidocker';

export const project = resolve(import.meta.dirname, '../..');

/** Why an attack that needs a compiler is not tried here. */
export const noCompiler = spawnSync('gcc', ['--version']).error !== undefined;
if (noCompiler) console.log('attacks that need a compiled program are skipped: there is no gcc');

/** Compiles one of the programs beside this file. */
export function compile(source: string, output: string, ...flags: string[]): string {
  execFileSync('gcc', ['-O1', '-o', output, ...flags, join(import.meta.dirname, source)]);
  return output;
}

/** An empty directory of the test's own. */
export const folder = (name: string): string => fs.mkdtempSync(join(process.env.TMPDIR!, `${name}-`));

/** A root file system with busybox and what `fill` puts into it: an attacker's image. */
export function imageWith(fill: (root: string) => void): string {
  const root = folder('image');
  fs.chmodSync(root, 0o755);
  fs.mkdirSync(join(root, 'bin'));
  fs.copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const name of ['sh', 'cat', 'ls', 'sleep', 'echo', 'mount', 'mkdir', 'readlink', 'head', 'wc', 'id'])
    fs.symlinkSync('busybox', join(root, 'bin', name));
  fill(root);
  return root;
}

export type Made = ReturnType<typeof makeBox>;

/** Makes the container as far as to the step of this name, which is not done; does something with it; takes everything back. */
export async function upTo<T>(
  step: string,
  options: RunOptions,
  action: (made: Made) => T | Promise<T>,
  stdin: number | null = null,
): Promise<T> {
  const log = fs.openSync(join(process.env.TMPDIR!, `output-${Math.random()}`), 'w+');
  const made = makeBox(options, { stdio: [stdin, log, log] });
  outputs.set(made, log);
  try {
    const end = made.steps.findIndex((it) => it.name === step);
    if (end < 0) throw new Error(`there is no step ${step}: ${made.steps.map((it) => it.name).join(' ')}`);
    for (const it of made.steps.slice(0, end)) await made.box.apply(it);
    return await action(made);
  } finally {
    await made.remove();
    fs.closeSync(log);
  }
}

const outputs = new Map<Made, number>();

/** Does the rest of the list (or these steps in place of it), waits for the program's end. @returns what it wrote. */
export async function finish(made: Made, rest: readonly Step[]): Promise<string> {
  for (const it of rest) await made.box.apply(it);
  await made.box.wait();
  const log = outputs.get(made)!;
  const bytes = Buffer.alloc(fs.fstatSync(log).size);
  fs.readSync(log, bytes, 0, bytes.length, 0);
  return bytes.toString('utf8');
}

/** The last step without its precautions: only execve. */
export const bareProgram = (args: readonly string[]): Step => ({
  ...steps.program(args, []),
  apply(box) {
    box.process.exec([args[0]!], args, ['PATH=/bin']);
    box.endParents();
  },
});
