/** -v, --mount, --tmpfs, --shm-size to `mounts` – see config.md, "Mounts". */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';
import type { Config, Mount } from '../../spec/config.ts';
import type { RunOptions } from '../options.ts';
import { parseBytes } from '../quantities.ts';
import type { Volume } from '../store/record.ts';
import { volumeData } from '../volumes.ts';

const propagations = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
/** Of Docker's: copying and consistency, which mean nothing here and harm nothing; z and Z are for the files (see relabel.ts), not for the mount. */
const passedOver = ['nocopy', 'cached', 'delegated', 'consistent', 'z', 'Z'];

/** Where it is to be seen inside: absolute, without `..`, and not over what the kernel's own file systems are for. */
function checkTarget(target: string, option: string, text: string): string {
  const bad = (why: string): never => {
    throw new UsageError(`${option}: ${JSON.stringify(text)}: the place inside, ${JSON.stringify(target)}, ${why}`, {
      remedy: 'write an absolute path such as /data',
    });
  };
  if (!target.startsWith('/')) return bad('is not absolute');
  const path = resolve(target);
  if (path === '/') return bad('is the root itself');
  if (/^\/proc(\/|$)/.test(path)) return bad('is in /proc');
  return path;
}

const bindOptions = (mode: {
  readonly?: boolean;
  propagation?: string;
  recursive?: boolean;
  rro?: boolean;
  idmap?: boolean;
}): string[] => [
  (mode.recursive ?? true) ? 'rbind' : 'bind',
  mode.propagation ?? 'rprivate',
  mode.rro ? 'rro' : mode.readonly ? 'ro' : 'rw',
  ...(mode.idmap ? ['idmap'] : []),
];

function parseMode(text: string, option: string, whole: string): Parameters<typeof bindOptions>[0] {
  const mode: Parameters<typeof bindOptions>[0] = {};
  for (const word of text.split(',').filter(Boolean)) {
    if (word === 'ro' || word === 'readonly') mode.readonly = true;
    else if (word === 'rro') mode.rro = true;
    else if (word === 'rw') mode.readonly = false;
    else if (word === 'idmap') mode.idmap = true;
    else if (propagations.includes(word)) mode.propagation = word;
    else if (!passedOver.includes(word))
      throw new UsageError(`${option}: ${JSON.stringify(whole)}: ${JSON.stringify(word)} is no option of a volume`, {
        remedy: `use ro, rw, rro, idmap or one of ${propagations.join(', ')}`,
      });
  }
  return mode;
}

/** A source as a person writes it: `~` is our home, a relative path begins here. */
const sourceOf = (text: string): string => resolve(text.replace(/^~(?=\/|$)/, homedir()));

/** `[source:]target[:options]`. @param volume what a name, or no source, stands for. */
function shortVolume(text: string, volumeAt: (destination: string) => string): Mount {
  const parts = text.split(':');
  if (parts.length > 3 || parts.some((it) => it === ''))
    throw new UsageError(`-v: ${JSON.stringify(text)} is no volume`, {
      remedy: 'write /source:/target, /source:/target:ro, or name:/target',
    });
  const [source, target, mode = ''] = parts.length === 1 ? [undefined, parts[0]!] : parts;
  const destination = checkTarget(target!, '-v', text);
  const named = source === undefined || !/^[./~]/.test(source);
  return {
    destination,
    source: named ? volumeAt(target!) : sourceOf(source),
    type: 'bind',
    options: bindOptions(parseMode(mode, '-v', text)),
  };
}

type Fields = ReadonlyMap<string, string>;

/** `key=value,key` of --mount. */
function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    const [key = '', ...value] = part.split('=');
    fields.set(key.trim().toLowerCase(), value.length === 0 ? 'true' : value.join('='));
  }
  return fields;
}

const keys: Record<string, readonly string[]> = {
  bind: ['bind-propagation', 'bind-nonrecursive', 'bind-recursive', 'idmap'],
  volume: ['idmap', 'volume-nocopy', 'volume-driver', 'volume-label'],
  tmpfs: ['tmpfs-size', 'tmpfs-mode'],
};

function longMount(text: string, volumeAt: (destination: string) => string): Mount {
  const fields = fieldsOf(text);
  const get = (...names: string[]): string | undefined =>
    names.map((it) => fields.get(it)).find((it) => it !== undefined);
  const type = get('type') ?? 'volume';
  const allowed = ['type', 'source', 'src', 'target', 'destination', 'dst', 'readonly', 'ro', ...(keys[type] ?? [])];
  const fail = (reason: string): never => {
    throw new UsageError(`--mount: ${JSON.stringify(text)}: ${reason}`, {
      remedy:
        'write type=bind,source=/here,target=/there, type=volume,source=name,target=/there or type=tmpfs,target=/there',
    });
  };
  if (!keys[type]) return fail(`the type ${JSON.stringify(type)} is not known`);
  const unknown = [...fields.keys()].find((it) => !allowed.includes(it));
  if (unknown) return fail(`${JSON.stringify(unknown)} is not known for type ${type}`);
  const target = get('target', 'destination', 'dst') ?? fail('there is no target');
  const destination = checkTarget(target, '--mount', text);
  const readonly = ['true', '1'].includes(get('readonly', 'ro') ?? 'false');
  if (type === 'tmpfs') return tmpfsMount(destination, tmpfsFields(fields, readonly));
  const propagation = get('bind-propagation');
  if (propagation !== undefined && !propagations.includes(propagation))
    return fail(`bind-propagation is one of ${propagations.join(', ')}`);
  const source = get('source', 'src');
  if (type === 'bind' && !source) return fail('there is no source');
  return {
    destination,
    source: type === 'bind' ? sourceOf(source!) : volumeAt(target),
    type: 'bind',
    options: bindOptions({
      readonly,
      recursive: get('bind-nonrecursive') !== 'true' && get('bind-recursive') !== 'disabled',
      idmap: ['true', '1'].includes(get('idmap') ?? 'false'),
      ...(propagation ? { propagation } : {}),
    }),
  };
}

function tmpfsFields(fields: Fields, readonly: boolean): string[] {
  const [size, mode] = [fields.get('tmpfs-size'), fields.get('tmpfs-mode')];
  return [
    ...(size ? [`size=${parseBytes(size, '--mount tmpfs-size')}`] : []),
    ...(mode ? [`mode=${mode}`] : []),
    ...(readonly ? ['ro'] : []),
  ];
}

const tmpfsMount = (destination: string, options: readonly string[]): Mount => ({
  destination,
  type: 'tmpfs',
  source: 'tmpfs',
  options: ['nosuid', 'nodev', ...(options.includes('exec') ? [] : ['noexec']), ...options],
});

/** `target[:options]`. */
function shortTmpfs(text: string): Mount {
  const at = text.indexOf(':');
  const target = at === -1 ? text : text.slice(0, at);
  const words =
    at === -1
      ? []
      : text
          .slice(at + 1)
          .split(',')
          .filter(Boolean);
  const options = words.map((it) =>
    it.startsWith('size=') && !it.endsWith('%') ? `size=${parseBytes(it.slice(5), '--tmpfs size')}` : it,
  );
  return tmpfsMount(checkTarget(target, '--tmpfs', text), options);
}

/** Two mounts at one place: the first would be covered, and nobody wants that. */
function checkTwice(mounts: readonly Mount[]): void {
  const seen = new Set<string>();
  for (const { destination } of mounts) {
    if (seen.has(destination))
      throw new UsageError(`two mounts are asked for at ${destination}`, { remedy: 'leave one of them out' });
    seen.add(destination);
  }
}

/** Adds what was asked for to the default mounts; what is mounted at the place of a default one takes its place. */
export function compileMounts(config: Config, options: RunOptions, volumes: readonly Volume[]): void {
  const volumeAt = (destination: string): string => {
    const volume = volumes.find((it) => it.destination === destination);
    return volumeData(volume?.name ?? '');
  };
  const asked = [
    ...(options.volumes ?? []).map((it) => shortVolume(it, volumeAt)),
    ...(options.mounts ?? []).map((it) => longMount(it, volumeAt)),
    ...(options.tmpfs ?? []).map(shortTmpfs),
  ];
  checkTwice(asked);
  if (options.shmSize !== undefined) {
    const size = parseBytes(options.shmSize, '--shm-size', { min: 1 });
    const shm = config.mounts.find((it) => it.destination === '/dev/shm');
    if (shm?.options) shm.options = shm.options.map((it) => (it.startsWith('size=') ? `size=${size}` : it));
  }
  const replaced = new Set(asked.map((it) => it.destination));
  // A place above comes before the places in it.
  const sorted = asked.toSorted((a, b) => a.destination.split('/').length - b.destination.split('/').length);
  config.mounts = [...config.mounts.filter((it) => !replaced.has(it.destination)), ...sorted];
}
