/** A container that is named on the line, after what a crash has left was put right. */
import { reconcileIfPossible } from '../container/lifecycle/reconcile.ts';
import { findContainer } from '../container/store/find.ts';
import type { Container } from '../container/store/store.ts';

/** @throws UsageError where there is none of this name. */
export async function settledContainer(name: string): Promise<Container> {
  await reconcileIfPossible();
  return findContainer(name);
}
