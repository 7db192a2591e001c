/**
 * `linux.resources` of the OCI runtime specification: what a container may use of the machine.
 * Names and units are the specification's (config-linux.md, section "Control groups").
 */

/** Memory, in bytes. -1 means no limit. */
export interface LinuxMemory {
  limit?: number;
  /** Soft limit: what the group is pushed back to when the machine runs short. */
  reservation?: number;
  /** Memory *plus* swap, as Docker's --memory-swap. */
  swap?: number;
  /** 0–100: how readily anonymous pages are swapped out (cgroup v1 only). */
  swappiness?: number;
  /** Let a group that is out of memory wait instead of killing one of its processes (cgroup v1 only). */
  disableOOMKiller?: boolean;
  /** Refuse an update that would set the limit below the present usage. */
  checkBeforeUpdate?: boolean;
  /** Obsolete in the specification and ignored by every runtime; accepted so that old bundles can be read. */
  kernel?: number;
  kernelTCP?: number;
  useHierarchy?: boolean;
}

/** Processor time. */
export interface LinuxCPU {
  /** Relative weight against the siblings when the processors are busy, 2–262144; the default is 1024. */
  shares?: number;
  /** Microseconds of processor time in each period; -1 is no limit. */
  quota?: number;
  /** Length of a period in microseconds, 1000–1000000; the default is 100000. */
  period?: number;
  /** Microseconds that may be saved up from quiet periods. */
  burst?: number;
  realtimeRuntime?: number;
  realtimePeriod?: number;
  /** Processors that may be used, as `0-2,4`. */
  cpus?: string;
  /** Memory nodes that may be used, as `0`. */
  mems?: string;
  /** 1: run only when nobody else wants the processor (SCHED_IDLE for a whole group). */
  idle?: number;
}

export interface LinuxPids {
  /** Greatest number of tasks (processes and threads); -1, and 0 as in Docker, is no limit. */
  limit?: number;
}

export interface LinuxWeightDevice {
  major: number;
  minor: number;
  weight?: number;
  leafWeight?: number;
}

export interface LinuxThrottleDevice {
  major: number;
  minor: number;
  /** Bytes, or operations, a second. */
  rate: number;
}

/** Disk input and output. */
export interface LinuxBlockIO {
  /** Relative weight, 10–1000. */
  weight?: number;
  leafWeight?: number;
  weightDevice?: LinuxWeightDevice[];
  throttleReadBpsDevice?: LinuxThrottleDevice[];
  throttleWriteBpsDevice?: LinuxThrottleDevice[];
  throttleReadIOPSDevice?: LinuxThrottleDevice[];
  throttleWriteIOPSDevice?: LinuxThrottleDevice[];
}

export interface LinuxHugepageLimit {
  /** As the kernel writes it in file names: `2MB`, `1GB`. */
  pageSize: string;
  /** Bytes. */
  limit: number;
}

/** One line of the list that says which device nodes may be opened or made; the last match counts. */
export interface LinuxDeviceRule {
  allow: boolean;
  /** all, character or block device; the default is all. */
  type?: 'a' | 'c' | 'b';
  /** Absent, or -1: every number. */
  major?: number;
  minor?: number;
  /** Any of r (read), w (write), m (mknod); the default is all three. */
  access?: string;
}

export interface LinuxNetworkClass {
  classID?: number;
  priorities?: { name: string; priority: number }[];
}

export interface LinuxRdma {
  hcaHandles?: number;
  hcaObjects?: number;
}

export interface LinuxResources {
  memory?: LinuxMemory;
  cpu?: LinuxCPU;
  pids?: LinuxPids;
  blockIO?: LinuxBlockIO;
  hugepageLimits?: LinuxHugepageLimit[];
  devices?: LinuxDeviceRule[];
  network?: LinuxNetworkClass;
  rdma?: Record<string, LinuxRdma>;
  /** Control files of cgroup v2 by name, written as they are. */
  unified?: Record<string, string>;
}
