/** As config.json of the OCI runtime specification: the whole container, whatever is done of it. `runc run` takes it, in a directory of that name. */
import type { Subject } from './subject.ts';

export function config({ config: whole, root }: Subject): string {
  // The specification has a directory as root, and no layers: where they are laid over each other has to be done before.
  const path = root.kind === 'directory' ? root.path : 'rootfs';
  const { linux } = whole;
  // A relative path means below the group that runc itself is in; ours begin at the top.
  const cgroupsPath = linux.cgroupsPath?.replace(/^\/*/, '/');
  const said = {
    ...whole,
    root: { ...whole.root, path },
    linux: cgroupsPath === undefined ? linux : { ...linux, cgroupsPath },
  };
  return JSON.stringify(said, null, 2);
}
