/** As a command line of Docker's: the whole container, whatever is done of it. */
import type { RunOptions } from '../container/options.ts';
import { quoted } from './quoted.ts';
import type { Subject } from './subject.ts';

/** Options that take a value, and the flags for them. */
const flags: readonly (readonly [keyof RunOptions, string])[] = [
  ['name', '--name'],
  ['hostname', '--hostname'],
  ['memory', '--memory'],
  ['cpus', '--cpus'],
  ['pidsLimit', '--pids-limit'],
  ['workdir', '--workdir'],
  ['env', '--env'],
  ['volumes', '--volume'],
];

/** The images that only we have. */
const without: Record<string, string> = {
  host: '# the image host is this very system: Docker has no equivalent, debian:stable is something like it',
};

export function docker({ options, config }: Subject): string {
  const given = flags.flatMap(([key, flag]) => {
    const value = options[key];
    if (value === undefined) return [];
    return [value].flat().flatMap((it) => [flag, quoted(String(it))]);
  });
  const words = [
    'docker run --rm',
    ...(config.process.terminal ? ['-it'] : []),
    // A box by hand has no network but its own loopback.
    ...(config.linux.namespaces.some((it) => it.type === 'network') ? ['--network none'] : []),
    ...given,
    ...(options.readOnly ? ['--read-only'] : []),
    options.image === 'host' ? 'debian:stable' : quoted(options.image),
    ...config.process.args.map(quoted),
  ];
  const remark = without[options.image];
  return [...(remark ? [remark] : []), words.join(' ')].join('\n');
}
