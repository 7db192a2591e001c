/** What the configuration of the runtime specification has no place for: restarting, stopping, health, labels, the log. */
import { constants as os } from 'node:os';
import type { Image } from '../../image/image.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { RunOptions } from '../options.ts';
import { parseBytes, parseDuration, parseNumber } from '../quantities.ts';
import { readNamedFile } from '../read-file.ts';
import type { ContainerRecord, HealthCheck, LogLimits, RestartPolicy } from '../store/record.ts';

export type Policies = Pick<
  ContainerRecord,
  'labels' | 'restart' | 'stopSignal' | 'stopTimeout' | 'remove' | 'log' | 'health'
>;

const DEFAULT_LOG: LogLimits = { maxSize: -1, maxFiles: 1 };

/** The number of `SIGTERM`, `term`, `15`, `SIGRTMIN+3`. @param option how the refusal calls it. */
export function parseSignal(text: string | number, option = '--signal'): number {
  const name = String(text).trim().toUpperCase().replace(/^SIG/, '');
  const real = /^RTM(IN|AX)(?:([+-])(\d+))?$/.exec(name);
  const realtime = real ? (real[1] === 'IN' ? 34 : 64) + Number(`${real[2] ?? '+'}${real[3] ?? 0}`) : undefined;
  const number = /^\d+$/.test(name) ? Number(name) : (realtime ?? os.signals[`SIG${name}` as NodeJS.Signals]);
  if (number !== undefined && number >= 1 && number <= 64) return number;
  throw new UsageError(`${option}: ${JSON.stringify(String(text))} is no signal`, {
    remedy: 'write a name such as SIGTERM, or a number from 1 to 64',
  });
}

export function parseRestart(text = 'no'): RestartPolicy {
  const [name = '', count, ...more] = text.split(':');
  if (name === 'on-failure' && more.length === 0)
    return {
      name,
      maximum:
        count === undefined ? 0 : parseNumber(count, '--restart on-failure', { min: 0, max: 1e9, integer: true }),
    };
  if ((name === 'no' || name === '' || name === 'always' || name === 'unless-stopped') && count === undefined)
    return { name: name === '' ? 'no' : name, maximum: 0 };
  throw new UsageError(`--restart: ${JSON.stringify(text)} is no policy`, {
    remedy: 'write no, on-failure, on-failure:3, always or unless-stopped',
  });
}

/** `name=value` lines of files, without comments. */
export function linesOf(files: readonly string[] | undefined, option: string): string[] {
  return (files ?? []).flatMap((path) =>
    readNamedFile(path, option)
      .split('\n')
      .map((it) => it.replace(/\r$/, '').trimStart())
      .filter((it) => it && !it.startsWith('#')),
  );
}

/** `name[=value]` each. */
export function parseLabels(texts: readonly string[], option: string): Record<string, string> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    const name = at === -1 ? text : text.slice(0, at);
    if (name === '')
      throw new UsageError(`${option}: ${JSON.stringify(text)} has no name`, { remedy: 'write name=value' });
    return [name, at === -1 ? '' : text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function parseLog(options: readonly string[] = []): LogLimits {
  const limits = { ...DEFAULT_LOG };
  for (const [name, value] of Object.entries(parseLabels(options, '--log-opt'))) {
    if (name === 'max-size') limits.maxSize = value === '-1' ? -1 : parseBytes(value, '--log-opt max-size', { min: 1 });
    else if (name === 'max-file')
      limits.maxFiles = parseNumber(value, '--log-opt max-file', { min: 1, max: 1000, integer: true });
    else
      throw new UsageError(`--log-opt: ${JSON.stringify(name)} is not known`, {
        remedy: 'use max-size=10m and max-file=3',
      });
  }
  if (limits.maxFiles > 1 && limits.maxSize < 0)
    throw new UsageError('--log-opt: max-file needs max-size too', { remedy: 'add --log-opt max-size=10m' });
  return limits;
}

function parseHealth(options: RunOptions): HealthCheck | undefined {
  const { healthCmd, healthInterval, healthTimeout, healthStartPeriod, healthRetries, noHealthcheck } = options;
  const others = { healthInterval, healthTimeout, healthStartPeriod, healthRetries };
  if (noHealthcheck) {
    if (healthCmd === undefined) return undefined;
    throw new UsageError('--no-healthcheck and --health-cmd contradict each other', {
      remedy: 'leave one of them out',
    });
  }
  if (healthCmd === undefined) {
    const alone = Object.entries(others).find(([, value]) => value !== undefined);
    if (!alone) return undefined;
    const flag = `--${alone[0].replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`)}`;
    throw new UsageError(`${flag} needs a command that is to be run`, { remedy: 'add --health-cmd COMMAND' });
  }
  return {
    command: ['/bin/sh', '-c', healthCmd],
    interval: parseDuration(healthInterval ?? '30s', '--health-interval'),
    timeout: parseDuration(healthTimeout ?? '30s', '--health-timeout'),
    startPeriod: parseDuration(healthStartPeriod ?? 0, '--health-start-period', { min: 0 }),
    retries: parseNumber(healthRetries ?? 3, '--health-retries', { min: 1, max: 1e6, integer: true }),
  };
}

export function compilePolicies(options: RunOptions, _image: Image): Policies {
  const restart = parseRestart(options.restart);
  if (options.rm && restart.name !== 'no')
    throw new UsageError(`--rm and --restart ${options.restart} contradict each other`, {
      remedy: 'leave one of them out',
    });
  const health = parseHealth(options);
  return {
    labels: {
      ...parseLabels(linesOf(options.labelFile, '--label-file'), '--label-file'),
      ...parseLabels(options.labels ?? [], '--label'),
    },
    restart,
    stopSignal: parseSignal(options.stopSignal ?? 'SIGTERM', '--stop-signal'),
    stopTimeout: parseNumber(options.stopTimeout ?? 10, '--stop-timeout', { min: -1, max: 1e9 }),
    remove: options.rm ?? false,
    log: parseLog(options.logOpt),
    ...(health ? { health } : {}),
  };
}
