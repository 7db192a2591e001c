/** What a supervisor finds when it looks around: containers that live and have nobody, and some that are to be started again. */
import { bootId } from '../../kernel/proc.ts';
import { cleanUp } from '../lifecycle/clean-up.ts';
import { finished } from '../lifecycle/finish.ts';
import { collectLastWords } from '../logs/rest.ts';
import { isRunning } from '../store/status.ts';
import { type Container, changeState, containers } from '../store/store.ts';
import { attempt } from './last-words.ts';
import { wantsRestart } from './restart.ts';

export interface Surveyor {
  isKnown(id: string): boolean;
  /** @returns false when it has died meanwhile */
  adopt(container: Container): boolean;
  restart(container: Container): void;
}

/** Was it stopped by hand, with the policy `always`, before the machine was started anew? Then its time has come. */
const returnsAfterBoot = ({ record, state }: Container): boolean =>
  record.restart.name === 'always' &&
  state.stoppedByHand &&
  state.process !== undefined &&
  state.process.bootId !== bootId();

export async function survey(surveyor: Surveyor): Promise<void> {
  for (const container of containers()) {
    const { id, record, state } = container;
    if (!record.detached || surveyor.isKnown(id)) continue;
    if (isRunning(state) && surveyor.adopt(container)) continue;
    const endedUnseen = state.process !== undefined && state.finishedAt === undefined;
    if (endedUnseen) {
      await attempt(id, () => collectLastWords(container));
      await attempt(id, () => cleanUp(container));
      const now = await finished(container, null, false, (it) => wantsRestart(record.restart, it, null));
      if (now?.restartAt) surveyor.restart({ ...container, state: now });
    } else if (returnsAfterBoot(container)) {
      const now = await changeState(id, (it) => ({ ...it, stoppedByHand: false, restartAt: new Date().toISOString() }));
      if (now) surveyor.restart({ ...container, state: now });
    } else if (state.restartAt !== undefined) surveyor.restart(container);
  }
}
