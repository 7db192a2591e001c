/** The shells that can complete our command line, each with the script that makes it. */
import { bash } from './bash.ts';
import { fish } from './fish.ts';
import { zsh } from './zsh.ts';

export const shells = { bash, zsh, fish } as const;
