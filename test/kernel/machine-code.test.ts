/** The bytes of a blank process's program are what binutils make of its source. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { arm64, machineCode, sourceOf, x64 } from '../../src/kernel/machine-code.ts';
import { witness } from '../support.ts';

const folder = fs.mkdtempSync(join(process.env.TMPDIR!, 'code-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const has = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** A processor's binutils carry its name where they are not this machine's own. */
const tools = (name: string, arch: string): string => (process.arch === arch ? '' : `${name}-linux-gnu-`);

function assemble(prefix: string, source: string): Buffer {
  const [text, object, binary] = ['code.s', 'code.o', 'code.bin'].map((it) => join(folder, it)) as [
    string,
    string,
    string,
  ];
  fs.writeFileSync(text, `${source}\n`);
  witness(`${prefix}as`, '-o', object, text);
  witness(`${prefix}objcopy`, '-O', 'binary', '-j', '.text', object, binary);
  return fs.readFileSync(binary);
}

const processors = [
  { arch: 'x64', lines: x64, prefix: tools('x86-64', 'x64'), header: '.intel_syntax noprefix\n', alignment: 1 },
  { arch: 'arm64', lines: arm64, prefix: tools('aarch64', 'arm64'), header: '', alignment: 4 },
];

describe.each(processors)('$arch', ({ arch, lines, prefix, header, alignment }) => {
  test.skipIf(!has(`${prefix}as`))('is its source, assembled again', () => {
    const code = machineCode(arch);
    expect(
      assemble(prefix, header + sourceOf(lines))
        .subarray(0, code.length)
        .toString('hex'),
    ).toBe(code.toString('hex'));
    expect(code.length % alignment).toBe(0);
  });
});

test('another processor is refused by name', () => {
  expect(() => machineCode('riscv64')).toThrow(/riscv64/);
});
