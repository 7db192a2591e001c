/** What facts and differences say of a process, beside what other programs say of it. */
import { readlinkSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { CLONE, MS } from '../../src/kernel/constants.ts';
import { mount } from '../../src/kernel/mount.ts';
import { unshare } from '../../src/kernel/namespace.ts';
import { sethostname } from '../../src/kernel/process.ts';
import { type Change, difference } from '../../src/observe/difference.ts';
import { factsOf } from '../../src/observe/facts.ts';
import { hostNameOf } from '../../src/observe/host-name.ts';
import { witness } from '../support.ts';

const born: BlankProcess[] = [];
const spawn = (flags = 0): BlankProcess => {
  const made = BlankProcess.spawn({ flags });
  born.push(made);
  return made;
};

afterEach(() => {
  for (const it of born.splice(0)) it.end();
});

const linkNumber = (pid: number | string, kind: string): string =>
  /\d+/.exec(readlinkSync(`/proc/${pid}/ns/${kind}`))![0];

/** What an action changes, as a map from `area what`. */
function changesOf(process: BlankProcess, action: () => void): Map<string, Change> {
  const before = factsOf(process.pid, process);
  action();
  const changes = difference(before, factsOf(process.pid, process));
  return new Map(changes.map((it) => [`${it.area} ${it.what}`, it]));
}

it('tells of a new namespace, and of nothing else', () => {
  const process = spawn();
  const changes = changesOf(process, () => unshare(process, Number(CLONE.NEWUTS)));
  expect([...changes.keys()]).toEqual(['namespaces uts']);
  expect(changes.get('namespaces uts')).toMatchObject({
    before: linkNumber('self', 'uts'),
    after: linkNumber(process.pid, 'uts'),
  });
});

it('tells of the host name, which another program sees too', () => {
  const process = spawn(Number(CLONE.NEWUTS));
  const changes = changesOf(process, () => sethostname(process, 'zoo'));
  expect([...changes.keys()]).toEqual(['names host name']);
  expect(changes.get('names host name')?.after).toBe('zoo');
  expect(witness('nsenter', '-u', '-t', String(process.pid), 'uname', '-n').trim()).toBe('zoo');
  // Asked by somebody who joins the namespace, not by the process itself.
  expect(hostNameOf(process.pid)).toBe('zoo');
});

it('tells of the links that a network namespace has', () => {
  const process = spawn();
  const changes = changesOf(process, () => unshare(process, Number(CLONE.NEWNET)));
  const seen = JSON.parse(witness('nsenter', '-n', '-t', String(process.pid), 'ip', '-j', 'link')) as {
    ifname: string;
  }[];
  expect(factsOf(process.pid, process).areas.network.links).toBe(seen.map((it) => it.ifname).join(' '));
  expect(changes.has('namespaces net')).toBe(true);
});

it('tells of mounts made, changed and gone', () => {
  const process = spawn(Number(CLONE.NEWNS));
  mount(process, null, '/', null, MS.REC | MS.PRIVATE);
  const made = changesOf(process, () => mount(process, 'first', '/tmp', 'tmpfs', Number(MS.NODEV)));
  expect([...made.keys()]).toEqual(['mounts /tmp']);
  expect(made.get('mounts /tmp')?.after).toContain('nodev');
  const changed = changesOf(process, () => mount(process, null, '/tmp', null, MS.REMOUNT | MS.BIND | MS.RDONLY));
  expect(changed.get('mounts /tmp')?.before).toContain('rw');
  expect(changed.get('mounts /tmp')?.after).toContain('ro');
  const gone = changesOf(process, () => process.call('umount2', '/tmp', 0));
  expect(gone.get('mounts /tmp')?.after).toBeUndefined();
});

it('tells of a copied mount namespace only that it is another one', () => {
  const process = spawn();
  const changes = changesOf(process, () => unshare(process, Number(CLONE.NEWNS)));
  expect([...changes.keys()].filter((it) => it.startsWith('namespaces'))).toEqual(['namespaces mnt']);
});

it('says that a process has ended, and no more', () => {
  const process = spawn();
  const changes = changesOf(process, () => process.end());
  expect([...changes.values()]).toEqual([{ area: 'process', what: 'state', before: 'living', after: 'ended' }]);
});
