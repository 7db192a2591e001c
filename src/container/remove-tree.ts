/** Removing a container's directory, also what its other users have written there: those files belong to ids that only a user namespace with the same map may touch. */
import * as fs from 'node:fs';
import { BlankProcess } from '../kernel/blank-process.ts';
import { CLONE } from '../kernel/constants.ts';
import { isRefusal } from '../kernel/errors.ts';
import { forget } from '../kernel/exits.ts';
import { writeIdMaps } from '../steps/write-id-maps.ts';
import { isRootless } from './rootless.ts';
import { userMappings } from './subordinate-ids.ts';

/** No error where there is nothing. */
export function removeTree(directory: string, options: fs.RmOptions = {}): void {
  try {
    fs.rmSync(directory, { recursive: true, force: true, ...options });
  } catch (error) {
    if (!isRootless() || !isRefusal(error, 'EACCES', 'EPERM')) throw error;
    removeAsMapped(directory);
  }
}

function removeAsMapped(directory: string): void {
  const remover = BlankProcess.spawn();
  try {
    remover.call('unshare', CLONE.NEWUSER);
    const { uid, gid } = userMappings();
    writeIdMaps(remover, uid, gid);
    remover.exec(['/bin/rm', '/usr/bin/rm'], ['rm', '-rf', '--', directory], ['PATH=/usr/bin:/bin']);
    forget(remover.pidfd);
  } finally {
    remover.end();
  }
}
