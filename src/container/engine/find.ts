/** What every verb begins with. */
import type { Container } from '../store/store.ts';

/** What a crash has left is put right first; where nothing may be written, things are shown as they are. */
export async function settled(): Promise<void> {
  const { reconcileIfPossible } = await import('../lifecycle/reconcile.ts');
  await reconcileIfPossible();
}

export async function find(reference: string): Promise<Container> {
  const { findContainer } = await import('../store/find.ts');
  return findContainer(reference);
}
