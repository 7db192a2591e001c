/** system df and system info. */
import * as os from 'node:os';
import * as engine from '../../container/engine.ts';
import { stateRoot } from '../../container/paths.ts';
import { formatRows } from '../../view/rows.ts';
import { template } from '../../view/template.ts';
import { binarySize, decimalSize } from '../../view/words.ts';
import type { Verb } from '../definition.ts';
import { programVersion } from '../program-version.ts';
import { say } from '../say.ts';

const columns = [
  { field: 'Type', title: 'TYPE' },
  { field: 'TotalCount', title: 'TOTAL' },
  { field: 'Active', title: 'ACTIVE' },
  { field: 'Size', title: 'SIZE' },
  { field: 'Reclaimable', title: 'RECLAIMABLE' },
];

export const diskUse: Verb = async ({ flags }) => {
  const rows = (await engine.diskUse()).map((it) => ({
    Type: it.type,
    TotalCount: String(it.total),
    Active: String(it.active),
    Size: decimalSize(it.size),
    Reclaimable: `${decimalSize(it.reclaimable)}${it.size > 0 ? ` (${Math.round((it.reclaimable / it.size) * 100)}%)` : ''}`,
  }));
  say(formatRows(rows, columns, { format: flags.text('format') }));
  return 0;
};

/** Docker's keys where it has them. */
async function facts() {
  const containers = await engine.list({ all: true });
  const count = (...statuses: string[]): number => containers.filter((it) => statuses.includes(it.status)).length;
  return {
    Containers: containers.length,
    ContainersRunning: count('running', 'restarting'),
    ContainersPaused: count('paused'),
    ContainersStopped: count('exited', 'created', 'dead'),
    Driver: 'overlay',
    LoggingDriver: 'json-file',
    DockerRootDir: stateRoot(),
    KernelVersion: os.release(),
    OSType: 'linux',
    Architecture: os.machine(),
    NCPU: os.cpus().length,
    MemTotal: os.totalmem(),
    Name: os.hostname(),
    ServerVersion: programVersion(),
  };
}

export const info: Verb = async ({ flags }) => {
  const all = await facts();
  const format = flags.text('format');
  if (format !== undefined) {
    say(format === 'json' ? JSON.stringify(all) : template(format)(all));
    return 0;
  }
  say(`Containers: ${all.Containers}
 Running: ${all.ContainersRunning}
 Paused: ${all.ContainersPaused}
 Stopped: ${all.ContainersStopped}
Version: ${all.ServerVersion}
State: ${all.DockerRootDir}
Kernel: ${all.KernelVersion} (${all.Architecture})
CPUs: ${all.NCPU}
Memory: ${binarySize(all.MemTotal)}
Name: ${all.Name}
More: minidocker doctor`);
  return 0;
};
