/** What can be asked of a container, by the names of Docker's flags. */

export interface RunOptions {
  /** `host`, `busybox`, the directory of a root file system, or an executable of the host's. */
  image: string;
  /** The program and its arguments; the image's own where nothing is said. */
  command?: string[];
  name?: string;
  hostname?: string;
  domainname?: string;
  /** `NAME=value` each; `NAME` alone takes the value that our own environment has. */
  env?: string[];
  /** Files with such lines. */
  envFile?: string[];
  /** The directory to begin in. */
  workdir?: string;
  /** `name|uid[:group|gid]`, looked up in the image. */
  user?: string;
  /** More groups, by name or number. */
  groupAdd?: (string | number)[];
  /** In place of the image's program; `` (empty) takes that away. */
  entrypoint?: string;
  /** A first process that reaps orphans and hands signals on. */
  init?: boolean;

  /** Memory, in bytes or as `64m`; 6 MiB at least. */
  memory?: string | number;
  memoryReservation?: string | number;
  /** Memory and swap together; -1 is no limit. */
  memorySwap?: string | number;
  memorySwappiness?: string | number;
  oomKillDisable?: boolean;
  oomScoreAdj?: string | number;
  /** Processors: 1.5 is one and a half. */
  cpus?: string | number;
  cpuShares?: string | number;
  cpuPeriod?: string | number;
  cpuQuota?: string | number;
  cpusetCpus?: string;
  cpusetMems?: string;
  /** Processes and threads at most. */
  pidsLimit?: string | number;
  blkioWeight?: string | number;
  /** `path:rate` each, as `/dev/sda:1mb`. */
  deviceReadBps?: string[];
  deviceWriteBps?: string[];
  deviceReadIops?: string[];
  deviceWriteIops?: string[];
  cgroupParent?: string;
  cgroupns?: string;

  /** `[source:]target[:options]` each; a source without a slash is the name of a volume. */
  volumes?: string[];
  /** `type=bind,source=…,target=…[,readonly]` each. */
  mounts?: string[];
  /** `target[:options]` each. */
  tmpfs?: string[];
  shmSize?: string | number;
  /** The container cannot write to its root. */
  readOnly?: boolean;
  /** `path[:path inside[:rwm]]` each. */
  devices?: string[];
  deviceCgroupRule?: string[];

  /** `name=soft[:hard]` each. */
  ulimits?: string[];
  /** `name=value` each. */
  sysctls?: string[];
  privileged?: boolean;
  capAdd?: string[];
  capDrop?: string[];
  /** `no-new-privileges`, `seccomp=FILE|unconfined`, `apparmor=PROFILE`, `label=…`, `systempaths=unconfined`. */
  securityOpt?: string[];

  /** `bridge`, `none`, `host`, `container:NAME`, or the name of a network. */
  network?: string;
  networkAlias?: string[];
  ip?: string;
  ip6?: string;
  macAddress?: string;
  /** `[ip:][host:]container[/udp]` each. */
  publish?: string[];
  /** `port[/udp]` each: the ports it says it listens on. */
  expose?: string[];
  /** Each of those gets a free port of the host. */
  publishAll?: boolean;
  /** `name:address` each. */
  addHost?: string[];
  dns?: string[];
  dnsSearch?: string[];
  dnsOption?: string[];
  /** `host`, or `container:NAME`. */
  pid?: string;
  ipc?: string;
  uts?: string;
  /** `host`, `auto`, `auto:size=N`, or `inside:outside:size` ranges of ids. */
  userns?: string;

  /** `no`, `on-failure[:n]`, `always`, `unless-stopped`. */
  restart?: string;
  stopSignal?: string;
  /** Seconds. */
  stopTimeout?: string | number;
  healthCmd?: string;
  healthInterval?: string | number;
  healthTimeout?: string | number;
  healthStartPeriod?: string | number;
  healthRetries?: string | number;
  noHealthcheck?: boolean;
  /** `name[=value]` each. */
  labels?: string[];
  labelFile?: string[];
  annotations?: string[];
  /** `max-size=10m`, `max-file=3`. */
  logOpt?: string[];
  /** Goes away when it ends. */
  rm?: boolean;

  /** A terminal of its own. */
  tty?: boolean;
  /** Keep standard input open. */
  interactive?: boolean;
}
