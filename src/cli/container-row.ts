/** A container as a row of ps, with Docker's field names. */
import type { Summary } from '../container/engine.ts';
import type { Column, Row } from '../view/rows.ts';
import { ago } from '../view/words.ts';
import { portsText } from './ports-text.ts';
import { statusText } from './status-text.ts';

export const psColumns: readonly Column[] = [
  { field: 'ID', title: 'CONTAINER ID' },
  { field: 'Image', title: 'IMAGE' },
  { field: 'Command', title: 'COMMAND' },
  { field: 'RunningFor', title: 'CREATED' },
  { field: 'Status', title: 'STATUS' },
  { field: 'Ports', title: 'PORTS' },
  { field: 'Names', title: 'NAMES' },
];

/** Cut to a width, the last place being a sign that it was. */
const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

const commaList = (values: readonly string[]): string => values.join(',');

/** @param short as Docker prints it: twelve digits of the id, twenty letters of the command. */
export function containerRow(it: Summary, short: boolean): Row {
  const command = it.command.join(' ');
  const created = it.created === '' ? undefined : new Date(it.created);
  return {
    ID: short ? it.id.slice(0, 12) : it.id,
    Image: it.image,
    Command: `"${short ? cut(command, 20) : command}"`,
    CreatedAt: it.created,
    RunningFor: created ? ago(created) : '',
    Status: it.error && it.status === 'dead' ? `Dead (${it.error})` : statusText(it),
    State: it.status,
    Ports: [portsText(it.ports), ...it.exposed].filter((text) => text !== '').join(', '),
    Names: it.name,
    Pid: String(it.pid ?? ''),
    Labels: commaList(Object.entries(it.labels).map(([name, value]) => `${name}=${value}`)),
    Mounts: commaList(it.mounts),
    Networks: commaList(it.networks),
    labels: it.labels,
  };
}
