/** The program at a terminal, as a person has it: script(1) makes the terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { until } from '../support.ts';
import { bin, boxes, type Ended, ended } from './program.ts';

const directory = process.env.TMPDIR!;
const file = (name: string): string => join(directory, name);

interface Terminal {
  /** All that it has shown so far. */
  shown(): string;
  type(keys: string): void;
  /** Waits until it shows this, after what it had shown when `type` was called last. */
  sees(what: string | RegExp): Promise<void>;
  over: Promise<Ended>;
}

const open = (...args: string[]): Terminal => openAs('', ...args);

/** @param as what is to start it: `setpriv …` */
function openAs(as: string, ...args: string[]): Terminal {
  const command = `stty -a > ${file('before')}; stty cols 100 rows 40; ${as} ${process.execPath} ${bin} ${args.join(' ')}; echo "status $?"; stty cols 80 rows 24; stty -a > ${file('after')}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm' },
  });
  opened.push(child);
  let text = '';
  let from = 0;
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  return {
    shown: () => text,
    type(keys) {
      from = text.length;
      child.stdin.write(keys);
    },
    async sees(what) {
      const found = (): boolean =>
        typeof what === 'string' ? text.slice(from).includes(what) : what.test(text.slice(from));
      await until(found, 20, String(what)).catch((error) => {
        throw new Error(`${error.message}; it has shown ${JSON.stringify(text.slice(from))}`);
      });
    },
    over: ended(child),
  };
}

/** What stty says of the terminal, but for its size. */
const settings = (name: string): string => readFileSync(file(name), 'utf8').replace(/.*rows.*\n/, '');

const opened: ReturnType<typeof spawn>[] = [];

afterEach(() => {
  // Where a test failed: the end of script(1) is the end of the terminal.
  for (const child of opened.splice(0)) child.kill();
  expect(boxes()).toEqual([]);
  for (const name of ['before', 'after', 'made']) rmSync(file(name), { force: true, recursive: true });
});

/** Goes through a guided session, step by step, as far as to the container's own shell. @returns how many steps there were */
async function goThrough(terminal: Terminal): Promise<number> {
  await terminal.sees(/step 1 of \d+/);
  await terminal.sees('0/');
  const length = Number(/step 1 of (\d+)/.exec(terminal.shown())![1]);
  for (let step = 2; step <= length; step++) {
    terminal.type('\r');
    await terminal.sees(`step ${step} of ${length}`);
    await terminal.sees(`minidocker ${step - 1}/${length}`);
  }
  terminal.type('\r');
  await terminal.sees("The terminal is the container's now");
  return length;
}

it('guides from the blank process to a shell, and back', async () => {
  const terminal = open('--guide');
  const length = await goThrough(terminal);
  terminal.type('echo "pid=$$ host=$(uname -n) size=$(stty size)"\r');
  await terminal.sees('pid=1 host=lab size=40 100');
  terminal.type('exit 3\r');
  await terminal.sees('exit status 3');
  await terminal.sees(`minidocker ${length}/${length}`);
  terminal.type('.back\r');
  await terminal.sees(`minidocker ${length - 1}/${length}`);
  terminal.type('.back\r');
  await terminal.sees(`minidocker ${length - 2}/${length}`);
  terminal.type('\r');
  await terminal.sees(`minidocker ${length - 1}/${length}`);
  terminal.type('.next\r');
  await terminal.sees("The terminal is the container's now");
  terminal.type('exit\r');
  await terminal.sees('exit status 0');
  await terminal.sees(`minidocker ${length}/${length}`);
  terminal.type('\u0004');
  await terminal.sees('Removed:');
  await terminal.sees('status 0');
  await terminal.over;
  expect(settings('after')).toBe(settings('before'));
});

const nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
const tried = spawnSync('sh', ['-c', `${nobody} test -r ${bin} && ${nobody} unshare --user --map-root-user true`]);
if (tried.status !== 0)
  console.log('skipped: an ordinary user may not read this checkout, or have a user namespace; so no session of one');

it.runIf(tried.status === 0)('hands a terminal over that belongs to somebody else, as after su', async () => {
  const home = mkdtempSync('/tmp/mdt-su-');
  chmodSync(home, 0o777);
  const terminal = openAs(`env HOME=${home} MINIDOCKER_ROOT=${home}/state TMPDIR=${home} ${nobody}`, '--guide');
  await goThrough(terminal);
  terminal.type('echo "pid=$$ id=$(id -u)"\r');
  await terminal.sees('pid=1 id=0');
  terminal.type('exit 3\r');
  await terminal.sees('exit status 3');
  terminal.type('\u0004');
  await terminal.sees('status 0');
  await terminal.over;
  expect(settings('after')).toBe(settings('before'));
  rmSync(home, { recursive: true });
});

it('runs nothing before Enter, and keeps a history', async () => {
  const terminal = open();
  await terminal.sees('0/');
  terminal.type(`fs.mkdirSync(${JSON.stringify(file('made'))})`);
  await terminal.sees('made');
  terminal.type('\u0003');
  await terminal.sees('0/');
  expect(existsSync(file('made'))).toBe(false);
  terminal.type('"first" + "-line"\r');
  await terminal.sees('first-line');
  await terminal.sees('0/');
  terminal.type('\u0004');
  await terminal.sees('status 0');
  await terminal.over;
  const again = open();
  await again.sees('0/');
  again.type('\u001b[A\r');
  await again.sees('first-line');
  again.type('.exit\r');
  await again.sees('status 0');
  await again.over;
});

it('interrupts what takes too long', async () => {
  const terminal = open();
  await terminal.sees('0/');
  terminal.type('await new Promise(() => setTimeout(() => {}, 1e6))\r');
  await terminal.sees('\n');
  terminal.type('\u0003');
  await terminal.sees('0/');
  terminal.type('"alive" + "-still"\r');
  await terminal.sees('alive-still');
  terminal.type('.exit\r');
  await terminal.sees('status 0');
  await terminal.over;
});

it('removes what it made when a signal ends it, also after lines were evaluated', async () => {
  const terminal = open();
  await terminal.sees('0/');
  terminal.type('await box.apply(steps.namespace("uts"))\r');
  await terminal.sees(' 1/');
  terminal.type('setTimeout(() => process.kill(process.pid, "SIGINT"), 200) && "soon"\r');
  await terminal.sees('Removed:');
  await terminal.sees('status 130');
  await terminal.over;
});
