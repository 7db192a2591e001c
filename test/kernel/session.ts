/** A session for the trace test, run under strace(1): the same calls in a blank process, our own account of them printed as JSON. */
import { BlankProcess } from '../../src/kernel/blank-process.ts';
import { AT, CLONE, MNT, MS, O, PR } from '../../src/kernel/constants.ts';
import { close, mkdirat, mknodat, openat, symlinkat, unlinkat } from '../../src/kernel/file.ts';
import { mount, pivot_root, umount2 } from '../../src/kernel/mount.ts';
import { unshare } from '../../src/kernel/namespace.ts';
import { chdir, fchdir, prctl, sethostname, setIds, setsid } from '../../src/kernel/process.ts';
import { onTrace, type TraceEvent } from '../../src/kernel/trace.ts';

const events: TraceEvent[] = [];
onTrace((event) => events.push(event));
const folder = process.argv[2]!;

const refused = (action: () => void): void => {
  try {
    action();
  } catch {
    // It is in the account.
  }
};

const blank = BlankProcess.spawn();
unshare(blank, CLONE.NEWNS | CLONE.NEWUTS);
mount(blank, null, '/', null, MS.REC | MS.PRIVATE);
sethostname(blank, 'traced');
mount(blank, 'tmpfs', folder, 'tmpfs', MS.NOSUID | MS.NODEV | MS.NOEXEC, 'mode=700,size=1m');
mkdirat(blank, AT.FDCWD, `${folder}/a`, 0o750);
mknodat(blank, AT.FDCWD, `${folder}/null`, 0o20666, 0x103);
symlinkat(blank, 'a', AT.FDCWD, `${folder}/link`);
refused(() => mkdirat(blank, AT.FDCWD, `${folder}/a`));
refused(() => mount(blank, '/no/such', `${folder}/a`, null, MS.BIND));
refused(() => pivot_root(blank, '/usr', '/usr'));
refused(() => umount2(blank, '/no/such', MNT.DETACH));
const fd = openat(blank, AT.FDCWD, `${folder}/a`, O.PATH | O.DIRECTORY | O.CLOEXEC);
fchdir(blank, fd);
close(blank, fd);
chdir(blank, '/');
unlinkat(blank, AT.FDCWD, `${folder}/a`, AT.REMOVEDIR);
prctl(blank, PR.SET_NO_NEW_PRIVS, 1);
setsid(blank);
refused(() => setsid(blank));
blank.chain([
  { name: 'chdir', args: [folder] },
  { name: 'chdir', args: ['/no/such'], mayFail: true },
  { name: 'umount2', args: ['/no/such/place', 0], mayFail: true },
]);
const child = blank.fork();
setIds(child, 65534, 65534);
refused(() => sethostname(child, 'forbidden'));
child.exec(['/no/such/program', '/bin/true'], ['true', 'a b', 'c"d'], ['A=1', 'B=2']);
await child.ended;
blank.end();
console.log(JSON.stringify({ pids: [blank.pid, child.pid], events }));
