/** What is written down about a container: what was asked for (`container.json`, beside the `config.json` of the runtime specification), and how it is (`state.json`). */
import type { Root } from '../../steps/box.ts';
import type { RunOptions } from '../options.ts';
import type { Owner } from '../owner.ts';

export type RestartName = 'no' | 'on-failure' | 'always' | 'unless-stopped';

export interface RestartPolicy {
  name: RestartName;
  /** on-failure: so often at most; 0 is without end. */
  maximum: number;
}

/** A command that says whether the program inside is well; times in milliseconds. */
export interface HealthCheck {
  command: string[];
  interval: number;
  timeout: number;
  startPeriod: number;
  retries: number;
}

export interface LogLimits {
  /** Bytes of one file; -1: no limit. */
  maxSize: number;
  maxFiles: number;
}

export interface Volume {
  name: string;
  /** Made for this container alone, and removed with it by `rm -v`. */
  anonymous: boolean;
  destination: string;
}

/** container.json. Written once, but for `name`, `restart` and `config.json`'s limits, which can be changed. */
export interface ContainerRecord {
  version: 1;
  id: string;
  name: string;
  image: string;
  /** ISO 8601. */
  created: string;
  command: string[];
  labels: Record<string, string>;
  root: Root;
  restart: RestartPolicy;
  /** The number of the signal that asks the program to end, and the seconds it has. */
  stopSignal: number;
  stopTimeout: number;
  /** Goes away when it ends. */
  remove: boolean;
  /** Belongs to the supervisor, not to the command that started it. */
  detached: boolean;
  openStdin: boolean;
  log: LogLimits;
  health?: HealthCheck;
  volumes: Volume[];
  /** Names of networks, or `none`, `host`, `container:NAME`. */
  networks: string[];
  /** As asked for. */
  options: RunOptions;
}

/** `pid 1` of a container, seen from outside; with start time and boot id it names one process for ever. */
export type Pid1 = Owner;

/** The process that holds a terminal's master side, as this descriptor. */
export interface Keeper extends Owner {
  fd: number;
}

export type Health = 'starting' | 'healthy' | 'unhealthy';

export interface HealthState {
  status: Health;
  failingStreak: number;
  log: { start: string; end: string; exitCode: number; output: string }[];
}

/** state.json. Whether it runs is never written, but derived: see status.ts. */
export interface State {
  /** The process it has, or had when it was last written. */
  process?: Pid1;
  /** ISO 8601. */
  startedAt?: string;
  finishedAt?: string;
  /** null: it ended, and nobody could learn how. */
  exitCode?: number | null;
  oomKilled?: boolean;
  /** Why it could not be started. */
  error?: string;
  restartCount: number;
  /** Somebody stopped it: `unless-stopped` and the like leave it alone. */
  stoppedByHand: boolean;
  /** When the supervisor is going to start it again. */
  restartAt?: string;
  health?: HealthState;
  /** Holds the master side of its terminal, so that this outlives a supervisor. */
  keeper?: Keeper;
}
