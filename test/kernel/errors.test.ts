/** The two expected errors: a refusal of the kernel's says everything, a user's mistake is one line with its remedy. */
import { expect, test } from 'vitest';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { host } from '../../src/kernel/caller.ts';
import { MS } from '../../src/kernel/constants.ts';
import { isRefusal, SyscallError, UsageError } from '../../src/kernel/errors.ts';
import { readText, writeKernel } from '../../src/kernel/files.ts';

function thrownBy(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

test.each(['node', 'a blank process'])('a refusal in %s: call, arguments, errno, meaning, causes', (who) => {
  const blank = who === 'node' ? undefined : BlankProcess.spawn();
  const by = blank ?? host;
  try {
    const error = thrownBy(() => by.call('mount', '/no/such', '/mnt', null, MS.BIND | MS.REC, null)) as SyscallError;
    expect(error).toBeInstanceOf(SyscallError);
    expect(error).toMatchObject({
      syscall: 'mount',
      args: ['"/no/such"', '"/mnt"', 'NULL', 'MS_BIND|MS_REC', 'NULL'],
      errno: 2,
      code: 'ENOENT',
      meaning: 'no such file or directory',
      message: 'mount("/no/such", "/mnt", NULL, MS_BIND|MS_REC, NULL) = -1 ENOENT (no such file or directory)',
    });
    expect(error.causes).toEqual(['the source or the target does not exist']);
    expect(isRefusal(error, 'EPERM', 'ENOENT')).toBe(true);
    expect(isRefusal(error, 'EPERM')).toBe(false);
  } finally {
    blank?.end();
  }
});

test('a refusal without a known cause invents none', () => {
  expect((thrownBy(() => host.call('close', 12345)) as SyscallError).causes).toEqual([]);
});

test('files of the host: the refusal has the path', () => {
  const read = thrownBy(() => readText('/no/such/file')) as SyscallError;
  expect(read).toMatchObject({ code: 'ENOENT', errno: 2, args: ['"/no/such/file"'] });
  const written = thrownBy(() => writeKernel('/proc/sys/kernel/no-such-setting', '1')) as SyscallError;
  expect(written).toBeInstanceOf(SyscallError);
  expect(written.message).toContain('/proc/sys/kernel/no-such-setting');
});

test('a mistake is one line with its remedy, and has an exit code', () => {
  const error = new UsageError('there is no image "x"', { remedy: 'use host', cause: 1 });
  expect(error).toMatchObject({
    message: 'there is no image "x"; use host',
    remedy: 'use host',
    exitCode: 125,
    cause: 1,
  });
  expect(new UsageError('no').message).toBe('no');
});
