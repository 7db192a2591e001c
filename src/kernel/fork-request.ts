/** How a blank process is asked to fork: clone(2), or where the child is to be born in a control group, clone3(2). */
import type { LaidOutRequest, Mailbox } from './mailbox.ts';

/** Of clone3(2) only: it has no place in the 32 bits of clone's flags. */
const CLONE_INTO_CGROUP = 0x2_0000_0000n;

/** The size of struct clone_args, see clone3(2). */
export const CLONE_ARGS_SIZE = 88;

/**
 * @param child the mailbox that the child serves
 * @param cgroup a descriptor, in the forking process, of a v2 group's directory
 */
export function forkRequest(child: Mailbox, flags: number, cgroup: number | undefined): LaidOutRequest {
  if (cgroup === undefined) {
    // The raw call's last two arguments, tls and ctid, change places between processors.
    const tail = process.arch === 'arm64' ? [0, child.address] : [child.address, 0];
    return { name: 'clone', values: [flags, 0, 0, ...tail], childMailbox: child.address };
  }
  const args = child.memory.take(CLONE_ARGS_SIZE);
  args.bytes.writeBigUInt64LE(BigInt(flags) | CLONE_INTO_CGROUP, 0); // flags
  args.bytes.writeBigUInt64LE(BigInt(child.address), 16); // child_tid
  args.bytes.writeBigUInt64LE(BigInt(cgroup), 80); // cgroup
  return { name: 'clone3', values: [args.address, CLONE_ARGS_SIZE], childMailbox: child.address };
}
