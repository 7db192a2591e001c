/** What happens when Node ends, or when the kernel lets us wait. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { expect, test } from 'vitest';
import { BlankProcess, StillRunningError } from '../../src/kernel/blank-process.ts';
import { host } from '../../src/kernel/caller.ts';
import { O } from '../../src/kernel/constants.ts';
import { until } from '../support.ts';

const source = new URL('../../src/kernel/blank-process.ts', import.meta.url).href;
const process_ = new URL('../../src/kernel/process.ts', import.meta.url).href;

/** Another Node, which does this, prints `ready` with a pid, and stays. */
async function node(action: string): Promise<{ child: ChildProcess; pid: number }> {
  const code = `import { BlankProcess } from '${source}'; ${action}; console.log('ready ' + blank.pid); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const found = await until(() => /ready (\d+)/.exec(output), 30, 'the other Node');
  return { child, pid: Number(found[1]) };
}

const isThere = (pid: number): boolean => fs.existsSync(`/proc/${pid}`);

test('a blank process and the program that it became end with Node, even with kill -9', async () => {
  for (const action of [
    'const blank = BlankProcess.spawn()',
    // A change of user clears the death signal: prctl(2).
    `const { setIds } = await import('${process_}'); const blank = BlankProcess.spawn(); setIds(blank, 65534, 65534)`,
    "const blank = BlankProcess.spawn(); blank.exec(['/bin/sleep'], ['sleep', '1000'], [])",
  ]) {
    const { child, pid } = await node(action);
    expect(isThere(pid)).toBe(true);
    child.kill('SIGKILL');
    await until(() => !isThere(pid), 20, `the end of ${pid}`);
  }
});

test('what is to outlive Node does', async () => {
  const { child, pid } = await node(
    "const blank = BlankProcess.spawn({ dieWithParent: false }); blank.exec(['/bin/sleep'], ['sleep', '1000'], [])",
  );
  try {
    child.kill('SIGKILL');
    await until(() => child.signalCode === 'SIGKILL', 20, 'the end of Node');
    expect(fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toBe('sleep\x001000\0');
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('Node ends by itself when it has nothing to wait for any more', async () => {
  const code = `import { BlankProcess } from '${source}'; const blank = BlankProcess.spawn(); blank.call('getpid'); blank.end();`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { stdio: 'inherit' });
  await until(() => child.exitCode === 0, 30, 'the end of Node');
});

test('a call that blocks is reported after ten seconds; when it comes back, the process answers again', async () => {
  const fds = new Uint8Array(8);
  host.call('pipe2', fds, O.CLOEXEC);
  const [read, write] = [0, 4].map((at) => new DataView(fds.buffer).getInt32(at, true)) as [number, number];
  const blank = BlankProcess.spawn({ keep: [read] });
  try {
    expect(() => blank.call('read', read, new Uint8Array(1), 1)).toThrow(StillRunningError);
    expect(() => blank.call('getpid')).toThrow(StillRunningError);
    fs.writeSync(write, '!');
    await until(() => {
      try {
        return blank.call('getpid') === blank.pid;
      } catch (error) {
        if (error instanceof StillRunningError) return false;
        throw error;
      }
    });
  } finally {
    blank.end();
    for (const fd of [read, write]) fs.closeSync(fd);
  }
});
