/** Files that are copied in and out, and users that are looked up, in a root whose libraries are an attacker's (CVE-2019-14271): nothing of it is loaded. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tidyUp } from '../e2e/life.ts';
import { command, directoriesLeft, say } from '../e2e/program.ts';
import { compile, folder, imageWith, noCompiler } from './lab.ts';

describe.skipIf(noCompiler)('a library for the lookup of users, left in a container', () => {
  let image: string;
  const scratch = folder('library');
  const loaded = (): boolean => fs.existsSync(join(image, 'loaded'));
  /** Where the C library of this machine looks for others. */
  const libraries = (): string =>
    dirname(execFileSync('gcc', ['-print-file-name=libc.so.6'], { encoding: 'utf8' }).trim());

  beforeAll(() => {
    image = imageWith((root) => {
      const directory = join(root, fs.realpathSync(libraries()));
      fs.mkdirSync(directory, { recursive: true });
      // As everywhere today: /lib is a link to usr/lib.
      fs.symlinkSync('usr/lib', join(root, 'lib'));
      compile('library.c', join(directory, 'libnss_evil.so.2'), '-shared', '-fPIC');
      fs.copyFileSync(join(libraries(), 'libc.so.6'), join(directory, 'libc.so.6'));
      fs.mkdirSync(join(root, 'etc'));
      for (const name of ['proc', 'sys', 'dev']) fs.mkdirSync(join(root, name));
      fs.writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: evil\ngroup: evil\n');
      fs.writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nsomebody:x:1000:1000::/:/bin/sh\n');
      fs.writeFileSync(join(root, 'etc/group'), 'somebody:x:1000:\n');
    });
  });

  afterAll(async () => {
    await tidyUp();
    expect(directoriesLeft()).toEqual([]);
    for (const it of [image, scratch]) fs.rmSync(it, { recursive: true });
  });

  test('is loaded by nobody: cp both ways, diff, export, users and groups by name', async () => {
    await say(`run -d --name held -u somebody:somebody --group-add somebody ${image} sleep 1000`);
    fs.writeFileSync(join(scratch, 'file'), 'x');
    await say(`cp -a ${scratch}/file held:/etc/file`);
    await say(`cp -a held:/etc/file ${scratch}/back`);
    await say(`export -o ${scratch}/all.tar held`);
    expect(await say('exec -u somebody held id -u')).toBe('1000');
    await say('stop -t 0 held');
    await say(`cp held:/etc/passwd ${scratch}/passwd`);
    await command(['diff', 'held']);
    expect(loaded()).toBe(false);
    expect(fs.readFileSync(join(scratch, 'back'), 'utf8')).toBe('x');
  });

  test('is loaded by a helper that has changed its root, with all its rights', () => {
    const helper = compile('lookup.c', join(scratch, 'lookup'));
    execFileSync(helper, [image]);
    expect(loaded()).toBe(true);
  });
});
