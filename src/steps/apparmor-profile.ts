/** Our own AppArmor profile, given to the kernel where it has it not yet: it stays there, like Docker's – see apparmor_parser(8). */
import { childProcess } from '../kernel/child-process.ts';
import { UsageError } from '../kernel/errors.ts';
import { loadedProfiles } from '../kernel/security-modules.ts';
import { DEFAULT_APPARMOR, defaultApparmorText } from '../spec/apparmor-default.ts';

/** @throws UsageError where the kernel does not take it */
export function loadDefaultProfile(): void {
  if (loadedProfiles().includes(DEFAULT_APPARMOR)) return;
  const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  const done = childProcess().spawnSync('apparmor_parser', ['--replace', '--skip-cache'], {
    input: defaultApparmorText,
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
  if (done.status === 0) return;
  const said = done.error?.message ?? done.stderr.trim().split('\n').at(-1);
  throw new UsageError(`the AppArmor profile ${DEFAULT_APPARMOR} cannot be loaded (${said})`, {
    remedy: 'run without: --security-opt apparmor=unconfined',
  });
}
