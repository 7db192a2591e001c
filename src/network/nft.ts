/**
 * Runs nftables commands, in the language of nft(8), in the network namespace of a caller. In our own namespace the
 * library of nft itself does it, libnftables(3), in under a millisecond; else the program does: spawned (20 ms), and
 * for another namespace through nsenter(1).
 */
import type { Caller } from '../kernel/caller.ts';
import { UsageError } from '../kernel/errors.ts';
import { library, type } from '../kernel/libc.ts';
import { namespacePid } from './context.ts';
import { runIn, traced } from './program.ts';

const LIBRARY = 'libnftables.so.1';
/** How often commands are given again when somebody else's change got in between. */
const TRIES = 20;

/** nft refused the commands: the rules are as they were (a batch is one transaction). */
export class NftError extends Error {
  override readonly name = 'NftError';
  /** What nft says, which points at the place. */
  readonly report: string;

  constructor(report: string) {
    super(`nft: ${report.split('\n')[0]?.replace(/^.*Error: /, '') || 'failed'}`);
    this.report = report;
  }

  /** Whether the table, chain, set or element was not there. */
  get missing(): boolean {
    return /No such file or directory|does not exist/.test(this.report);
  }

  /** Whether somebody else changed the rules meanwhile: the same commands may do now. */
  get interrupted(): boolean {
    return /Interrupted system call/.test(this.report);
  }

  /** Whether it was there already, with another value. */
  get taken(): boolean {
    return /File exists/.test(this.report);
  }
}

/**
 * Runs the commands as one transaction.
 * @returns what nft prints
 * @throws NftError when nft refuses; UsageError when there is neither the library nor the program
 */
export function nft(caller: Caller, commands: string): string {
  const library = namespacePid(caller) === undefined ? openLibrary() : null;
  const once = () =>
    traced(caller, 'nft', commands, () => (library ? library(commands) : runProgram(caller, commands)));
  for (let tries = 0; ; tries++) {
    try {
      return once();
    } catch (error) {
      if (!(error instanceof NftError && error.interrupted && tries < TRIES)) throw error;
    }
  }
}

/** Whether there is one of them. */
export function isNftInstalled(caller: Caller): boolean {
  if (namespacePid(caller) === undefined && openLibrary()) return true;
  return !runIn(caller, ['nft', '--version']).missing;
}

function runProgram(caller: Caller, commands: string): string {
  const done = runIn(caller, ['nft', '-f', '-'], commands);
  if (done.missing)
    throw new UsageError('nft is not installed, and it makes the rules for address translation and published ports', {
      remedy: 'install the package nftables',
    });
  if (done.status !== 0) throw new NftError(done.stderr);
  return done.stdout;
}

let opened: ((commands: string) => string) | null | undefined;

/** The library's context, opened once; null when it is not installed. */
function openLibrary(): ((commands: string) => string) | null {
  if (opened === undefined) opened = tryLibrary();
  return opened;
}

function tryLibrary(): ((commands: string) => string) | null {
  try {
    const lib = library(LIBRARY, {
      nft_ctx_new: [type.pointer, type.unsigned],
      nft_ctx_buffer_output: [type.int, type.pointer],
      nft_ctx_buffer_error: [type.int, type.pointer],
      nft_ctx_get_output_buffer: [type.string, type.pointer],
      nft_ctx_get_error_buffer: [type.string, type.pointer],
      nft_run_cmd_from_buffer: [type.int, type.pointer, type.string],
    });
    const context = lib.nft_ctx_new(0);
    lib.nft_ctx_buffer_output(context);
    lib.nft_ctx_buffer_error(context);
    return (commands) => {
      const status = lib.nft_run_cmd_from_buffer(context, commands);
      const [output, errors] = [lib.nft_ctx_get_output_buffer(context), lib.nft_ctx_get_error_buffer(context)];
      if (status !== 0) throw new NftError(String(errors));
      return String(output);
    };
  } catch {
    return null;
  }
}
