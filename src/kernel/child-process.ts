/** node:child_process, loaded when it is needed first: few containers need another program, and a start-up without it is shorter. */
import { createRequire } from 'node:module';

export const childProcess = (): typeof import('node:child_process') =>
  createRequire(import.meta.url)('node:child_process') as typeof import('node:child_process');
