/** What is in scope at the prompt: the public API with the session's own box, the constants, and the engine's verbs. */
import type { Context } from 'node:vm';
import * as engine from '../container/engine.ts';
import * as api from '../index.ts';
import type { Session } from './session.ts';

/** `SIGCHLD`, `MS`, `CLONE` … each by its own name, as in a C program. */
const { constants, ...functions } = api;

/** `list` are the steps here. */
const { list: listContainers, ...verbs } = engine;

export function fillScope(context: Context, session: Session): void {
  const makeBox: typeof session.makeBox = (...args) => session.makeBox(...args);
  const containers = () => listContainers({ all: true });
  const as = (language: string): string => session.as(language);
  Object.assign(context, constants, verbs, functions, { makeBox, containers, as });
  renewScope(context, session);
}

/** The session's own box may have become another one. (No getters: Tab does not look into those.) */
export function renewScope(context: Context, { box, list }: Session): void {
  Object.assign(context, { box, list });
}
