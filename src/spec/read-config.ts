/** A config.json from outside: checked field by field, and filled in where the specification has a default. */
import { capabilityMask } from '../kernel/capabilities.ts';
import { UsageError } from '../kernel/errors.ts';
import type { Config } from './config.ts';
import { configShape } from './config-shape.ts';
import { refuseOverProc } from './mount-guard.ts';
import { readSeccompProfile, resolveSeccomp } from './seccomp-profile.ts';
import { checkShape } from './shape.ts';

const WHAT = 'config.json';
/** No configuration is nested deeper. */
const DEEPEST = 32;

function refuse(reason: string, remedy: string): never {
  throw new UsageError(`${WHAT}: ${reason}`, { remedy });
}

/** What no shape can say. */
function checkSense({ ociVersion, process, mounts, linux }: Config): void {
  if (!/^1\.\d+\.\d+/.test(ociVersion))
    refuse(`ociVersion ${JSON.stringify(ociVersion)} is not understood`, 'versions 1.x.y are');
  if (process.args.length === 0 || process.args[0] === '') refuse('process.args is empty', 'name the program to run');
  for (const it of process.env)
    if (!/^[^=]+=/.test(it)) refuse(`process.env holds ${JSON.stringify(it)}`, 'write NAME=value');
  const { bounding, effective, inheritable, permitted, ambient } = process.capabilities ?? {};
  for (const names of [bounding, effective, inheritable, permitted, ambient]) capabilityMask(names ?? []);
  for (const it of mounts) refuseOverProc(it);
  const types = linux.namespaces.map((it) => it.type);
  const twice = types.find((type, i) => types.indexOf(type) !== i);
  if (twice) refuse(`linux.namespaces holds ${twice} twice`, 'leave one out');
  if ((linux.uidMappings?.length || linux.gidMappings?.length) && !types.includes('user'))
    refuse('ids are mapped, but there is no user namespace', 'add {"type":"user"} to linux.namespaces');
  if ((linux.cgroupsPath ?? '').split('/').includes('..'))
    refuse('linux.cgroupsPath leads upwards', 'write it without ..');
}

/** In a configuration null is the same as nothing (it is what Go writes for an empty list). */
function withoutNulls(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) refuse('it is nested too deeply', 'is it a configuration?');
  if (Array.isArray(value)) return value.map((it) => withoutNulls(it, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, it]) => it !== null);
  return Object.fromEntries(kept.map(([name, it]) => [name, withoutNulls(it, depth + 1)]));
}

/** The parsed JSON as a configuration. @throws UsageError naming the wrong place. */
export function readConfig(json: unknown): Config {
  const value = withoutNulls(json);
  checkShape(WHAT, value, configShape);
  const given = value as Partial<Config> & Pick<Config, 'process' | 'root'>;
  const { linux } = given;
  const seccomp = linux?.seccomp ? resolveSeccomp(readSeccompProfile(linux.seccomp), { capabilities: [] }) : undefined;
  const config: Config = {
    ...given,
    ociVersion: given.ociVersion!,
    process: {
      ...given.process,
      env: given.process.env ?? [],
      user: { ...given.process.user, uid: given.process.user?.uid ?? 0, gid: given.process.user?.gid ?? 0 },
    },
    mounts: given.mounts ?? [],
    linux: { ...linux, namespaces: linux?.namespaces ?? [], ...(seccomp ? { seccomp } : {}) },
  };
  checkSense(config);
  return config;
}

/** A configuration's text. @throws UsageError. */
export function parseConfig(json: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${WHAT}: it is not JSON (${(error as Error).message})`, { cause: error });
  }
  return readConfig(value);
}
