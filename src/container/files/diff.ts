/** diff: what a container has changed of its image: what lies in the upper directory of its overlay – see overlayfs.rst, "whiteouts and opaque directories". */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../kernel/errors.ts';
import type { Container } from '../store/store.ts';

export interface Change {
  kind: 'A' | 'C' | 'D';
  path: string;
}

/** A whiteout: a character device 0:0 stands for what was deleted. */
const isWhiteout = (stat: fs.Stats): boolean => stat.isCharacterDevice() && stat.rdev === 0;

function changesIn(upper: string, lower: readonly string[], path: string): Change[] {
  const names = fs.readdirSync(join(upper, path)).sort();
  return names.flatMap((name) => {
    const inside = join(path, name);
    const stat = fs.lstatSync(join(upper, inside), { throwIfNoEntry: false });
    if (!stat) return [];
    const was = lower.some((it) => fs.lstatSync(join(it, inside), { throwIfNoEntry: false }) !== undefined);
    if (isWhiteout(stat)) return was ? [{ kind: 'D' as const, path: inside }] : [];
    const own: Change = { kind: was ? 'C' : 'A', path: inside };
    return stat.isDirectory() ? [own, ...changesIn(upper, lower, inside)] : [own];
  });
}

/** @throws UsageError where the container writes to a directory itself, and nobody knows how that was before */
export function changes({ directory, record }: Container): Change[] {
  if (record.root.kind !== 'overlay')
    throw new UsageError(`diff: the root of ${record.name} is a directory that is written to itself`, {
      remedy: 'only images that are layers can be compared',
      exitCode: 1,
    });
  const upper = join(directory, 'upper');
  if (!fs.existsSync(upper)) return [];
  return [...changesIn(upper, record.root.lower, '/'), ...changesOfPatchwork(join(directory, 'written'))];
}

/** Without root the host's system has a layer for each of its directories (steps/patchwork.ts), and one for what is beside them. */
function changesOfPatchwork(written: string): Change[] {
  if (!fs.existsSync(written)) return [];
  const beside = changesIn(join(written, 'root'), ['/'], '/').filter((it) => it.kind === 'A');
  const layers = fs.readdirSync(join(written, 'layers')).sort();
  const inside = layers.flatMap((name): Change[] => {
    const found = changesIn(join(written, 'layers', name, 'upper'), [`/${name}`], '/');
    const changed = found.map((it) => ({ ...it, path: `/${name}${it.path}` }));
    return found.length > 0 ? [{ kind: 'C', path: `/${name}` }, ...changed] : [];
  });
  return [...beside, ...inside];
}
