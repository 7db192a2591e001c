/** What there is, as `ps` shows it. */
import { UsageError } from '../../kernel/errors.ts';
import { networkContext } from '../../network/context.ts';
import { allLeases, type Lease } from '../../network/leases.ts';
import { type PublishedPort, parsePublish } from '../../network/ports.ts';
import { isUserMode } from '../../spec/networks.ts';
import { exposedPorts, publishedPorts } from '../exposed.ts';
import type { ContainerRecord, Health } from '../store/record.ts';
import type { Status } from '../store/status.ts';
import { type Container, type Damaged, isDamaged, readAll, statusOfContainer } from '../store/store.ts';

/** One line of `ps`. */
export interface Summary {
  id: string;
  name: string;
  image: string;
  command: string[];
  /** ISO 8601. */
  created: string;
  status: Status;
  pid?: number;
  startedAt?: string;
  finishedAt?: string;
  /** null: unknown. */
  exitCode?: number | null;
  health?: Health;
  labels: Record<string, string>;
  ports: PublishedPort[];
  /** "80/tcp" …: those it listens on that are not published. */
  exposed: string[];
  networks: string[];
  mounts: string[];
  volumes: string[];
  /** Why it can't be read, when it is damaged (`status` is dead then), or why it could not be started. */
  error?: string;
}

const damaged = ({ id, error }: Damaged): Summary => ({
  id,
  name: '',
  image: '',
  command: [],
  created: '',
  status: 'dead',
  labels: {},
  ports: [],
  exposed: [],
  networks: [],
  mounts: [],
  volumes: [],
  error: error.message,
});

/** Of pasta, which has no books of ours. */
const userModePorts = ({ networks, options }: ContainerRecord): PublishedPort[] =>
  networks.some(isUserMode) ? publishedPorts(options).flatMap(parsePublish) : [];

export function summaryOf(container: Container, leases: readonly Lease[] = []): Summary {
  const { id, record, state } = container;
  const status = statusOfContainer(container);
  const own = leases.filter((it) => it.container === id);
  const runs = status === 'running' || status === 'paused';
  const ports = runs ? [...own.flatMap((it) => it.ports), ...userModePorts(record)] : [];
  const published = new Set(ports.map((it) => `${it.containerPort}/${it.protocol}`));
  return {
    id,
    name: record.name,
    image: record.image,
    command: record.command,
    created: record.created,
    status,
    labels: record.labels,
    ports,
    exposed: runs ? exposedPorts(record.options).filter((it) => !published.has(it)) : [],
    networks: own.length > 0 ? own.map((it) => it.network) : record.networks,
    mounts: [...(record.options.volumes ?? []), ...(record.options.mounts ?? [])],
    volumes: record.volumes.map((it) => it.name),
    ...(runs ? { pid: state.process!.pid } : {}),
    ...(state.startedAt ? { startedAt: state.startedAt } : {}),
    ...(state.finishedAt ? { finishedAt: state.finishedAt } : {}),
    ...(status === 'exited' || status === 'restarting' ? { exitCode: state.exitCode ?? null } : {}),
    ...(state.health && runs ? { health: state.health.status } : {}),
    ...(state.error ? { error: state.error } : {}),
  };
}

export interface ListOptions {
  /** Not only those that run. */
  all?: boolean;
  /** Any of the values each; all names must match. */
  filters?: Record<string, string[]>;
  /** So many of the newest, of all. */
  last?: number;
}

type Match = (it: Summary, wanted: string, all: readonly Summary[]) => boolean;

const createdOf = (reference: string, all: readonly Summary[]): string =>
  all.find((it) => it.id.startsWith(reference) || it.name === reference)?.created ?? '';

const matchers: Record<string, Match> = {
  id: (it, wanted) => it.id.startsWith(wanted),
  name: (it, wanted) => it.name.includes(wanted.replace(/^[/^]+|\$$/g, '')),
  label: (it, wanted) => {
    const [name = '', ...value] = wanted.split('=');
    return name in it.labels && (value.length === 0 || it.labels[name] === value.join('='));
  },
  status: (it, wanted) => it.status === wanted,
  exited: (it, wanted) => it.status === 'exited' && String(it.exitCode) === wanted,
  ancestor: (it, wanted) => it.image === wanted,
  health: (it, wanted) => (it.health ?? 'none') === wanted,
  network: (it, wanted) => it.networks.includes(wanted),
  volume: (it, wanted) => it.volumes.includes(wanted) || it.mounts.some((text) => text.split(':').includes(wanted)),
  publish: (it, wanted) => it.ports.some((port) => String(port.hostPort) === wanted.split('/')[0]),
  before: (it, wanted, all) => it.created < createdOf(wanted, all),
  since: (it, wanted, all) => it.created > createdOf(wanted, all),
};

/** The names of filters that `list` knows. */
export const listFilters: readonly string[] = Object.keys(matchers);

export function checkFilters(filters: Record<string, string[]>, known: readonly string[]): void {
  const unknown = Object.keys(filters).find((it) => !known.includes(it));
  if (unknown !== undefined)
    throw new UsageError(`--filter: ${JSON.stringify(unknown)} is not known`, {
      remedy: `use one of ${known.join(', ')}`,
    });
}

/** The newest first. */
export function list({ all = false, filters = {}, last }: ListOptions = {}): Summary[] {
  checkFilters(filters, listFilters);
  const leases = allLeases(networkContext());
  const everything = readAll()
    .map((it) => (isDamaged(it) ? damaged(it) : summaryOf(it, leases)))
    .sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));
  const asksStatus = filters.status !== undefined || filters.exited !== undefined;
  const wanted = everything.filter(
    (it) =>
      (all || asksStatus || last !== undefined || it.status === 'running' || it.status === 'paused') &&
      Object.entries(filters).every(([key, values]) => values.some((value) => matchers[key]!(it, value, everything))),
  );
  return last === undefined ? wanted : wanted.slice(0, last);
}
