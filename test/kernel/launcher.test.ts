/** The launcher: its bytes are what the assembler makes of their source, and it leads from a blank process to a program. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { SyscallError } from '../../src/kernel/errors.ts';
import { launcherDescriptor } from '../../src/kernel/launcher.ts';
import { arm64, x64 } from '../../src/kernel/launcher-code.ts';
import { sourceOf } from '../../src/kernel/machine-code.ts';

const tools = { x64: 'x86_64-linux-gnu-', arm64: 'aarch64-linux-gnu-' };

describe.each([
  ['x64', x64, '.intel_syntax noprefix\n'],
  ['arm64', arm64, ''],
] as const)('%s', (arch, lines, head) => {
  const missing = spawnSync(`${tools[arch]}as`, ['--version']).error !== undefined;
  test.skipIf(missing)('the bytes are what the assembler makes of the source', () => {
    const folder = fs.mkdtempSync(join(process.env.TMPDIR!, 'assemble-'));
    const [source, object, binary] = ['s.s', 's.o', 's.bin'].map((it) => join(folder, it)) as [string, string, string];
    fs.writeFileSync(source, `${head}${sourceOf(lines)}\n`);
    execFileSync(`${tools[arch]}as`, [source, '-o', object]);
    execFileSync(`${tools[arch]}objcopy`, ['-O', 'binary', object, binary]);
    expect(lines.map(([bytes]) => bytes.replaceAll(' ', '')).join('')).toBe(fs.readFileSync(binary).toString('hex'));
    fs.rmSync(folder, { recursive: true });
  });
});

describe('a blank process becomes a program', () => {
  const withProcess = async (action: (process: BlankProcess) => unknown): Promise<void> => {
    const process = BlankProcess.spawn();
    try {
      await action(process);
    } finally {
      process.end();
    }
  };

  test('with its arguments and environment', () =>
    withProcess(async (process) => {
      process.exec(['/bin/sh'], ['sh', '-c', '[ "$1 $NAME" = "one two" ] && exit 7', 'sh', 'one'], ['NAME=two']);
      expect(await process.ended).toMatchObject({ code: 7 });
    }));

  test('what is missing is told, and the process stays blank', () =>
    withProcess((process) => {
      expect(() => process.exec(['/no/such', '/neither'], ['x'], [])).toThrow(SyscallError);
      expect(process.call('getpid')).toBe(process.pid);
    }));

  test('what is no program is told', () =>
    withProcess((process) => {
      const file = join(globalThis.process.env.TMPDIR!, 'no-program');
      fs.writeFileSync(file, 'neither ELF nor script\n', { mode: 0o755 });
      expect(() => process.exec([file], ['x'], [])).toThrow(/ENOEXEC/);
      fs.rmSync(file);
    }));

  test('a label is written before it, to the file that is for it', () =>
    withProcess(async (process) => {
      const file = join(globalThis.process.env.TMPDIR!, 'label');
      fs.writeFileSync(file, '');
      const label = { file, text: 'exec something' };
      process.exec(
        ['/bin/sh'],
        ['sh', '-c', `[ "$(cat $0)" = "exec something" ] && [ ! -e /proc/$$/fd/3 ]`, file],
        [],
        { label },
      );
      expect(await process.ended).toMatchObject({ code: 0 });
      fs.rmSync(file);
    }));

  test('without its label there is no program', () =>
    withProcess(async (process) => {
      const label = { file: '/no/such/file', text: 'x' };
      expect(() => process.exec(['/bin/true'], ['true'], [], { label })).toThrow(
        /^write\("\/no\/such\/file", .*ENOENT/,
      );
      expect(await process.ended).toMatchObject({ code: 127 });
    }));

  test('nobody can write to it', () => {
    const path = `/proc/self/fd/${launcherDescriptor()}`;
    const fd = fs.openSync(path, 'r+');
    expect(() => fs.writeSync(fd, 'x', 0)).toThrow(/EPERM/);
    expect(() => fs.ftruncateSync(fd, 0)).toThrow(/EPERM/);
    fs.closeSync(fd);
  });
});
