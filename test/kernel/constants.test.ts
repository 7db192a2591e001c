/** Constants and system call numbers are those of the kernel's headers, told by a C compiler; each prints its name and is still a number. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { printArgument, signalName, syscallNames, syscallNumber } from '../../src/kernel/calls.ts';
import * as constants from '../../src/kernel/constants.ts';
import { CLONE, flagNames, MS, PR, valueName } from '../../src/kernel/constants.ts';
import { errnoMeaning, errnoName, errnoNumber } from '../../src/kernel/errors.ts';
import { witness } from '../support.ts';

const folder = fs.mkdtempSync(join(process.env.TMPDIR!, 'constants-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const hasCompiler = (() => {
  try {
    execFileSync('gcc', ['-E', '-xc', '-'], {
      input: '#include <stdio.h>\n#include <linux/mount.h>',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    return true;
  } catch {
    return false;
  }
})();

/** The values of these names; those that the headers do not know are left out. */
function compiled(headers: string, names: readonly string[]): Map<string, number> {
  const print = names.map((name) => `#ifdef ${name}\n  printf("${name} %lld\\n", (long long)${name});\n#endif`);
  const source = join(folder, 'values.c');
  fs.writeFileSync(source, `${headers}\n#include <stdio.h>\nint main(void) {\n${print.join('\n')}\nreturn 0; }\n`);
  witness('gcc', '-w', '-o', join(folder, 'values'), source);
  const lines = witness(join(folder, 'values')).split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]));
}

const headers = `#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/ioctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/sockios.h>
`;

describe.skipIf(!hasCompiler)('beside the headers', () => {
  const groups = Object.entries<unknown>(constants).filter(
    (it): it is [string, Record<string, number>] => typeof it[1] === 'object',
  );

  test.each(groups)('%s', (prefix, values) => {
    const names = Object.entries(values).map(([name, value]) => {
      const full = prefix === 'IOCTL' ? name : prefix === 'W' ? `W${name}` : `${prefix}_${name}`;
      return [full, Number(value)] as const;
    });
    const known = compiled(
      headers,
      names.map(([name]) => name),
    );
    // Some are enumerators, which the preprocessor does not see, or newer than the headers.
    expect(known.size).toBeGreaterThan(names.length / 2 - 3);
    const ours = names.filter(([name]) => known.has(name));
    const unsigned = (value: number): number => (value < 0 && value > -100 ? value : value % 2 ** 32);
    expect(Object.fromEntries(ours)).toEqual(
      Object.fromEntries(ours.map(([name]) => [name, unsigned(known.get(name)!)])),
    );
  });

  const numbers = (header: string, arch: string): void => {
    const known = compiled(
      header,
      syscallNames.map((name) => `__NR_${name}`),
    );
    expect(known.size).toBeGreaterThan(syscallNames.length - 10);
    const ours = syscallNames
      .filter((name) => known.has(`__NR_${name}`))
      .map((name) => [`__NR_${name}`, syscallNumber(name, arch)]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(known));
  };

  test.skipIf(process.arch !== 'x64')('system call numbers of x64', () => numbers('#include <sys/syscall.h>', 'x64'));

  test('system call numbers of arm64', () => {
    const wanted = ['NEW_STAT', 'RENAMEAT', 'SYS_CLONE3', 'SET_GET_RLIMIT', 'TIME32_SYSCALLS'].map(
      (it) => `#define __ARCH_WANT_${it}`,
    );
    numbers(`#define __BITS_PER_LONG 64\n${wanted.join('\n')}\n#include <asm-generic/unistd.h>`, 'arm64');
  });
});

test('no two calls have one number', () => {
  for (const arch of ['x64', 'arm64'])
    expect(new Set(syscallNames.map((name) => syscallNumber(name, arch))).size).toBe(syscallNames.length);
});

test('a constant prints its name and is a number', () => {
  expect(inspect(MS.BIND)).toBe('MS_BIND (0x1000)');
  expect(MS.BIND | MS.REC).toBe(20480);
  expect(Number(CLONE.NEWNS)).toBe(0x20000);
});

test('words of flags and single values have names', () => {
  expect(flagNames('MS_', MS.BIND | MS.REC)).toBe('MS_BIND|MS_REC');
  expect(flagNames('MS_', 0)).toBe('0');
  expect(flagNames('MS_', MS.BIND | (1 << 30))).toBe('MS_BIND|0x40000000');
  expect(flagNames('CLONE_', CLONE.NEWNET | CLONE.NEWPID)).toBe('CLONE_NEWPID|CLONE_NEWNET');
  expect(valueName('PR_', PR.SET_NO_NEW_PRIVS)).toBe('PR_SET_NO_NEW_PRIVS');
  expect(valueName('PR_', 9999)).toBe('9999');
  expect(signalName(9)).toBe('SIGKILL');
});

test('arguments are printed by their kind', () => {
  expect(printArgument('mount', 3, MS.NOSUID | MS.NODEV)).toBe('MS_NOSUID|MS_NODEV');
  expect(printArgument('mount', 4, null)).toBe('NULL');
  expect(printArgument('openat', 0, -100)).toBe('AT_FDCWD');
  expect(printArgument('mknodat', 3, 0x103)).toBe('makedev(1, 3)');
  expect(printArgument('mkdirat', 2, 0o755)).toBe('0755');
  expect(printArgument('sethostname', 0, 'a"b\n')).toBe('"a\\"b\\n"');
  expect(printArgument('chdir', 0, 'x'.repeat(100))).toBe(`"${'x'.repeat(100)}"`);
  expect(printArgument('mount', 4, 'x'.repeat(100))).toBe(`"${'x'.repeat(64)}"...`);
});

test('errno names, numbers and meanings are the system’s', () => {
  for (const [name, number] of Object.entries(os.errno)) {
    // Two names for one number: the system's first counts.
    if (name === 'EWOULDBLOCK' || name === 'EOPNOTSUPP') continue;
    if (errnoNumber(name) === 0) continue;
    expect(errnoNumber(name)).toBe(number);
    expect(errnoName(number)).toBe(name);
    expect(errnoMeaning(number)).not.toBe('');
  }
  expect(errnoName(1)).toBe('EPERM');
  expect(errnoName(9999)).toBe('errno 9999');
});
