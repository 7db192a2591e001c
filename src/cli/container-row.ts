/** A container as a row of ps, with Docker's field names. */
import type { Listed } from '../container/engine.ts';
import type { Column, Row } from '../view/rows.ts';
import { ago, decimalSize } from '../view/words.ts';
import { statusText } from './status-text.ts';

export const psColumns: readonly Column[] = [
  { field: 'ID', title: 'CONTAINER ID' },
  { field: 'Image', title: 'IMAGE' },
  { field: 'Command', title: 'COMMAND' },
  { field: 'CreatedAgo', title: 'CREATED' },
  { field: 'Status', title: 'STATUS' },
  { field: 'Ports', title: 'PORTS' },
  { field: 'Names', title: 'NAMES' },
];
