/**
 * Settings of the host that networks need (forwarding): what each was before is remembered in `networks/settings.json`,
 * and comes back with the last network's end. The kernel's Documentation/networking/ip-sysctl.rst.
 */
import { join } from 'node:path';
import { isRefusal } from '../kernel/errors.ts';
import { readText, removeFile, writeText } from '../kernel/files.ts';
import { namespaceId } from '../kernel/namespace.ts';
import { bootId } from '../kernel/proc.ts';
import { type NetworkContext, namespacePid } from './context.ts';
import { withLock } from './store.ts';
import { hasSysctl, readSysctl, writeSysctl } from './sysctl.ts';

interface Borrowed {
  readonly name: string;
  readonly before: string;
  readonly ours: string;
}

/** Of one boot and one network namespace: elsewhere the values are not ours. */
interface Book {
  readonly place: string;
  readonly borrowed: readonly Borrowed[];
}

const file = (context: NetworkContext): string => join(context.directory, 'settings.json');

const placeOf = ({ caller }: NetworkContext): string =>
  `${bootId()} ${namespaceId(namespacePid(caller) ?? process.pid, 'net')}`;

function read(context: NetworkContext): Borrowed[] {
  try {
    const { place, borrowed } = JSON.parse(readText(file(context))) as Book;
    return place === placeOf(context) ? [...borrowed] : [];
  } catch (error) {
    // An empty file: the machine stopped while it was written.
    if (isRefusal(error, 'ENOENT') || error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Sets what is different, and remembers what it was. @param name with slashes: "net/ipv4/ip_forward" */
export function borrowSetting(context: NetworkContext, name: string, ours: string): void {
  const before = readSysctl(context.caller, name);
  if (before === ours) return;
  withLock(context, () => {
    const others = read(context).filter((it) => it.name !== name);
    const book: Book = { place: placeOf(context), borrowed: [...others, { name, before, ours }] };
    // Before the setting itself: whoever is killed in between has promised too much, never too little.
    writeText(file(context), `${JSON.stringify(book, null, 2)}\n`);
    writeSysctl(context.caller, name, ours);
  });
}

/** Sets back what nobody has changed since, the last first. */
export function returnSettings(context: NetworkContext): void {
  withLock(context, () => {
    const { caller } = context;
    for (const { name, before, ours } of read(context).reverse())
      if (hasSysctl(caller, name) && readSysctl(caller, name) === ours) writeSysctl(caller, name, before);
    try {
      removeFile(file(context));
    } catch (error) {
      if (!isRefusal(error, 'ENOENT')) throw error;
    }
  });
}
