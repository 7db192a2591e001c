/** Removing what a killed command has left: its processes are gone with it (the kernel saw to that), its directories and control groups are not. @returns the ids of the removed. */
export { reconcile as sweep } from './lifecycle/reconcile.ts';
