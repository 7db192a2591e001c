/** minidocker: containers you can take apart. */
export * as containers from './container/engine.ts';
export { type Made, makeBox } from './container/make.ts';
export type { RunOptions } from './container/options.ts';
export { type RunResult, run } from './container/run.ts';
export { BlankProcess } from './kernel/blank-process.ts';
export { type Arg, type Caller, host } from './kernel/caller.ts';
export * as constants from './kernel/constants.ts';
export { SyscallError, UsageError } from './kernel/errors.ts';
export { formatTrace, onTrace, type TraceEvent } from './kernel/trace.ts';
export * as network from './network/index.ts';
export { doctor, type Probe } from './observe/doctor.ts';
export type { Config } from './spec/config.ts';
export { defaultConfig } from './spec/defaults.ts';
export { Box, type BoxOptions } from './steps/box.ts';
export { stepsFor } from './steps/list.ts';
export type { Observation, Step } from './steps/step.ts';
export * as steps from './steps/steps.ts';
