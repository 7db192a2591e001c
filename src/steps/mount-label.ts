/** The SELinux label of what is mounted for a container – see mount(8), "context=", and config.md, "Mount Label". */
import { isActive } from '../kernel/security-modules.ts';
import type { Config } from '../spec/config.ts';
import type { Box } from './box.ts';

/** The label that the container's files get; undefined where none is asked for. Where SELinux is not in force, the step that gives the program its label says so. */
export const mountLabelOf = ({ linux }: Config): string | undefined =>
  linux.mountLabel && isActive('selinux') ? linux.mountLabel : undefined;

/** Adds it to the data of a mount. */
export function withLabel({ config }: Box, data: string): string {
  const label = mountLabelOf(config);
  if (label === undefined) return data;
  // A label may have commas in it, so it stands in quotes; the kernel reads no quote in it.
  return `${data}${data ? ',' : ''}context="${label}"`;
}
