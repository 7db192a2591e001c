/** top and stats: the processes of a container, and what they use. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Statistics } from '../../cgroup/statistics.ts';
import { UsageError } from '../../kernel/errors.ts';
import { namespaceId } from '../../kernel/namespace.ts';
import { requireRunning } from '../exec/join.ts';
import type { Container } from '../store/store.ts';
import { cgroupOf } from '../store/store.ts';
import { withGroup } from './group.ts';

/** The pids, as the host sees them: those of the control group, else those in its pid namespace. */
export function processesOf(container: Container): number[] {
  const pid = requireRunning(container);
  const grouped = withGroup(cgroupOf(container), (group) => group.processes())?.filter((it) => it > 0);
  if (grouped?.length) return grouped.sort((a, b) => a - b);
  const namespace = namespaceId(pid, 'pid');
  return fs
    .readdirSync('/proc')
    .filter((it) => /^\d+$/.test(it))
    .map(Number)
    .filter((it) => namespaceId(it, 'pid') === namespace);
}

export interface Processes {
  titles: string[];
  processes: string[][];
}

/** @param options as for ps(1), with which they are looked up; `-ef` where nothing is said */
export function top(container: Container, options: readonly string[] = []): Processes {
  const pids = new Set(processesOf(container).map(String));
  const asked = options.length > 0 ? options : ['-ef'];
  let text: string;
  try {
    text = execFileSync('ps', asked, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr?.trim().split('\n')[0] ?? (error as Error).message;
    throw new UsageError(`top: ps ${asked.join(' ')}: ${reason}`, {
      remedy: 'give options of ps(1), with a column PID',
      exitCode: 1,
    });
  }
  const [heading = '', ...lines] = text.split('\n').filter(Boolean);
  const titles = heading.trim().split(/\s+/);
  const column = titles.indexOf('PID');
  if (column === -1)
    throw new UsageError('top: the output of ps has no column PID', { remedy: 'ask for one: -o pid,…', exitCode: 1 });
  const fields = (line: string): string[] => {
    const words = line.trim().split(/\s+/);
    return [...words.slice(0, titles.length - 1), words.slice(titles.length - 1).join(' ')];
  };
  return { titles, processes: lines.map(fields).filter((it) => pids.has(it[column]!)) };
}

/** What a container uses now. Undefined where this host does not count it. */
export interface Usage {
  id: string;
  name: string;
  /** Of one processor, in per cent: two that are busy are 200. */
  cpuPercent?: number;
  /** Bytes, without the page cache that could be given back. */
  memory?: number;
  /** Bytes: the container's limit, else the machine's memory. */
  memoryLimit?: number;
  memoryPercent?: number;
  processes?: number;
  readBytes?: number;
  writeBytes?: number;
  receivedBytes?: number;
  sentBytes?: number;
  all: Statistics;
}

const statisticsOf = (container: Container): Statistics | undefined =>
  withGroup(cgroupOf(container), (group) => group.statistics());

const machineMemory = (): number =>
  Number(/MemTotal:\s+(\d+)/.exec(fs.readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024;

/** What has gone over its links but lo, as its first process sees it: /proc/PID/net/dev. */
function traffic(pid: number): { receivedBytes: number; sentBytes: number } {
  let text = '';
  try {
    text = fs.readFileSync(`/proc/${pid}/net/dev`, 'utf8');
  } catch {
    // It has just ended.
  }
  const rows = text
    .split('\n')
    .slice(2)
    .filter((it) => it.includes(':') && !it.trim().startsWith('lo:'))
    .map((it) =>
      it
        .slice(it.indexOf(':') + 1)
        .trim()
        .split(/\s+/)
        .map(Number),
    );
  return {
    receivedBytes: rows.reduce((sum, it) => sum + (it[0] ?? 0), 0),
    sentBytes: rows.reduce((sum, it) => sum + (it[8] ?? 0), 0),
  };
}

interface Sample {
  at: bigint;
  all: Statistics;
}

function usageOf(container: Container, before: Sample, after: Sample): Usage {
  const { cpu, memory, pids, io } = after.all;
  const elapsed = Number(after.at - before.at);
  const used = cpu && before.all.cpu ? cpu.usage - before.all.cpu.usage : undefined;
  const bytes = memory && Math.max(0, memory.usage - (memory.inactiveFile ?? 0));
  const limit = memory && Math.min(memory.limit ?? Number.POSITIVE_INFINITY, machineMemory());
  return {
    id: container.id,
    name: container.record.name,
    ...(used === undefined || elapsed === 0 ? {} : { cpuPercent: Math.max(0, (used / elapsed) * 100) }),
    ...(bytes === undefined ? {} : { memory: bytes }),
    ...(limit === undefined ? {} : { memoryLimit: limit }),
    ...(bytes === undefined || !limit ? {} : { memoryPercent: (bytes / limit) * 100 }),
    ...(pids ? { processes: pids.current } : {}),
    ...(io ? { readBytes: io.readBytes, writeBytes: io.writeBytes } : {}),
    ...traffic(container.state.process?.pid ?? 0),
    all: after.all,
  };
}

/** Measures for `milliseconds`, again and again; ends with the container, or after the first with `once`. */
export async function* statistics(
  container: Container,
  { once = false, milliseconds = 1000, signal }: { once?: boolean; milliseconds?: number; signal?: AbortSignal } = {},
): AsyncGenerator<Usage> {
  requireRunning(container);
  const sample = (): Sample | undefined => {
    const all = statisticsOf(container);
    return all && { at: process.hrtime.bigint(), all };
  };
  for (let before = sample(); before && !signal?.aborted; ) {
    await sleep(milliseconds);
    const after = sample();
    if (!after) return;
    yield usageOf(container, before, after);
    if (once) return;
    before = after;
  }
}
