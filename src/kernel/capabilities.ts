/**
 * Capabilities: root's power in 41 pieces – capabilities(7). A thread has five sets of them, each a word of bits.
 */
import { readFileSync } from 'node:fs';
import type { Caller } from './caller.ts';
import { UsageError } from './errors.ts';

/** Every capability by its number, as <linux/capability.h> has them, without CAP_. */
export const CAPABILITIES: readonly string[] = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW
  IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD
  LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
  .trim()
  .split(/\s+/)
  .map((name) => `CAP_${name}`);

let last: number | undefined;

/** The number of the highest capability this kernel knows, from /proc/sys/kernel/cap_last_cap. */
export function lastCapability(): number {
  last ??= Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
  return last;
}

/** The number of a capability by name: `CAP_CHOWN`, `chown` and `Cap_Chown` are all 0. */
export function capabilityNumber(name: string): number {
  const full = name.toUpperCase().replace(/^(CAP_)?/, 'CAP_');
  const number = CAPABILITIES.indexOf(full);
  if (number < 0) {
    throw new UsageError(
      `capability ${JSON.stringify(name)} does not exist: use a name from capabilities(7), such as NET_ADMIN, or ALL`,
    );
  }
  return number;
}

/** The bits of these capabilities. */
export function capabilityMask(names: readonly string[]): bigint {
  return names.reduce((mask, name) => mask | (1n << BigInt(capabilityNumber(name))), 0n);
}

/** The names of these bits, in the order of their numbers; a bit without a name is `CAP_<number>`. */
export function capabilityNames(mask: bigint): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 64; bit++) if ((mask >> BigInt(bit)) & 1n) names.push(CAPABILITIES[bit] ?? `CAP_${bit}`);
  return names;
}

/** The three sets that capget(2) and capset(2) speak of. */
export interface CapabilitySets {
  effective: bigint;
  permitted: bigint;
  inheritable: bigint;
}

/** _LINUX_CAPABILITY_VERSION_3: 64 bits in two halves. */
const VERSION_3 = 0x20080522;

/** struct __user_cap_header_struct { __u32 version; int pid; } */
function header(pid: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(VERSION_3, 0);
  bytes.writeInt32LE(pid, 4);
  return bytes;
}

/** struct __user_cap_data_struct { __u32 effective, permitted, inheritable; } [2]: low halves, then high halves. */
const FIELDS = ['effective', 'permitted', 'inheritable'] as const;

/** `int capget(cap_user_header_t header, cap_user_data_t data)`: the sets of a thread; pid 0 is the caller. */
export function capget(caller: Caller, pid = 0): CapabilitySets {
  const data = Buffer.alloc(24);
  caller.call('capget', header(pid), data);
  const half = (field: number, high: number): bigint => BigInt(data.readUInt32LE(high * 12 + field * 4));
  const [effective, permitted, inheritable] = FIELDS.map((_, i) => half(i, 0) | (half(i, 1) << 32n));
  return { effective: effective as bigint, permitted: permitted as bigint, inheritable: inheritable as bigint };
}

/** `int capset(cap_user_header_t header, const cap_user_data_t data)`: sets the caller's own sets. */
export function capset(caller: Caller, sets: CapabilitySets): void {
  const data = Buffer.alloc(24);
  FIELDS.forEach((name, i) => {
    data.writeUInt32LE(Number(sets[name] & 0xffffffffn), i * 4);
    data.writeUInt32LE(Number(sets[name] >> 32n), 12 + i * 4);
  });
  caller.call('capset', header(0), data);
}
