/** From Docker's flags to the runtime specification's configuration, as tables: what is made of each, and what each refusal says. */
import { describe, expect, test } from 'vitest';
import { compileInit, findInit } from '../../src/container/compile/init.ts';
import { compilePolicies, parseRestart, parseSignal } from '../../src/container/compile/policies.ts';
import { compile } from '../../src/container/compile.ts';
import type { RunOptions } from '../../src/container/options.ts';
import { parseBytes, parseDuration } from '../../src/container/quantities.ts';
import { UsageError } from '../../src/kernel/errors.ts';
import { attachmentsOf } from '../../src/spec/networks.ts';

const image = {
  name: 'test',
  root: { kind: 'directory', path: '/' } as const,
  command: ['/bin/sh', '-i'],
  environment: ['LANG=C'],
};
const id = 'ab'.repeat(32);
const of = (options: Partial<RunOptions> = {}) => compile({ image: 'test', ...options }, image, id, '/state/root');
const mountAt = (options: Partial<RunOptions>, destination: string) =>
  of(options).mounts.find((it) => it.destination === destination);
const resources = (options: Partial<RunOptions>) => of(options).linux.resources;

test('nothing asked for: the image’s command, Docker’s environment, new namespaces', () => {
  const config = of();
  expect(config.process.args).toEqual(['/bin/sh', '-i']);
  expect(config.process.env).toEqual([expect.stringMatching(/^PATH=/), 'HOSTNAME=abababababab', 'LANG=C']);
  expect(config.process.cwd).toBe('/');
  expect(config.linux.namespaces.map((it) => it.type).sort()).toEqual([
    'cgroup',
    'ipc',
    'mount',
    'network',
    'pid',
    'uts',
  ]);
  expect(config.linux.cgroupsPath).toBe(`${process.env.MINIDOCKER_CGROUP}/${id}`);
});

describe('the program', () => {
  const args: [Partial<RunOptions>, string[]][] = [
    [{ command: ['ls', '-l'] }, ['ls', '-l']],
    [{ entrypoint: '/bin/echo', command: ['a'] }, ['/bin/echo', 'a']],
    [{ entrypoint: '/bin/echo' }, ['/bin/echo']],
    [{ entrypoint: '' }, ['/bin/sh', '-i']],
  ];
  test.each(args)('%j runs %j', (options, expected) => expect(of(options).process.args).toEqual(expected));

  test('the last value of a variable counts; a bare name is taken from here', () => {
    process.env.MDT_HERE = 'yes';
    const { env } = of({ env: ['LANG=de', 'A=1', 'A=2', 'MDT_HERE', 'MDT_NOT_HERE'], tty: true }).process;
    expect(env).toEqual(expect.arrayContaining(['LANG=de', 'A=2', 'MDT_HERE=yes', 'TERM=xterm']));
    expect(env.filter((it) => it.startsWith('A=') || it.startsWith('LANG='))).toHaveLength(2);
    expect(env.join()).not.toContain('MDT_NOT_HERE');
  });

  test('--init puts a small program of the host’s in front', () => {
    expect(findInit((path) => path === '/usr/bin/catatonit')).toBe('/usr/bin/catatonit');
    expect(findInit(() => false)).toBe(undefined);
    const config = of({ command: ['true'] });
    compileInit(config, '/usr/bin/tini');
    expect(config.process.args).toEqual(['/sbin/docker-init', '--', 'true']);
    expect(config.mounts.at(-1)).toMatchObject({ source: '/usr/bin/tini', destination: '/sbin/docker-init' });
  });
});

describe('limits', () => {
  const table: [Partial<RunOptions>, object][] = [
    [{ memory: '64m' }, { memory: { limit: 67108864 } }],
    [{ memory: '64m', memorySwap: '128m' }, { memory: { limit: 67108864, swap: 134217728 } }],
    [{ memory: '64m', memorySwap: -1 }, { memory: { swap: -1 } }],
    [{ memory: '1g', memoryReservation: '512m' }, { memory: { reservation: 536870912 } }],
    [{ cpus: 1.5 }, { cpu: { period: 100000, quota: 150000 } }],
    [{ cpuShares: '512', cpusetCpus: '0-1', cpusetMems: '0' }, { cpu: { shares: 512, cpus: '0-1', mems: '0' } }],
    [{ cpuPeriod: 50000, cpuQuota: 25000 }, { cpu: { period: 50000, quota: 25000 } }],
    [{ pidsLimit: 20 }, { pids: { limit: 20 } }],
    [{ pidsLimit: -1 }, { pids: { limit: -1 } }],
    [{ blkioWeight: 300 }, { blockIO: { weight: 300 } }],
  ];
  test.each(table)('%j', (options, expected) => expect(resources(options)).toMatchObject(expected));
});

describe('mounts', () => {
  const table: [Partial<RunOptions>, string, object][] = [
    [{ volumes: ['/tmp:/data'] }, '/data', { source: '/tmp', options: ['rbind', 'rprivate', 'rw'] }],
    [{ volumes: ['/tmp:/data:ro,rslave'] }, '/data', { options: ['rbind', 'rslave', 'ro'] }],
    [{ volumes: ['/tmp:/data:rro'] }, '/data', { options: ['rbind', 'rprivate', 'rro'] }],
    [{ volumes: ['./x:/data'] }, '/data', { source: `${process.cwd()}/x` }],
    [{ volumes: ['name:/data'] }, '/data', { source: `${process.env.MINIDOCKER_ROOT}/volumes/name/_data` }],
    [
      { mounts: ['type=bind,source=/tmp,target=/data,readonly'] },
      '/data',
      { source: '/tmp', options: ['rbind', 'rprivate', 'ro'] },
    ],
    [{ mounts: ['source=name,dst=/data'] }, '/data', { source: `${process.env.MINIDOCKER_ROOT}/volumes/name/_data` }],
    [
      { mounts: ['type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1770'] },
      '/t',
      { type: 'tmpfs', options: ['nosuid', 'nodev', 'noexec', 'size=1048576', 'mode=1770'] },
    ],
    [{ tmpfs: ['/t:size=64k,exec'] }, '/t', { type: 'tmpfs', options: ['nosuid', 'nodev', 'size=65536', 'exec'] }],
    [{ shmSize: '1m' }, '/dev/shm', { options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=1048576'] }],
  ];
  test.each(table)('%j', (options, at, expected) => expect(mountAt(options, at)).toMatchObject(expected));

  test('places are mounted from the top down, and a default mount gives way', () => {
    const { mounts } = of({ volumes: ['/tmp:/a/b', '/tmp:/a', '/tmp:/dev/shm'] });
    const places = mounts.map((it) => it.destination);
    expect(places.indexOf('/a')).toBeLessThan(places.indexOf('/a/b'));
    expect(places.filter((it) => it === '/dev/shm')).toHaveLength(1);
    expect(mounts.find((it) => it.destination === '/dev/shm')?.source).toBe('/tmp');
  });

  test('an anonymous volume is the same in the record and in the configuration', () => {
    const volumes = [{ name: 'random', anonymous: true, destination: '/data' }];
    const config = compile({ image: 'test', volumes: ['/data'] }, image, id, '/state/root', volumes);
    expect(config.mounts.find((it) => it.destination === '/data')?.source).toMatch(/volumes\/random\/_data$/);
  });
});

describe('namespaces', () => {
  const pathOf = (options: Partial<RunOptions>, type: string) =>
    of(options).linux.namespaces.find((it) => it.type === type);
  test('host takes it away, container:NAME joins', () => {
    for (const type of ['pid', 'ipc', 'uts', 'network']) expect(pathOf({ [type]: 'host' }, type), type).toBe(undefined);
    for (const type of ['pid', 'ipc', 'network'])
      expect(pathOf({ [type]: 'container:web' }, type)).toEqual({ type, path: 'container:web' });
    expect(of({ uts: 'host' }).hostname).toBe(undefined);
  });
  test('without a network of its own the settings of one are left alone', () => {
    expect(of({ network: 'host' }).linux.sysctl).toEqual({});
    expect(Object.keys(of({ network: 'none' }).linux.sysctl ?? {})).toContain('net.ipv4.ip_unprivileged_port_start');
  });
});

describe('networks', () => {
  test('a cable with its wishes, and name files', () => {
    const config = of({ network: 'lab', name: 'web', networkAlias: ['db'], ip: '10.0.0.5', publish: ['8080:80'] });
    expect(attachmentsOf(config)).toEqual([
      { network: 'lab', names: ['web', 'abababababab', 'db'], address: '10.0.0.5', ports: ['8080:80'] },
    ]);
    expect(config.mounts.filter((it) => it.destination.startsWith('/etc/')).map((it) => it.source)).toEqual([
      '/state/hosts',
      '/state/hostname',
      '/state/resolv.conf',
    ]);
  });
  test('none: no cable, no name files, unless a name is given', () => {
    expect(attachmentsOf(of({ network: 'none' }))).toEqual([]);
    expect(mountAt({ network: 'none' }, '/etc/hosts')).toBe(undefined);
    expect(mountAt({ network: 'none', addHost: ['a:1.2.3.4'] }, '/etc/hosts')).toBeDefined();
    expect(mountAt({ network: 'host', image: 'host' }, '/etc/hosts')).toBe(undefined);
    expect(mountAt({ network: 'host', image: 'busybox' }, '/etc/hosts')).toBeDefined();
  });
});

describe('privileges', () => {
  const bounding = (options: Partial<RunOptions>) => of(options).process.capabilities?.bounding;
  test('dropped, added, all', () => {
    expect(bounding({ capDrop: ['ALL'], capAdd: ['net_admin', 'CAP_CHOWN'] })).toEqual(['CAP_CHOWN', 'CAP_NET_ADMIN']);
    expect(bounding({ capDrop: ['chown'] })).not.toContain('CAP_CHOWN');
    expect(bounding({})).toHaveLength(14);
  });
  test('privileged hides nothing and allows every device', () => {
    const { linux, mounts } = of({ privileged: true });
    expect([linux.maskedPaths, linux.readonlyPaths, linux.seccomp]).toEqual([[], [], undefined]);
    expect(linux.resources?.devices).toEqual([{ allow: true, access: 'rwm' }]);
    expect(mounts.find((it) => it.destination === '/sys')?.options).not.toContain('ro');
  });
  test('a device is made and allowed', () => {
    const { linux } = of({ devices: ['/dev/null:/dev/mine:rw'] });
    expect(linux.devices).toContainEqual(expect.objectContaining({ path: '/dev/mine', type: 'c', major: 1, minor: 3 }));
    expect(linux.resources?.devices).toContainEqual({ allow: true, type: 'c', major: 1, minor: 3, access: 'rw' });
  });
  test('users, groups, limits, scores', () => {
    expect(of({ user: 'nobody:nogroup' }).process.user.username).toBe('nobody:nogroup');
    expect(of({ groupAdd: ['5', 6] }).process.user.additionalGids).toEqual([5, 6]);
    expect(of({ ulimits: ['nofile=10:20'] }).process.rlimits).toEqual([{ type: 'RLIMIT_NOFILE', soft: 10, hard: 20 }]);
    expect(of({ oomScoreAdj: '500' }).process.oomScoreAdj).toBe(500);
    expect(of({ securityOpt: ['no-new-privileges'] }).process.noNewPrivileges).toBe(true);
  });
});

describe('SELinux labels', () => {
  const usual = { process: 'system_u:system_r:container_t:s0', file: 'system_u:object_r:container_file_t:s0' };
  test.each([
    [[], undefined, undefined],
    [['type:spc_t'], 'system_u:system_r:spc_t:s0', usual.file],
    [['level:s0:c1,c2'], `${usual.process}:c1,c2`, `${usual.file}:c1,c2`],
    [['user:me', 'role:mine', 'filetype:held_t'], 'me:mine:container_t:s0', 'system_u:object_r:held_t:s0'],
    [['me:mine:my_t:s0-s0:c3', 'filetype:held_t'], 'me:mine:my_t:s0-s0:c3', 'system_u:object_r:held_t:s0-s0:c3'],
    [['type:spc_t', 'disable'], undefined, undefined],
  ])('%j', (words, process, file) => {
    const { process: program, linux } = of({ securityOpt: words.map((it) => `label=${it}`) });
    expect([program.selinuxLabel, linux.mountLabel]).toEqual([process, file]);
  });
});

describe('policies', () => {
  test.each([
    ['no', { name: 'no', maximum: 0 }],
    ['always', { name: 'always', maximum: 0 }],
    ['on-failure', { name: 'on-failure', maximum: 0 }],
    ['on-failure:3', { name: 'on-failure', maximum: 3 }],
    ['unless-stopped', { name: 'unless-stopped', maximum: 0 }],
  ])('--restart %s', (text, expected) => expect(parseRestart(text)).toEqual(expected));
  test.each([
    ['SIGTERM', 15],
    ['term', 15],
    ['9', 9],
    ['SIGRTMIN+3', 37],
    ['RTMAX', 64],
  ])('signal %s is %i', (text, expected) => expect(parseSignal(text)).toBe(expected));
  test('health, labels, log', () => {
    const policies = compilePolicies(
      {
        image: 'x',
        healthCmd: 'true',
        healthInterval: '1m30s',
        labels: ['a=b=c', 'd'],
        logOpt: ['max-size=10m', 'max-file=3'],
      },
      image,
    );
    expect(policies.health).toMatchObject({ command: ['/bin/sh', '-c', 'true'], interval: 90000, retries: 3 });
    expect(policies.labels).toEqual({ a: 'b=c', d: '' });
    expect(policies.log).toEqual({ maxSize: 10485760, maxFiles: 3 });
  });
});

test.each([
  ['10', 10],
  ['1k', 1024],
  ['1.5m', 1572864],
  ['2KiB', 2048],
  ['1gb', 1073741824],
])('%s are %i bytes', (text, expected) => expect(parseBytes(text, '-m')).toBe(expected));

test.each([
  ['30s', 30000],
  ['1m30s', 90000],
  ['500ms', 500],
  ['2', 2000],
  ['1h', 3600000],
])('%s are %i ms', (text, expected) => expect(parseDuration(text, '--x')).toBe(expected));

/** Each names the flag, the value, and what to do. */
const refused: [Partial<RunOptions>, RegExp][] = [
  [{ memory: '1k' }, /^--memory: 1k is too little; /],
  [{ memory: 'much' }, /^--memory: "much" is no size; /],
  [{ memorySwap: '1g' }, /^--memory-swap: 1g .* --memory is needed too; /],
  [{ memory: '2g', memorySwap: '1g' }, /^--memory-swap: 1g is less than --memory 2g; /],
  [{ cpus: '0' }, /^--cpus: "0" is not possible; /],
  [{ cpus: 1, cpuQuota: 5000 }, /^--cpus and --cpu-period or --cpu-quota say the same; /],
  [{ cpusetCpus: 'all' }, /^--cpuset-cpus: "all" is no list of numbers; /],
  [{ pidsLimit: 'x' }, /^--pids-limit: "x" is not possible; /],
  [{ volumes: ['a:b:c:d'] }, /^-v: "a:b:c:d" is no volume; /],
  [{ volumes: ['/a:b'] }, /^-v: "\/a:b": the place inside, "b", is not absolute; /],
  [{ volumes: ['/a:/proc/x'] }, /is in \/proc; /],
  [{ volumes: ['/a:/b:maybe'] }, /"maybe" is no option of a volume; /],
  [{ volumes: ['/a:/b', '/c:/b'] }, /^two mounts are asked for at \/b; /],
  [{ mounts: ['type=disk,target=/x'] }, /^--mount: .* the type "disk" is not known; /],
  [{ mounts: ['type=bind,source=/x'] }, /there is no target; /],
  [{ mounts: ['type=bind,source=/x,target=/y,speed=1'] }, /"speed" is not known for type bind; /],
  [{ env: ['=x'] }, /^--env: "=x" is no variable; /],
  [{ envFile: ['/no/such'] }, /^--env-file: \/no\/such cannot be read \(ENOENT\); /],
  [{ devices: ['/dev/no-such'] }, /^--device: "\/dev\/no-such": there is no device/],
  [{ pid: 'mine' }, /^--pid: "mine" is not possible; /],
  [{ uts: 'host', hostname: 'x' }, /^--hostname: .* --uts/],
  [{ network: 'host', publish: ['80:80'] }, /^--publish needs a connection, and --network host has none/],
  [{ addHost: ['nobody'] }, /^--add-host: "nobody" is no name with an address; /],
  [{ dns: ['dns.example'] }, /^--dns: "dns.example" is no address; /],
  [{ name: '-x' }, /^--name: "-x" is no name; /],
  [{ capAdd: ['FLY'] }, /"FLY"/],
  [{ ulimits: ['wings=2'] }, /^--ulimit: "wings=2" is no limit; /],
  [{ oomScoreAdj: '2000' }, /^--oom-score-adj: "2000" is not possible; /],
  [{ deviceCgroupRule: ['x'] }, /^--device-cgroup-rule: "x" is no rule; /],
  [{ cgroupParent: '../up' }, /must not contain/],
];
test.each(refused)('%j is refused', (options, message) => {
  expect(() => of(options)).toThrow(message);
  expect(() => of(options)).toThrow(UsageError);
});

const refusedPolicies: [Partial<RunOptions>, RegExp][] = [
  [{ restart: 'sometimes' }, /^--restart: "sometimes" is no policy; /],
  [{ restart: 'always', rm: true }, /^--rm and --restart always contradict each other; /],
  [{ stopSignal: 'SIGNO' }, /^--stop-signal: "SIGNO" is no signal; /],
  [{ healthInterval: '1s' }, /^--health-interval needs a command that is to be run; /],
  [{ healthCmd: 'x', noHealthcheck: true }, /contradict/],
  [{ healthCmd: 'x', healthInterval: 'soon' }, /^--health-interval: "soon" is no time; /],
  [{ logOpt: ['max-file=3'] }, /max-file needs max-size too; /],
  [{ logOpt: ['colour=red'] }, /^--log-opt: "colour" is not known; /],
  [{ labels: ['=x'] }, /^--label: "=x" has no name; /],
];
test.each(refusedPolicies)('%j is refused', (options, message) => {
  expect(() => compilePolicies({ image: 'x', ...options }, image)).toThrow(message);
});
