/** As a shell script with the tools of util-linux and iproute2: unshare, mount, pivot_root. What sh has no word for is said where it is missing. */
import type { Capabilities, Mount, NamespaceType, User } from '../spec/config.ts';
import {
  defaultDeviceLinks,
  defaultDevices,
  defaultMaskedPaths,
  defaultMounts,
  defaultReadonlyPaths,
} from '../spec/defaults.ts';
import type { Root } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import { quoted } from './quoted.ts';
import { type Call, callOf, type Subject } from './subject.ts';

const flagOf: Record<NamespaceType, string> = {
  user: '--user --map-root-user',
  pid: '--pid --fork',
  mount: '--mount',
  uts: '--uts',
  ipc: '--ipc',
  network: '--net',
  cgroup: '--cgroup',
  time: '--time',
};

/** Where the new root is: `$R` before pivot_root, nothing after it. */
interface Place {
  root: '"$R"' | '';
}

const mountLine = (it: Mount, place: Place): string[] => {
  const at = `${place.root}${quoted(it.destination)}`;
  const options = it.options?.filter((word) => word !== 'newinstance').join(',');
  return [
    `mkdir -p ${at}`,
    `mount -t ${it.type} ${options ? `-o ${quoted(options)} ` : ''}${quoted(it.source ?? it.type ?? 'none')} ${at}`,
  ];
};

const named = (destination: string) => (place: Place) =>
  mountLine(defaultMounts.find((it) => it.destination === destination)!, place);

function rootfs(root: Root): string[] {
  if (root.kind === 'directory') return ['mkdir "$D"/root', `mount --rbind ${quoted(root.path)} "$R"`];
  return [
    'mkdir "$D"/root "$D"/upper "$D"/work',
    `mount -t overlay -o "lowerdir=${root.lower.join(':')},upperdir=$D/upper,workdir=$D/work" overlay "$R"`,
  ];
}

function hide(paths: readonly string[], place: Place): string[] {
  const words = paths.map((path) => quoted(path)).join(' ');
  return [
    `for it in ${words}; do`,
    `  if [ -d ${place.root}"$it" ]; then mount -t tmpfs -o mode=755 tmpfs ${place.root}"$it"`,
    `  elif [ -e ${place.root}"$it" ]; then mount --bind /dev/null ${place.root}"$it"; fi`,
    'done',
  ];
}

function devices(place: Place): string[] {
  const nodes = defaultDevices.map(
    (it) => `mknod -m ${(it.fileMode ?? 0o666).toString(8)} ${place.root}${it.path} ${it.type} ${it.major} ${it.minor}`,
  );
  return [...nodes, ...defaultDeviceLinks.map(([path, target]) => `ln -sf ${target} ${place.root}${path}`)];
}

function volume(it: Mount, place: Place): string[] {
  const at = `${place.root}${quoted(it.destination)}`;
  const readonly = it.options?.includes('ro') ? [`mount -o remount,bind,ro ${at}`] : [];
  return [`mkdir -p ${at}`, `mount --rbind ${quoted(it.source ?? '')} ${at}`, ...readonly];
}

/** Bound onto itself, then made read-only. */
const readonly = (paths: readonly string[], place: Place): string[] => [
  `for it in ${paths.join(' ')}; do`,
  `  if [ -e ${place.root}"$it" ]; then`,
  `    mount --rbind ${place.root}"$it" ${place.root}"$it"; mount -o remount,bind,ro ${place.root}"$it"`,
  '  fi',
  'done',
];

/** What takes rights away, in front of the program: setpriv(1). */
function privileges(steps: readonly Call[]): string {
  const user = steps.find((it) => it.name === 'user')?.args[0] as User | undefined;
  const kept = (steps.find((it) => it.name === 'capabilities')?.args[0] as Capabilities | undefined)?.bounding;
  const words = [
    ...(user ? [`--reuid=${user.uid} --regid=${user.gid} --clear-groups`] : []),
    ...(kept ? [`--inh-caps=-all --bounding-set=${['-all', ...kept.map(plain)].join(',')}`] : []),
    ...(steps.some((it) => it.name === 'noNewPrivileges') ? ['--no-new-privs'] : []),
  ];
  return words.length > 0 ? `setpriv ${words.join(' ')} ` : '';
}

const plain = (capability: string): string => `+${capability.replace('CAP_', '').toLowerCase()}`;

const program = (args: readonly string[], env: readonly string[], before: string): string[] => [
  `exec ${before}env -i ${env.map(quoted).join(' ')} ${args.map(quoted).join(' ')}`,
];

/** `write("/proc/sys/…", "0")` of a step's own words. */
const writes = (step: Step): string[] =>
  step.calls.flatMap((it) => {
    const [, path, value] = /^write\("(.+)", "(.*)"\)$/.exec(it) ?? [];
    return path === undefined ? [] : [`echo ${quoted(value!)} > ${path}`];
  });

/** What a step is said with. */
interface Context {
  step: Step;
  call: Call;
  /** All of the list. */
  calls: readonly Call[];
  place: Place;
  root: Root;
}

type Say = (it: Context) => string[];

/** By the name of the step's constructor. */
const words: Record<string, Say> = {
  private: () => ['mount --make-rprivate /'],
  rootfs: ({ root }) => rootfs(root),
  hide: ({ call, place }) => hide(call.args[0] as string[], place),
  proc: ({ place }) => named('/proc')(place),
  sysfs: ({ place }) => named('/sys')(place),
  dev: ({ place }) => named('/dev')(place),
  devpts: ({ place }) => named('/dev/pts')(place),
  shm: ({ place }) => named('/dev/shm')(place),
  mqueue: ({ place }) => named('/dev/mqueue')(place),
  mount: ({ call, place }) => mountLine(call.args[0] as Mount, place),
  devices: ({ place }) => devices(place),
  volume: ({ call, place }) => volume(call.args[0] as Mount, place),
  maskedPaths: ({ call, place }) => hide((call.args[0] as string[] | undefined) ?? defaultMaskedPaths, place),
  readonlyPaths: ({ call, place }) => readonly((call.args[0] as string[] | undefined) ?? defaultReadonlyPaths, place),
  hostname: ({ call }) => [`hostname ${quoted(String(call.args[0]))}`],
  loopback: () => ['ip link set lo up'],
  sysctls: ({ step }) => writes(step),
  pivotRoot: () => ['cd "$R"', 'pivot_root . .', 'cd /'],
  releaseOldRoot: () => ['umount -l /'],
  stdio: () => [],
  terminal: () => [],
  workingDirectory: ({ call }) => [`mkdir -p ${quoted(String(call.args[0]))}; cd ${quoted(String(call.args[0]))}`],
  user: () => ['# (setpriv does it, below)'],
  capabilities: () => ['# (setpriv does it, below)'],
  noNewPrivileges: () => ['# (setpriv does it, below)'],
  program: ({ call, calls }) => program(call.args[0] as string[], call.args[1] as string[], privileges(calls)),
};

/** Why a step is not said. */
const silence: Record<string, string> = {
  cgroup: 'mkdir below /sys/fs/cgroup and echo would do it; systemd-run --scope is the usual way',
  limits: 'systemd-run --scope -p MemoryMax=… is the usual way',
  idMappedMounts:
    'mount -o X-mount.idmap of util-linux 2.39 does it; root of this script’s user namespace is root outside',
  // Half of it is done on the host's side, where this script does not come from inside.
  'net.bridge':
    'on the host: ip link add BRIDGE type bridge; ip address add GATEWAY/16 dev BRIDGE; ip link set BRIDGE up',
  'net.veth': 'on the host: ip link add END type veth peer name eth0 netns PID; ip link set END master BRIDGE up',
  'net.address': 'ip address add ADDRESS/16 dev eth0; ip link set eth0 up – which address is free, sh does not know',
  'net.route': 'ip route add default via GATEWAY',
  'net.nat': 'on the host: nft, with a table like that of nft list table inet BRIDGE',
  'net.publish': 'on the host: nft, with a rule like tcp dport 8080 dnat ip to ADDRESS:80',
  'net.names': 'dnsmasq would do it',
  'net.userMode': 'outside, as the same user: pasta --config-net PID, or slirp4netns --configure PID eth0',
};

function linesOf(it: Context): string[] {
  const { step, call, place } = it;
  const said = words[call.name]?.(it);
  if (call.name === 'pivotRoot') place.root = '';
  return said
    ? [`# ${step.title}`, ...said]
    : [`# left out: ${step.title} (${silence[call.name] ?? 'sh has no equivalent'})`];
}

const isBefore = (step: Step): boolean => step.name.endsWith('-namespace') || step.name === 'fork';

export function shell({ steps, root }: Subject): string {
  const kinds = steps.filter((it) => it.name.endsWith('-namespace')).map((it) => callOf(it).args[0] as NamespaceType);
  const place: Place = { root: '"$R"' };
  const calls = steps.map(callOf);
  const inside = steps.flatMap((step, i) =>
    isBefore(step) ? [] : linesOf({ step, call: calls[i]!, calls, place, root }),
  );
  return [
    '#!/bin/sh',
    '# As root. D holds what the container writes.',
    'set -e',
    'D=$(mktemp -d); R=$D/root; export D R',
    `trap 'rm -rf "$D"' EXIT`,
    // A descriptor of its own: standard input stays the program's.
    `unshare ${kinds.map((it) => flagOf[it]).join(' ')} sh -e /dev/fd/3 3<<'INSIDE'`,
    ...inside,
    'INSIDE',
  ].join('\n');
}
