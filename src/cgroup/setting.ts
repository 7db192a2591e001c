/** One value for one control file, and what the tables of v1 and v2 share. */
import { UsageError } from '../kernel/errors.ts';
import type { Controller } from './layout.ts';

/** Reads a control file of the group as it is now; undefined where there is none. */
export type Current = (file: string) => string | undefined;

/** One value for one control file. */
export interface Setting {
  controller: Controller;
  /** The limit in the words of the configuration: `memory.limit`. */
  limit: string;
  /** The file; several where kernels differ, the first that exists is meant. */
  files: string[];
  value: string;
}

/** What the functions that write the tables are given. */
export interface Context {
  current: Current;
}

/** A limit that this version of the control groups does not know. */
export function impossible(limit: string, why: string, remedy: string): never {
  throw new UsageError(`${limit} cannot be enforced here: ${why}`, { remedy });
}

/** `-1` and `0` say "not limited" or "not said" in many places of the specification. */
export const isSaid = (value: number | undefined): value is number => value !== undefined && value !== 0;
