/** --userns: whether root inside is somebody else outside, and who – see user_namespaces(7), config-linux.md, "User namespace mappings". */
import { UsageError } from '../../kernel/errors.ts';
import type { Config, IdMapping } from '../../spec/config.ts';
import { type Claim, RANGE } from '../id-ranges.ts';
import type { RunOptions } from '../options.ts';
import { fitToMapping, isRootless } from '../rootless.ts';

const MOST = 2 ** 32 - 1;
/** The kernel takes so many lines of a map (Linux 4.15). */
const LINES = 340;

const bad = (text: string, why: string): never => {
  throw new UsageError(`--userns: ${JSON.stringify(text)} ${why}`, {
    remedy: 'write host, auto, auto:size=1000, or ranges INSIDE:OUTSIDE:SIZE such as 0:100000:65536',
  });
};

/** `INSIDE:OUTSIDE:SIZE` each. */
function parseRanges(text: string): IdMapping[] {
  const ranges = text.split(',').map((it) => {
    if (!/^\d+:\d+:\d+$/.test(it)) return bad(text, `is no range of ids (${JSON.stringify(it)})`);
    const [containerID = 0, hostID = 0, size = 0] = it.split(':').map(Number);
    if (size === 0) bad(text, 'has a range without an id in it');
    if (containerID + size > MOST || hostID + size > MOST) bad(text, 'goes beyond the last id, 4294967294');
    return { containerID, hostID, size };
  });
  if (ranges.length > LINES) bad(text, `has more than ${LINES} ranges`);
  for (const side of ['containerID', 'hostID'] as const) {
    const sorted = ranges.toSorted((a, b) => a[side] - b[side]);
    const overlap = sorted.some((it, i) => i > 0 && sorted[i - 1]![side] + sorted[i - 1]!.size > it[side]);
    if (overlap) bad(text, `has ranges that overlap ${side === 'hostID' ? 'outside' : 'inside'}`);
  }
  if (!ranges.some((it) => it.containerID === 0)) bad(text, 'does not say who root (0) is outside');
  return ranges;
}

/** What the kernel would refuse, or what would make the namespace worthless. */
function refuse(options: RunOptions, what: string): void {
  const no = (flag: string, why: string): never => {
    throw new UsageError(`${flag} and --userns ${what} do not go together: ${why}`, {
      remedy: `leave ${flag} out, or say --userns host`,
    });
  };
  if (options.privileged) no('--privileged', 'it means all rights over the host, and there are none over it inside');
  for (const flag of ['pid', 'network', 'ipc'] as const) {
    const mode = options[flag] ?? '';
    if (mode.startsWith('container:')) no(`--${flag} ${mode}`, 'that one belongs to another user namespace');
    if (mode === 'host' && flag !== 'ipc') no(`--${flag} host`, 'that one belongs to the host’s user namespace');
  }
}

/**
 * Changes the configuration.
 * @param claim takes the ids for this container
 * @throws UsageError
 */
export function compileUserNamespace(config: Config, options: RunOptions, claim: Claim): void {
  const { userns = 'host' } = options;
  if (userns === 'host' || userns === '') return;
  const { linux } = config;
  if (isRootless())
    throw new UsageError(`--userns ${userns}: without root there is a user namespace always, with your own ids`, {
      remedy: 'leave it out, or run it as root (sudo)',
    });
  const auto = /^auto(?::size=(\d+))?$/.exec(userns);
  const size = Number(auto?.[1] ?? RANGE);
  if (auto && size === 0) bad(userns, 'is a range without an id in it');
  const ranges = auto ? undefined : parseRanges(userns);
  refuse(options, userns);
  if (ranges) claim.asked(ranges);
  const maps = ranges ?? [{ containerID: 0, hostID: claim.auto(size), size }];
  linux.namespaces = [{ type: 'user' }, ...linux.namespaces.filter((it) => it.type !== 'user')];
  linux.uidMappings = maps;
  linux.gidMappings = maps;
  fitToMapping(config);
}
