/** Steps for reading: one as a card, many as a table. */
import type { Step } from '../steps/step.ts';
import { paint } from './colour.ts';
import { plainTable } from './table.ts';
import { cut, shorten, widthOf, wrap } from './wrap.ts';

const label = (word: string): string => paint('dim', word.padEnd(10));

/** The line to type for a step. */
export const codeLine = (step: Step): string => `await box.apply(${step.code})`;

/** `mount(2)` as it is looked up: `man 2 mount`. */
const page = (name: string): string => name.replace(/^(.+)\((\d)\)$/, 'man $2 $1');

/** The line to type, in the short form where it would not fit: from the list in scope. */
function shownCode(step: Step, index: number | undefined): string {
  const code = codeLine(step);
  if (code.length <= widthOf() - 12 || index === undefined || index < 0) return code;
  return `await box.apply(list[${index}])`;
}

/** What and why, which calls, what to type, where to read on. @param index its place in the list in scope. */
export function stepCard(step: Step, index?: number): string {
  const calls = step.calls.map((it) => shorten(it, widthOf() - 14));
  const shown = calls.length > 6 ? [...calls.slice(0, 5), `… ${calls.length - 5} more`] : calls;
  return [
    paint('bold', cut(step.title, widthOf())),
    wrap(step.explain, '  '),
    ...shown.map((it, i) => `  ${label(i === 0 ? 'calls' : '')}${it}`),
    `  ${label('code')}${paint('cyan', shownCode(step, index))}`,
    `  ${label('read on')}${step.manual.map(page).join(', ')}`,
  ].join('\n');
}

/** @param done the names of those that are done. */
export function stepTable(list: readonly Step[], done: ReadonlySet<string>): string {
  const next = list.find((it) => !done.has(it.name));
  const rows = list.map((it, i) => {
    const mark = done.has(it.name) ? '✔' : it === next ? '→' : ' ';
    return [mark, i + 1, it.name, cut(it.title, Math.max(30, widthOf() - 34))];
  });
  return plainTable(['', '#', 'step', 'what it does'], rows);
}

/** What a step observes in the kernel: label and value. */
export function observationText(observation: Record<string, unknown>): string {
  const rows = Object.entries(observation).filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows
    .map(
      ([name, value]) =>
        `  ${paint('dim', name.padEnd(width + 2))}${cut(
          String(value)
            .trim()
            .replace(/\s*\n\s*/g, ', '),
          Math.max(20, widthOf() - width - 6),
        )}`,
    )
    .join('\n');
}
