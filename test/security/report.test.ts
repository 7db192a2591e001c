/** A program in the container tells what it sees; runc, given the same configuration, must show it the same – but for the differences listed here, each with its reason. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { makeBox, run } from 'minidocker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, folder, imageWith, noCompiler } from './lab.ts';

/** Where the two may differ. */
const reasons: readonly (readonly [lines: RegExp, reason: string])[] = [
  [/^namespace\t/, 'each container has namespaces of its own'],
  [
    /^mount\t\/etc\/(hostname|hosts|resolv\.conf)\t/,
    'names in the network are made by us; runc leaves them to whoever calls it',
  ],
  [
    /^mount\t\/(proc|sys)\/\S+\t(devtmpfs|tmpfs) /,
    'what is covered is covered by the host’s null device and by tmpfs with nosuid,nodev,noexec; runc takes the container’s own null device and a plain tmpfs',
  ],
  [
    /^(mount|writable)\t\/sys\/fs\/cgroup(\/unified)?\t/,
    'the directory that holds the hierarchies is read-only too, and a hybrid host’s second version is shown',
  ],
  [/^open\tc 10:200\t/, 'runc before version 1.2 always allows /dev/net/tun; we do not'],
  [/^environment\tHOME\t/, 'root’s home is /root, also where the image has no /etc/passwd that says so'],
  [/^rlimit\t7\t/, 'Node raises its own soft limit of open files'],
];

function runcCanRun(): boolean {
  try {
    execFileSync('runc', ['--version'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}
const comparable = runcCanRun();
if (!comparable) console.log('the report is not compared: there is no runc (Debian: apt-get install runc)');

describe.skipIf(noCompiler)('what a program sees', () => {
  let image: string;
  let ours: string[];
  const options = () => ({ image, command: ['/report'], hostname: 'report' });
  const section = (name: string): Map<string, string> =>
    new Map(ours.filter((it) => it.startsWith(`${name}\t`)).map((it) => it.split('\t').slice(1) as [string, string]));

  beforeAll(async () => {
    image = imageWith((root) => {
      fs.mkdirSync(join(root, 'tmp'));
      compile('report.c', join(root, 'report'), '-static');
    });
    const result = await run({ ...options(), capture: true });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    ours = result.stdout.trim().split('\n');
  });
  afterAll(() => fs.rmSync(image, { recursive: true, force: true }));

  test('is told in full', () => {
    const sections = new Set(ours.map((it) => it.split('\t')[0]));
    const expected = [
      'status',
      'process',
      'namespace',
      'mount',
      'device',
      'mknod',
      'open',
      'rlimit',
      'writable',
      'seccomp',
    ];
    expect([...sections]).toEqual(expect.arrayContaining(expected));
    expect(section('seccomp').size).toBe(490);
    expect(section('descriptor')).toEqual(new Map(['0', '1', '2'].map((fd) => [fd, 'open'])));
    for (const [kind, link] of section('namespace'))
      if (kind !== 'user') expect(link).not.toBe(fs.readlinkSync(`/proc/self/ns/${kind}`));
  });

  test('devices can be used only where it is allowed, also one that it makes itself', () => {
    const allowed = [...section('open')].filter(([, answer]) => answer === 'allowed').map(([device]) => device);
    expect(allowed).toEqual(['c 1:3', 'c 1:5', 'c 1:7', 'c 1:8', 'c 1:9', 'c 5:0', 'c 5:2']);
  });

  test.skipIf(!comparable)('is the same under runc, but for what is listed', async () => {
    const bundle = folder('bundle');
    const id = `mdt-report-${process.pid}`;
    const runc = (...args: string[]): string =>
      execFileSync('runc', ['--root', join(bundle, 'state'), ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    try {
      fs.writeFileSync(join(bundle, 'config.json'), JSON.stringify(await configuration(id)));
      const theirs = runc('run', '-b', bundle, id).trim().split('\n');
      const differences = [
        ...ours.filter((it) => !theirs.includes(it)).map((line) => ({ who: 'ours', line })),
        ...theirs.filter((it) => !ours.includes(it)).map((line) => ({ who: 'runc', line })),
      ];
      const unexplained = differences.filter(({ line }) => !reasons.some(([lines]) => lines.test(line)));
      expect(unexplained).toEqual([]);
      for (const [lines, reason] of reasons) {
        const found = differences.filter(({ line }) => lines.test(line)).length;
        if (found > 0) console.log(`${String(found).padStart(3)} lines differ: ${reason}`);
      }
    } finally {
      fs.rmSync(bundle, { recursive: true, force: true });
    }
  });

  /** The configuration of the same container, exported. */
  async function configuration(id: string): Promise<object> {
    const made = makeBox(options());
    const config = structuredClone(made.config);
    await made.remove();
    config.root.path = image;
    config.linux.cgroupsPath = `/${id}`;
    return config;
  }
});
