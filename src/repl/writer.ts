/** How values are shown at the prompt: a step as a card, a box as where it stands, errors with their causes, all else as Node shows it. */
import { inspect, types } from 'node:util';
import type { Summary } from '../container/engine.ts';
import { BlankProcess } from '../kernel/blank-process.ts';
import { Box } from '../steps/box.ts';
import type { Step } from '../steps/step.ts';
import { colourful, paint } from '../view/colour.ts';
import { errorText } from '../view/errors.ts';
import { stepCard } from '../view/steps.ts';
import { plainTable } from '../view/table.ts';
import { cut, widthOf } from '../view/wrap.ts';

export const isStep = (value: unknown): value is Step =>
  typeof value === 'object' && value !== null && 'explain' in value && 'apply' in value && 'calls' in value;

const stateOf = (it: BlankProcess): string => {
  if (it.exit) return it.exit.signal ? `killed by signal ${it.exit.signal}` : `exited with ${it.exit.code}`;
  return it.execed ? 'it has become a program' : 'blank, waiting for calls';
};

const processText = (it: BlankProcess): string => `BlankProcess ${it.pid} (${stateOf(it)})`;

function boxText(box: Box): string {
  const done = box.done.map((it) => it.name);
  return [
    `${paint('bold', `Box ${box.id.slice(0, 12)}`)}: process ${box.process.pid}, ${stateOf(box.process)}`,
    `  ${paint('dim', 'done'.padEnd(6))}${done.length > 0 ? done.join(' → ') : 'nothing yet'}`,
    `  ${paint('dim', 'root'.padEnd(6))}${box.newRoot ?? "the host's"}`,
  ].join('\n');
}

const isSummary = (value: unknown): value is Summary =>
  typeof value === 'object' && value !== null && 'image' in value && 'status' in value && 'created' in value;

const containerTable = (list: readonly Summary[]): string =>
  plainTable(
    ['id', 'name', 'image', 'command', 'status', 'pid'],
    list.map((it) => [it.id.slice(0, 12), it.name, it.image, cut(it.command.join(' '), 30), it.status, it.pid]),
  );

export function show(value: unknown): string {
  if (types.isNativeError(value)) return errorText(value);
  if (value instanceof Box) return boxText(value);
  if (value instanceof BlankProcess) return processText(value);
  if (isStep(value)) return `${paint('bold', value.name)}: ${stepCard(value)}`;
  if (Array.isArray(value) && value.length > 0 && value.every(isStep))
    return value
      .map((it, i) => cut(`${String(i).padStart(3)} ${it.name.padEnd(20)} ${it.title}`, widthOf()))
      .join('\n');
  if (Array.isArray(value) && value.length > 0 && value.every(isSummary)) return containerTable(value);
  if (types.isPromise(value)) return 'a promise: put await in front of it, to have what it becomes';
  return inspect(value, { colors: colourful(), breakLength: widthOf(), depth: 3 });
}
