/** Everything about one container, by Docker's keys. */

import { signalName } from '../../kernel/calls.ts';
import { networkContext } from '../../network/context.ts';
import { inspectNetwork } from '../../network/definitions.ts';
import { allLeases } from '../../network/leases.ts';
import type { Config, Mount } from '../../spec/config.ts';
import { attachmentsOf } from '../../spec/networks.ts';
import { exposedPorts } from '../exposed.ts';
import { logFile } from '../logs/files.ts';
import type { ContainerRecord } from '../store/record.ts';
import { type Container, readConfig, statusOfContainer } from '../store/store.ts';
import { volumeData } from '../volumes.ts';

const NEVER = '0001-01-01T00:00:00Z';

function stateOf(container: Container) {
  const { state } = container;
  const status = statusOfContainer(container);
  const runs = status === 'running' || status === 'paused';
  return {
    Status: status,
    Running: runs,
    Paused: status === 'paused',
    Restarting: status === 'restarting',
    OOMKilled: state.oomKilled ?? false,
    Dead: false,
    Pid: runs ? state.process!.pid : 0,
    /** null: it ended, and nobody could learn how. */
    ExitCode: status === 'exited' ? (state.exitCode ?? null) : (state.exitCode ?? 0),
    Error: state.error ?? '',
    StartedAt: state.startedAt ?? NEVER,
    FinishedAt: (runs ? undefined : state.finishedAt) ?? NEVER,
    ...healthOf(container, runs),
  };
}

interface HealthInspection {
  Status: string;
  FailingStreak: number;
  Log: { Start: string; End: string; ExitCode: number; Output: string }[];
}

/** Only where there is a health check. */
function healthOf({ state, record }: Container, runs: boolean): { Health?: HealthInspection } {
  const { health } = state;
  if (health) {
    const Log = health.log.map((it) => ({ Start: it.start, End: it.end, ExitCode: it.exitCode, Output: it.output }));
    return { Health: { Status: health.status, FailingStreak: health.failingStreak, Log } };
  }
  return record.health && runs ? { Health: { Status: 'starting', FailingStreak: 0, Log: [] } } : {};
}

const nanoseconds = (milliseconds: number): number => milliseconds * 1e6;

function configOf(config: Config, record: ContainerRecord) {
  const { options, health } = record;
  const { process } = config;
  return {
    Hostname: config.hostname ?? '',
    Domainname: config.domainname ?? '',
    User: options.user ?? '',
    Tty: process.terminal ?? false,
    OpenStdin: record.openStdin,
    ExposedPorts: Object.fromEntries(exposedPorts(options).map((it) => [it, {}])),
    Env: process.env,
    Cmd: options.command ?? [],
    Entrypoint: options.entrypoint ? [options.entrypoint] : null,
    Image: record.image,
    WorkingDir: options.workdir ?? '',
    Labels: record.labels,
    Volumes: Object.fromEntries(record.volumes.map((it) => [it.destination, {}])),
    StopSignal: signalName(record.stopSignal),
    StopTimeout: record.stopTimeout,
    ...(health
      ? {
          Healthcheck: {
            Test: ['CMD-SHELL', health.command.at(-1)],
            Interval: nanoseconds(health.interval),
            Timeout: nanoseconds(health.timeout),
            StartPeriod: nanoseconds(health.startPeriod),
            Retries: health.retries,
          },
        }
      : {}),
  };
}

function hostConfigOf(config: Config, record: ContainerRecord) {
  const { options, restart, log } = record;
  const { memory, cpu, pids } = config.linux.resources ?? {};
  const quota = cpu?.quota !== undefined && cpu.period ? cpu.quota / cpu.period : 0;
  return {
    Binds: options.volumes ?? [],
    NetworkMode: options.network ?? (attachmentsOf(config)[0]?.network || 'none'),
    PortBindings: options.publish ?? [],
    PublishAllPorts: options.publishAll ?? false,
    RestartPolicy: { Name: restart.name, MaximumRetryCount: restart.maximum },
    AutoRemove: record.remove,
    LogConfig: {
      Type: 'json-file',
      Config: {
        ...(log.maxSize < 0 ? {} : { 'max-size': String(log.maxSize), 'max-file': String(log.maxFiles) }),
      },
    },
    CapAdd: options.capAdd ?? null,
    CapDrop: options.capDrop ?? null,
    Dns: options.dns ?? [],
    ExtraHosts: options.addHost ?? [],
    IpcMode: options.ipc ?? 'private',
    PidMode: options.pid ?? '',
    UTSMode: options.uts ?? '',
    UsernsMode: options.userns ?? '',
    Privileged: options.privileged ?? false,
    ReadonlyRootfs: config.root.readonly ?? false,
    SecurityOpt: options.securityOpt ?? null,
    Tmpfs: options.tmpfs ?? [],
    Ulimits: (config.process.rlimits ?? []).map((it) => ({
      Name: it.type.replace('RLIMIT_', '').toLowerCase(),
      Soft: it.soft,
      Hard: it.hard,
    })),
    Sysctls: config.linux.sysctl ?? {},
    OomScoreAdj: config.process.oomScoreAdj ?? 0,
    ShmSize: Number(
      /size=(\d+)/.exec(config.mounts.find((it) => it.destination === '/dev/shm')?.options?.join() ?? '')?.[1] ??
        65536 * 1024,
    ),
    Memory: memory?.limit ?? 0,
    MemoryReservation: memory?.reservation ?? 0,
    MemorySwap: memory?.swap ?? 0,
    NanoCpus: Math.round(quota * 1e9),
    CpuShares: cpu?.shares ?? 0,
    CpuPeriod: cpu?.period ?? 0,
    CpuQuota: cpu?.quota ?? 0,
    CpusetCpus: cpu?.cpus ?? '',
    CpusetMems: cpu?.mems ?? '',
    PidsLimit: pids?.limit ?? null,
    CgroupParent: options.cgroupParent ?? '',
    Init: options.init ?? false,
    MaskedPaths: config.linux.maskedPaths ?? [],
    ReadonlyPaths: config.linux.readonlyPaths ?? [],
  };
}

function mountsOf(config: Config, record: ContainerRecord, directory: string) {
  const own = (it: Mount): boolean => it.source?.startsWith(`${directory}/`) ?? false;
  return config.mounts
    .filter((it) => it.type === 'bind' && !own(it))
    .map((it) => {
      const volume = record.volumes.find(
        (one) => one.destination === it.destination && volumeData(one.name) === it.source,
      );
      return {
        Type: volume ? 'volume' : 'bind',
        ...(volume ? { Name: volume.name, Driver: 'local' } : {}),
        Source: it.source,
        Destination: it.destination,
        Mode: '',
        RW: !(it.options?.includes('ro') || it.options?.includes('rro')),
        Propagation: it.options?.find((word) => /(private|shared|slave)$/.test(word)) ?? 'rprivate',
      };
    });
}

function networksOf({ id, record }: Container) {
  const context = networkContext();
  const leases = allLeases(context).filter((it) => it.container === id);
  const ports = leases.flatMap((it) => it.ports);
  // As with Docker, null where a port is exposed but leads nowhere from outside.
  const bindings: Record<string, { HostIp: string; HostPort: string }[] | null> = {};
  if (leases.length > 0) for (const key of exposedPorts(record.options)) bindings[key] = null;
  for (const { ip, hostPort, containerPort, protocol } of ports) {
    const key = `${containerPort}/${protocol}`;
    bindings[key] = [...(bindings[key] ?? []), { HostIp: ip ?? '0.0.0.0', HostPort: String(hostPort) }];
  }
  const first = leases[0];
  const networks = leases.map((lease) => {
    const network = inspectNetwork(context, lease.network);
    return [
      lease.network,
      {
        NetworkID: network.id,
        Gateway: network.gateway,
        IPAddress: lease.address,
        IPPrefixLen: Number(network.subnet.split('/')[1]),
        GlobalIPv6Address: lease.address6 ?? '',
        MacAddress: lease.mac,
        Aliases: lease.names,
      },
    ] as const;
  });
  return {
    IPAddress: first?.address ?? '',
    MacAddress: first?.mac ?? '',
    Gateway: networks[0]?.[1].Gateway ?? '',
    Ports: bindings,
    Networks: Object.fromEntries(networks),
  };
}

export type Inspection = ReturnType<typeof inspectContainer>;

export function inspectContainer(container: Container) {
  const { id, directory, record, state } = container;
  const config = readConfig(container);
  return {
    Id: id,
    Created: record.created,
    Path: record.command[0] ?? '',
    Args: record.command.slice(1),
    State: stateOf(container),
    Image: record.image,
    ResolvConfPath: `${directory}/resolv.conf`,
    HostnamePath: `${directory}/hostname`,
    HostsPath: `${directory}/hosts`,
    LogPath: logFile(directory),
    Name: `/${record.name}`,
    RestartCount: state.restartCount,
    Driver: record.root.kind === 'overlay' ? 'overlay' : 'directory',
    Platform: 'linux',
    ProcessLabel: config.process.selinuxLabel ?? '',
    MountLabel: config.linux.mountLabel ?? '',
    AppArmorProfile: config.process.apparmorProfile ?? '',
    HostConfig: hostConfigOf(config, record),
    GraphDriver: {
      Name: record.root.kind,
      Data: { ...(record.root.kind === 'overlay' ? { UpperDir: `${directory}/upper` } : { Path: record.root.path }) },
    },
    Mounts: mountsOf(config, record, directory),
    Config: configOf(config, record),
    NetworkSettings: networksOf(container),
    /** The bundle's configuration. */
    OciConfigPath: `${directory}/config.json`,
  };
}
