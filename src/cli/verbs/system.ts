/** system df and system info. */

import * as os from 'node:os';
import { release } from 'node:os';
import * as engine from '../../container/engine.ts';
import { stateRoot } from '../../container/paths.ts';
import { formatRows } from '../../view/rows.ts';
import { template } from '../../view/template.ts';
import { binarySize, decimalSize } from '../../view/words.ts';
import type { Verb } from '../definition.ts';
import { programVersion } from '../program-version.ts';
import { say } from '../say.ts';

const columns = [
  { field: 'Type', title: 'TYPE' },
  { field: 'TotalCount', title: 'TOTAL' },
  { field: 'Active', title: 'ACTIVE' },
  { field: 'Size', title: 'SIZE' },
  { field: 'Reclaimable', title: 'RECLAIMABLE' },
];
