/** The SELinux label of what is mounted for a container – see mount(8), "context=", and config.md, "Mount Label". */
import { isActive } from '../kernel/security-modules.ts';
import type { Box } from './box.ts';

/** Adds it to the data of a mount. Where SELinux is not in force, the step that gives the program its label says so. */
export function withLabel({ config }: Box, data: string): string {
  const label = config.linux.mountLabel;
  if (!label || !isActive('selinux')) return data;
  // A label may have commas in it, so it stands in quotes; the kernel reads no quote in it.
  return `${data}${data ? ',' : ''}context="${label}"`;
}
