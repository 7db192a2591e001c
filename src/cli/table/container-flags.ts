/** The flags of run and create: what can be asked of a container. */
import type { Flag } from '../definition.ts';

const program: readonly Flag[] = [
  { name: 'interactive', short: 'i', text: 'keep standard input open' },
  { name: 'tty', short: 't', text: 'give it a terminal of its own' },
  { name: 'env', short: 'e', value: 'NAME=VALUE', many: true, text: 'set a variable; NAME alone takes ours' },
  { name: 'env-file', value: 'FILE', many: true, text: 'variables from a file, one a line' },
  { name: 'workdir', short: 'w', value: 'DIRECTORY', text: 'begin there' },
  { name: 'user', short: 'u', value: 'USER[:GROUP]', text: 'as whom, by name (looked up in the image) or number' },
  { name: 'group-add', value: 'GROUP', many: true, text: 'one group more' },
  { name: 'entrypoint', value: 'PROGRAM', text: 'in place of the image’s program' },
  { name: 'init', text: 'a first process that reaps orphans and hands signals on' },
];

const identity: readonly Flag[] = [
  { name: 'name', value: 'NAME', text: 'call it so' },
  { name: 'rm', text: 'remove it when it has ended' },
  { name: 'hostname', short: 'h', value: 'NAME', text: 'its host name' },
  { name: 'domainname', value: 'NAME', text: 'its NIS domain name' },
  { name: 'label', short: 'l', value: 'NAME[=VALUE]', many: true, text: 'a note for people and filters' },
  { name: 'label-file', value: 'FILE', many: true, text: 'labels from a file, one a line' },
  { name: 'annotation', value: 'NAME=VALUE', many: true, text: 'an annotation in the OCI configuration' },
  { name: 'cidfile', value: 'FILE', text: 'write the id to this file, which must not exist' },
];

const resources: readonly Flag[] = [
  { name: 'memory', short: 'm', value: 'SIZE', text: 'memory at most, as 64m' },
  { name: 'memory-reservation', value: 'SIZE', text: 'memory it should come down to when there is little' },
  { name: 'memory-swap', value: 'SIZE', text: 'memory and swap together; -1 is no limit of swap' },
  { name: 'memory-swappiness', value: '0-100', text: 'how readily it is swapped out (cgroup v1)' },
  { name: 'oom-kill-disable', text: 'wait for memory instead of being killed (cgroup v1)' },
  { name: 'oom-score-adj', value: '-1000-1000', text: 'who is killed first when the machine has no memory' },
  { name: 'cpus', value: 'NUMBER', text: 'processors at most, as 1.5' },
  { name: 'cpu-shares', short: 'c', value: 'NUMBER', text: 'weight beside others; 1024 is usual' },
  { name: 'cpu-period', value: 'MICROSECONDS', text: 'the period of the processor quota' },
  { name: 'cpu-quota', value: 'MICROSECONDS', text: 'processor time in each period' },
  { name: 'cpuset-cpus', value: 'LIST', text: 'on these processors only, as 0-1,3' },
  { name: 'cpuset-mems', value: 'LIST', text: 'memory of these NUMA nodes only' },
  { name: 'pids-limit', value: 'NUMBER', text: 'processes and threads at most' },
  { name: 'blkio-weight', value: '10-1000', text: 'weight of its disk access' },
  { name: 'device-read-bps', value: 'DEVICE:RATE', many: true, text: 'bytes a second read from a device' },
  { name: 'device-write-bps', value: 'DEVICE:RATE', many: true, text: 'bytes a second written to a device' },
  { name: 'device-read-iops', value: 'DEVICE:RATE', many: true, text: 'reads a second of a device' },
  { name: 'device-write-iops', value: 'DEVICE:RATE', many: true, text: 'writes a second of a device' },
  { name: 'cgroup-parent', value: 'PATH', text: 'the control group that holds its own' },
  { name: 'cgroupns', value: 'host|private', text: 'whose control groups it sees' },
  { name: 'ulimit', value: 'NAME=SOFT[:HARD]', many: true, text: 'a resource limit of its processes' },
  { name: 'shm-size', value: 'SIZE', text: 'size of /dev/shm' },
];

const files: readonly Flag[] = [
  {
    name: 'volume',
    short: 'v',
    value: 'SOURCE:TARGET[:OPTIONS]',
    many: true,
    text: 'show a directory, file or volume inside',
  },
  { name: 'mount', value: 'type=…,source=…,target=…', many: true, text: 'the same in words: bind, volume or tmpfs' },
  { name: 'tmpfs', value: 'TARGET[:OPTIONS]', many: true, text: 'an empty file system in memory' },
  { name: 'read-only', text: 'its own files cannot be written' },
  { name: 'device', value: 'DEVICE[:INSIDE[:rwm]]', many: true, text: 'show a device of the host inside' },
  { name: 'device-cgroup-rule', value: 'RULE', many: true, text: 'allow devices by number, as c 42:* rwm' },
];

const security: readonly Flag[] = [
  { name: 'privileged', text: 'all capabilities and devices, no filter of system calls' },
  { name: 'cap-add', value: 'CAPABILITY', many: true, text: 'one capability more, or ALL' },
  { name: 'cap-drop', value: 'CAPABILITY', many: true, text: 'one capability less, or ALL' },
  {
    name: 'security-opt',
    value: 'OPTION',
    many: true,
    text: 'no-new-privileges, seccomp=FILE|unconfined, systempaths=unconfined …',
  },
  { name: 'sysctl', value: 'NAME=VALUE', many: true, text: 'a kernel setting of its namespaces' },
  { name: 'pid', value: 'host|container:NAME', text: 'whose processes it sees' },
  { name: 'ipc', value: 'host|private|container:NAME', text: 'whose shared memory it sees' },
  { name: 'uts', value: 'host', text: 'whose host name it has' },
  { name: 'userns', value: 'host|auto|RANGES', text: 'who its ids are outside: 0:100000:65536' },
];

const network: readonly Flag[] = [
  {
    name: 'network',
    also: ['net'],
    value: 'NETWORK',
    text: 'bridge, none, host, container:NAME, or one that you made; without root pasta, slirp4netns',
  },
  {
    name: 'publish',
    short: 'p',
    value: '[[IP:]HOST:]PORT[/udp]',
    many: true,
    text: 'a port of the host leads to one of its own; of a range the first free one',
  },
  { name: 'expose', value: 'PORT[/udp]', many: true, text: 'it listens there; ps shows it, -P publishes it' },
  { name: 'publish-all', short: 'P', text: 'a free port of the host leads to each that is exposed' },
  { name: 'ip', value: 'ADDRESS', text: 'its IPv4 address' },
  { name: 'ip6', value: 'ADDRESS', text: 'its IPv6 address' },
  { name: 'mac-address', value: 'ADDRESS', text: 'its hardware address' },
  { name: 'network-alias', also: ['net-alias'], value: 'NAME', many: true, text: 'another name of it in its network' },
  { name: 'add-host', value: 'NAME:ADDRESS', many: true, text: 'a line more in /etc/hosts' },
  { name: 'dns', value: 'ADDRESS', many: true, text: 'a name server' },
  { name: 'dns-search', value: 'DOMAIN', many: true, text: 'a domain to look names up in' },
  { name: 'dns-option', also: ['dns-opt'], value: 'OPTION', many: true, text: 'an option of resolv.conf' },
];

const life: readonly Flag[] = [
  { name: 'restart', value: 'POLICY', text: 'no, on-failure[:n], always, unless-stopped' },
  { name: 'stop-signal', value: 'SIGNAL', text: 'the signal that stop sends' },
  { name: 'stop-timeout', value: 'SECONDS', text: 'how long stop waits before it kills' },
  { name: 'log-opt', value: 'NAME=VALUE', many: true, text: 'max-size=10m, max-file=3' },
  { name: 'health-cmd', value: 'COMMAND', text: 'a command that says whether it is well' },
  { name: 'health-interval', value: 'DURATION', text: 'time between two checks, as 30s' },
  { name: 'health-timeout', value: 'DURATION', text: 'how long a check may take' },
  { name: 'health-start-period', value: 'DURATION', text: 'time in which failures do not count' },
  { name: 'health-retries', value: 'NUMBER', text: 'failures in a row until it is unhealthy' },
  { name: 'no-healthcheck', text: 'no checks, whatever the image says' },
];

/** Run and create. */
export const containerFlags: readonly Flag[] = [
  ...program,
  ...identity,
  ...resources,
  ...files,
  ...security,
  ...network,
  ...life,
];

/** Ways to look at what run does. */
const looking: readonly Flag[] = [
  { name: 'dry-run', text: 'print the steps and their system calls; make nothing', own: true },
  { name: 'print-config', text: 'print the OCI runtime configuration; make nothing', own: true },
  { name: 'trace', text: 'print every system call with its duration', own: true },
  { name: 'step', text: 'pause before each step: go on, explain, difference, shell, abort', own: true },
  { name: 'rootless', text: 'without root, in a user namespace: one user, no limits', own: true },
];

/** Run alone. */
export const runFlags: readonly Flag[] = [
  { name: 'detach', short: 'd', text: 'run in the background and print the id' },
  { name: 'detach-keys', value: 'KEYS', text: 'what lets go of its terminal; ctrl-p,ctrl-q is usual' },
  { name: 'sig-proxy', text: 'hand signals on to it (usual; --sig-proxy=false does not)' },
  ...looking,
];
