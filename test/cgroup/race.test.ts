/** Several commands make and remove groups below the same parent at once: none may stumble over another. */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cgroup } from '../../src/cgroup/cgroup.ts';

test('three at once, twenty-five times each', async () => {
  const file = join(process.env.TMPDIR!, 'race.mts');
  writeFileSync(
    file,
    `import { Cgroup } from '${join(import.meta.dirname, '../../src/cgroup/cgroup.ts')}';
    const path = process.env.MINIDOCKER_CGROUP + '/' + process.argv[2];
    for (let i = 0; i < 25; i++) Cgroup.create(path, { pids: { limit: 7 }, cpu: { cpus: '0' } }).remove();`,
  );
  const ends = ['a', 'b', 'c'].map((name) => {
    const child = spawn(process.execPath, ['--import', 'tsx', file, name], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    return new Promise<string>((go) => child.on('close', (code) => go(`${code} ${said}`)));
  });
  expect(await Promise.all(ends)).toEqual(['0 ', '0 ', '0 ']);
  expect(Cgroup.exists(`/${process.env.MINIDOCKER_CGROUP}`)).toBe(false);
  rmSync(file);
});

test('a group is looked at while another command removes it', async () => {
  const file = join(process.env.TMPDIR!, 'remove.mts');
  const path = `${process.env.MINIDOCKER_CGROUP}/looked-at`;
  writeFileSync(
    file,
    `import { Cgroup } from '${join(import.meta.dirname, '../../src/cgroup/cgroup.ts')}';
    for (let i = 0; i < 50; i++) Cgroup.create('${path}').remove();`,
  );
  const group = Cgroup.create(path);
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((go) => child.on('close', go));
  const said = new Set<boolean>();
  while (child.exitCode === null) {
    said.add(group.oomKilled());
    await new Promise((go) => setImmediate(go));
  }
  expect(await ended).toBe(0);
  expect([...said]).toEqual([false]);
  rmSync(file);
});
