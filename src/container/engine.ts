/**
 * The engine: everything that can be done with containers, for the command line, the REPL and scripts. Each verb loads what it needs, so that a short `run` loads little.
 * Containers are named by id, the beginning of one, name, or pid.
 */
export type { Attachment } from './attach.ts';
export * from './engine/files.ts';
export * from './engine/life.ts';
export * from './engine/networks.ts';
export * from './engine/watch.ts';
export type { Event, EventFilter } from './events.ts';
export type { ExecRequest, Execution } from './exec/exec.ts';
export type { CopyOptions } from './files/copy.ts';
export type { Change } from './files/diff.ts';
export type { UpdateOptions } from './lifecycle/change.ts';
export type { Inspection } from './lifecycle/inspect.ts';
export type { ListOptions, Summary } from './lifecycle/list.ts';
export type { ConnectOptions } from './lifecycle/networks.ts';
export type { DiskUse } from './lifecycle/prune.ts';
export type { Processes, Usage } from './lifecycle/top.ts';
export type { LogLine, LogOptions } from './logs/reader.ts';
export type { RunOptions } from './options.ts';
export type { Foreground, ForegroundOptions } from './run.ts';
export type { Size } from './supervisor/protocol.ts';
export type { VolumeInfo } from './volumes.ts';
