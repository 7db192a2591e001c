/** --device: a device of the host's, made inside and allowed by the control group – see config-linux.md, "Devices". */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';
import type { Config, Device } from '../../spec/config.ts';
import type { LinuxDeviceRule } from '../../spec/resources.ts';
import type { RunOptions } from '../options.ts';
import { deviceNumbers, parseDeviceRule } from './resources.ts';

interface Wanted {
  device: Device;
  access: string;
}

function deviceAt(source: string, path: string): Device | undefined {
  const stat = fs.statSync(source, { throwIfNoEntry: false });
  if (!stat || !(stat.isCharacterDevice() || stat.isBlockDevice())) return undefined;
  const type = stat.isBlockDevice() ? 'b' : 'c';
  return { type, path, ...deviceNumbers(stat.rdev), fileMode: stat.mode & 0o777, uid: stat.uid, gid: stat.gid };
}

/** `path[:path inside[:rwm]]`; a directory means every device in it. */
function wantedBy(text: string): Wanted[] {
  const parts = text.split(':');
  const access = /^[rwm]{1,3}$/.test(parts.at(-1)!) ? parts.pop()! : 'rwm';
  const [source = '', path = source, ...more] = parts;
  const fail = (reason: string): never => {
    throw new UsageError(`--device: ${JSON.stringify(text)}: ${reason}`, {
      remedy: 'write /dev/fuse or /dev/sdb:/dev/xvdb:rw',
    });
  };
  if (!source.startsWith('/') || !path.startsWith('/') || more.length > 0) return fail('it is no device');
  if (fs.statSync(source, { throwIfNoEntry: false })?.isDirectory())
    return devicesBelow(source).map((it) => ({
      device: { ...it, path: join(path, it.path.slice(source.length)) },
      access,
    }));
  const device = deviceAt(source, path) ?? fail(`there is no device ${source} on this host`);
  return [{ device, access }];
}

/** All of a directory, but for terminals and what containers have of their own. */
function devicesBelow(directory: string): Device[] {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (['/dev/pts', '/dev/shm', '/dev/mqueue', '/dev/fd', '/dev/console', '/dev/ptmx'].includes(path)) return [];
    if (entry.isDirectory()) return devicesBelow(path);
    return entry.isCharacterDevice() || entry.isBlockDevice() ? (deviceAt(path, path) ?? []) : [];
  });
}

const ruleOf = ({ device, access }: Wanted): LinuxDeviceRule => ({
  allow: true,
  type: device.type === 'b' ? 'b' : 'c',
  major: device.major,
  minor: device.minor,
  access,
});

export function compileDevices(config: Config, options: RunOptions): void {
  const { linux } = config;
  const wanted = [
    ...(options.privileged ? devicesBelow('/dev').map((device) => ({ device, access: 'rwm' })) : []),
    ...(options.devices ?? []).flatMap(wantedBy),
  ];
  const present = new Set(linux.devices?.map((it) => it.path));
  linux.devices = [...(linux.devices ?? []), ...wanted.map((it) => it.device).filter((it) => !present.has(it.path))];
  const rules = [...wanted.map(ruleOf), ...(options.deviceCgroupRule ?? []).map(parseDeviceRule)];
  const usual = linux.resources?.devices ?? [];
  linux.resources = {
    ...linux.resources,
    devices: options.privileged ? [{ allow: true, access: 'rwm' }] : [...usual, ...rules],
  };
}
