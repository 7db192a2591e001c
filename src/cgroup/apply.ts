/** Writes a list of settings into the control files: all of them, or none. */
import { exists, readText, writeKernel } from '../kernel/files.ts';
import { asPlumbing } from '../kernel/trace.ts';
import { refusedValue } from './explain.ts';
import type { Setting } from './setting.ts';

/** A setting with the file that it is for. */
export interface Target {
  setting: Setting;
  path: string;
}

/** The content of a control file; undefined where there is none. */
export const contentOf = (path: string): string | undefined =>
  asPlumbing(() => (exists(path) ? readText(path).trim() : undefined));

/** Files with a line for each device take one line at a time, so what was read cannot be written back. */
const isTable = ({ controller }: Setting): boolean => controller === 'io' || controller === 'rdma';

/**
 * Writes every setting, then does `last`. When one of them is refused, those before it get their old values back.
 * @throws UsageError naming the limit that was refused
 */
export function writeAll(targets: Target[], last: () => void): void {
  const undo: (() => void)[] = [];
  try {
    for (const { setting, path } of targets) {
      const before = isTable(setting) ? undefined : contentOf(path);
      write(setting, path);
      if (before !== undefined) undo.push(() => writeKernel(path, before));
    }
    last();
  } catch (error) {
    for (const back of undo.reverse()) bestEffort(back);
    throw error;
  }
}

function write(setting: Setting, path: string): void {
  try {
    writeKernel(path, setting.value);
  } catch (error) {
    throw refusedValue(error, setting, path);
  }
}

/** The refusal that led here is what counts: another one on the way back must not hide it. */
function bestEffort(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
