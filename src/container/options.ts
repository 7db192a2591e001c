/** What can be asked of a container, by the names of Docker's flags. */
import type { PrivilegeOptions } from './privileges.ts';

export interface RunOptions extends PrivilegeOptions {
  /** `host`, `busybox`, the directory of a root file system, or an executable of the host's. */
  image: string;
  /** The program and its arguments; the image's own where nothing is said. */
  command?: string[];
  name?: string;
  hostname?: string;
  /** `NAME=value` each. */
  env?: string[];
  /** The directory to begin in. */
  workdir?: string;
  /** Memory, in bytes or as `64m`; 6 MiB at least. */
  memory?: string | number;
  /** Processors: 1.5 is one and a half. */
  cpus?: string | number;
  /** Processes and threads at most. */
  pidsLimit?: string | number;
  /** `source:target[:ro]` each. */
  volumes?: string[];
  /** A terminal of its own. */
  tty?: boolean;
  /** Keep standard input open. */
  interactive?: boolean;
  readOnly?: boolean;
}
