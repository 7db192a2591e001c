/** The command on a terminal. script(1) makes one; what a person would see is what comes out. */
import { readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { line, terminal } from './program.ts';

describe('run -it', () => {
  it('is a shell with a terminal of its own size, and gives the terminal back as it was', async () => {
    const shell = terminal(
      `stty -a | head -3 > "$TMPDIR/before"; ${line('run', '--rm', '-it', 'host', 'sh')}; echo code=$?; stty -a | head -3 | cmp - "$TMPDIR/before" && echo same`,
    );
    await shell.says(/[#$] $/);
    shell.type('tty; stty size; test -t 0 && test -t 1 && echo pid=$$\r');
    await shell.says('pid=1');
    expect(shell.stdout).toContain('/dev/pts/0');
    expect(shell.stdout).toContain('24 80');
    shell.type('exit 7\r');
    await shell.says('code=7');
    await shell.says('same');
    await shell.ended;
  });

  it('hands Ctrl-C to the program, not to the command', async () => {
    const shell = terminal(
      `${line('run', '--rm', '-it', 'host', 'sh', '-c', 'trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.1; done')}; echo code=$?`,
    );
    await shell.says('ready');
    shell.type('\u0003');
    await shell.says('caught');
    await shell.says('code=5');
    await shell.ended;
  });

  it('tells the program of a new size', async () => {
    const shell = terminal(
      `(sleep 1; stty rows 33 cols 99 < /dev/tty) & ${line('run', '--rm', '-it', 'host', 'sh', '-c', 'until [ "$(stty size)" = "33 99" ]; do sleep 0.1; done; echo grown')}`,
    );
    await shell.says('grown');
    await shell.ended;
  });
});

describe('run --step', () => {
  const walk = (...args: string[]) => terminal(`${line('run', '--rm', '--step', ...args)}; echo code=$?`);

  it('pauses before each step, explains it, and runs the program in the end', async () => {
    const session = walk('host', 'echo', 'the end');
    await session.says(/1 of \d+ {2}\S.*abort > $/s);
    session.type('e\r');
    await session.says(/see \S+\(\d\)/);
    const count = Number(/1 of (\d+)/.exec(session.stdout)![1]);
    for (let step = 1; step <= count; step++) {
      await session.says(`${step} of ${count}`);
      await session.says(new RegExp(`${step} of ${count}.*abort > $`, 's'));
      session.type('\r');
    }
    await session.says('the end');
    await session.says('code=0');
    await session.ended;
  });

  it('goes away without a trace when it is told to, by q and by Ctrl-C', async () => {
    for (const key of ['q\r', '\u0003']) {
      const session = walk('host', 'true');
      await session.says(/abort > $/);
      session.type('\r');
      await session.says(/2 of.*abort > $/s);
      session.type(key);
      await session.says('code=130');
      await session.ended;
    }
  });

  it('has a shell at this point: in the namespaces that there are so far, and says which are the host’s still', async () => {
    const session = walk('host', 'true');
    // On to the step after the one that makes the uts namespace. The shell only looks: the rest is the host's.
    for (let step = 1; !/uts-namespace.*abort > .*abort > $/s.test(session.stdout); step++) {
      await session.says(new RegExp(`${step} of \\d+.*abort > $`, 's'));
      session.type('\r');
      await session.says(new RegExp(`${step + 1} of \\d+.*abort > $`, 's'));
    }
    session.type('s\r');
    await session.says('(step)');
    expect(session.stdout).toMatch(/the host’s still: .*ipc/);
    session.type('readlink /proc/self/ns/uts /proc/self/ns/ipc; exit\r');
    await session.says(/uts:\[\d+\]\s+ipc:\[\d+\].*abort > $/s);
    const [, uts, ipc] = /(uts:\[\d+\])\s+(ipc:\[\d+\])/.exec(session.stdout)!;
    expect(uts).not.toBe(readlinkSync('/proc/self/ns/uts'));
    expect(ipc).toBe(readlinkSync('/proc/self/ns/ipc'));
    session.type('q\r');
    await session.ended;
  });
});
