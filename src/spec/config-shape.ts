/** The shape of config.json (config.md, config-linux.md of the runtime specification 1.2): the parts that we honour. */
import { RESOURCES } from '../kernel/rlimit.ts';
import { namespaceKindOf } from './config.ts';
import type { Shape } from './shape.ts';

const capabilities: Shape = { list: 'text' };
const mappings: Shape = { list: { 'containerID!': 'id', 'hostID!': 'id', 'size!': 'id' } };
const device: Shape = {
  'type!': { oneOf: ['c', 'b', 'u', 'p'] },
  'path!': 'path',
  major: 'number',
  minor: 'number',
  fileMode: 'id',
  uid: 'id',
  gid: 'id',
};

const process: Shape = {
  terminal: 'flag',
  consoleSize: { 'height!': 'id', 'width!': 'id' },
  user: {
    uid: 'id',
    gid: 'id',
    umask: 'id',
    additionalGids: { list: 'id' },
    username: 'text',
    additionalGroups: { list: 'text' },
  },
  'args!': { list: 'text' },
  env: { list: 'text' },
  'cwd!': 'path',
  capabilities: {
    bounding: capabilities,
    effective: capabilities,
    inheritable: capabilities,
    permitted: capabilities,
    ambient: capabilities,
  },
  rlimits: { list: { 'type!': { oneOf: RESOURCES }, 'soft!': 'number', 'hard!': 'number' } },
  noNewPrivileges: 'flag',
  oomScoreAdj: 'number',
  apparmorProfile: 'text',
  selinuxLabel: 'text',
};

const throttle: Shape = { list: { 'major!': 'number', 'minor!': 'number', 'rate!': 'number' } };
const weight: Shape = { list: { 'major!': 'number', 'minor!': 'number', weight: 'number', leafWeight: 'number' } };

const resources: Shape = {
  memory: {
    limit: 'number',
    reservation: 'number',
    swap: 'number',
    swappiness: 'number',
    disableOOMKiller: 'flag',
    checkBeforeUpdate: 'flag',
  },
  cpu: {
    shares: 'number',
    quota: 'number',
    period: 'number',
    burst: 'number',
    realtimeRuntime: 'number',
    realtimePeriod: 'number',
    cpus: 'text',
    mems: 'text',
    idle: 'number',
  },
  pids: { limit: 'number' },
  blockIO: {
    weight: 'number',
    leafWeight: 'number',
    weightDevice: weight,
    throttleReadBpsDevice: throttle,
    throttleWriteBpsDevice: throttle,
    throttleReadIOPSDevice: throttle,
    throttleWriteIOPSDevice: throttle,
  },
  hugepageLimits: { list: { 'pageSize!': 'text', 'limit!': 'number' } },
  devices: {
    list: { 'allow!': 'flag', type: { oneOf: ['a', 'c', 'b'] }, major: 'number', minor: 'number', access: 'text' },
  },
  network: { classID: 'id', priorities: { list: { 'name!': 'text', 'priority!': 'id' } } },
  rdma: { map: { hcaHandles: 'id', hcaObjects: 'id' } },
  unified: { map: 'text' },
};

const linux: Shape = {
  namespaces: { list: { 'type!': { oneOf: Object.keys(namespaceKindOf) }, path: 'path' } },
  uidMappings: mappings,
  gidMappings: mappings,
  devices: { list: device },
  cgroupsPath: 'text',
  resources,
  sysctl: { map: 'text' },
  seccomp: { 'defaultAction!': 'text' },
  rootfsPropagation: { oneOf: ['', 'private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared', 'unbindable'] },
  maskedPaths: { list: 'path' },
  readonlyPaths: { list: 'path' },
  mountLabel: 'text',
};

export const configShape: Shape = {
  'ociVersion!': 'text',
  hostname: 'text',
  domainname: 'text',
  'root!': { 'path!': 'text', readonly: 'flag' },
  'process!': process,
  mounts: { list: { 'destination!': 'path', type: 'text', source: 'text', options: { list: 'text' } } },
  linux,
  annotations: { map: 'text' },
};
