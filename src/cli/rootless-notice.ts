/** What an ordinary user's containers cannot have: told once, before the first one, and only to a person – a script reads the errors. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import * as tty from 'node:tty';
import { stateRoot } from '../container/paths.ts';
import { isRootless, rootlessLimits } from '../container/rootless.ts';
import { makeStateDirectory } from '../container/store/files.ts';
import { tell } from './say.ts';

const STDERR = 2;

export function tellRootlessLimits(): void {
  if (!isRootless() || !tty.isatty(STDERR)) return;
  const told = join(stateRoot(), 'rootless-told');
  if (fs.existsSync(told)) return;
  tell(
    ['You are not root, so containers get a user namespace:', ...rootlessLimits.map((it) => `  · ${it}`)].join('\n'),
  );
  tell('(This is said once.)');
  makeStateDirectory(stateRoot());
  fs.writeFileSync(told, '');
}
