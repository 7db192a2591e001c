/** Who the program is: user, group and supplementary groups – see credentials(7), setresuid(2), setgroups(2). */
import * as fs from 'node:fs';
import { capget, capset } from '../kernel/capabilities.ts';
import { PR } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { statusOf } from '../kernel/proc.ts';
import { prctl, setgroups, setIds } from '../kernel/process.ts';
import type { User } from '../spec/config.ts';
import { outsideId } from '../spec/id-maps.ts';
import type { Box } from './box.ts';
import { type Found, lookUpGroups, lookUpUser } from './passwd.ts';
import { codeOf, type Step } from './step.ts';

/** Others may read new files, but not write to them – whatever it is where we were started. */
const USUAL_UMASK = 0o022;

/** In a user namespace made without privilege setgroups(2) is forbidden, for it could take a denied group off – see user_namespaces(7). */
function groupsAreFixed(box: Box): boolean {
  try {
    return fs.readFileSync(`/proc/${box.process.pid}/setgroups`, 'utf8').trim() === 'deny';
  } catch {
    return false;
  }
}

function setAllGroups(box: Box, groups: readonly number[]): void {
  try {
    setgroups(box.process, groups);
  } catch (error) {
    if (!isRefusal(error, 'EINVAL')) throw error;
    throw new UsageError(`--group-add: of ${groups.join(', ')} not all are mapped in this user namespace`, {
      remedy: 'add groups that it has, or give it more ids',
      cause: error,
    });
  }
}

function become(box: Box, user: Required<Pick<User, 'uid' | 'gid' | 'additionalGids'>>): void {
  const by = box.process;
  const { uid, gid, additionalGids } = user;
  // Leaving user 0 clears the capabilities. The steps that follow need them still; the one called capabilities takes them.
  prctl(by, PR.SET_KEEPCAPS, 1);
  if (!groupsAreFixed(box)) setAllGroups(box, additionalGids);
  else if (additionalGids.length > 0) {
    throw new UsageError('supplementary groups cannot be set: this user namespace was made without privilege', {
      remedy: 'leave --group-add out, or run as root, or install newgidmap (package uidmap)',
    });
  }
  try {
    setIds(by, uid, gid);
  } catch (error) {
    if (!isRefusal(error, 'EINVAL')) throw error;
    throw new UsageError(`--user: ${uid}:${gid} is not mapped in this user namespace`, {
      remedy:
        process.getuid?.() === 0
          ? 'give the container more ids (--userns auto:size=N, or ranges that have it)'
          : 'without root there is root alone inside, unless /etc/subuid and /etc/subgid give you ranges and newuidmap is installed (package uidmap)',
      cause: error,
    });
  }
  const { permitted, inheritable } = capget(by);
  capset(by, { effective: permitted, permitted, inheritable });
  // The change of user made the process readable by that user: it shares our memory still.
  prctl(by, PR.SET_DUMPABLE, 0);
}

/**
 * /dev/stdout leads to the pipe or the terminal behind it, and is opened anew: whoever the program runs as must be allowed to. (Not so files: those are somebody's.)
 */
function giveStreams(box: Box, uid: number): void {
  const owner = outsideId(box.config.linux.uidMappings, uid);
  for (const fd of box.stdio) {
    const stat = fd === null ? undefined : fs.fstatSync(fd);
    if (fd === null || !stat?.isFIFO() || owner === undefined || stat.uid === owner) continue;
    try {
      fs.fchownSync(fd, owner, stat.gid);
    } catch (error) {
      if (!isRefusal(error, 'EPERM')) throw error; // Without root: the pipe is somebody else's.
    }
  }
  if (box.terminal !== undefined && uid !== 0) box.process.call('fchown', 0, uid, AS_IT_IS);
}

/** chown(2): the group stays. */
const AS_IT_IS = -1;

/** @param user numbers, or with `username` a `name[:group]` to be looked up in the container's own /etc/passwd and /etc/group. */
export function user(user: User): Step {
  const who = user.username ?? `${user.uid}:${user.gid}`;
  return {
    name: 'user',
    title: `become user ${who}`,
    explain:
      'User, group and supplementary groups decide about files. A process that leaves user 0 loses its capabilities, unless PR_SET_KEEPCAPS says otherwise; they are kept for the steps to come. The groups go first: afterwards the right to set them is gone.',
    manual: ['credentials(7)', 'setresuid(2)', 'setgroups(2)', 'user_namespaces(7)'],
    calls: [
      'prctl(PR_SET_KEEPCAPS, 1)',
      `setgroups(${(user.additionalGids ?? []).length}, [${(user.additionalGids ?? []).join(', ')}])`,
      `setresgid(${user.gid}, ${user.gid}, ${user.gid})`,
      `setresuid(${user.uid}, ${user.uid}, ${user.uid})`,
    ],
    code: codeOf('user', user),
    apply(box) {
      const found: Partial<Found> & User = user.username === undefined ? user : lookUpUser(box, user.username);
      // For the environment of the program, where nothing is said about it.
      box.notes.set('home', found.home ?? (found.uid === 0 ? '/root' : '/'));
      giveStreams(box, found.uid);
      const named = lookUpGroups(box, user.additionalGroups ?? []);
      const additionalGids = [...new Set([...(found.additionalGids ?? []), ...(user.additionalGids ?? []), ...named])];
      become(box, { uid: found.uid, gid: found.gid, additionalGids });
      box.process.call('umask', user.umask ?? USUAL_UMASK);
    },
    observe(box) {
      const status = statusOf(box.process.pid);
      const first = (name: string): string | undefined => status.get(name)?.split(/\s+/)[0];
      return { uid: first('Uid'), gid: first('Gid'), groups: status.get('Groups') };
    },
  };
}
