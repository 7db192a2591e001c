/** SELinux labels of a container: its program's, and its files'. They are in force where they are asked for – see selinux(8), config.md "SELinux process label" and "Mount Label". */
import { exists, readText } from '../kernel/files.ts';
import type { Config } from '../spec/config.ts';

/** What the policy says a container's processes and files are – see lxc_contexts in selinux_lxc_contexts_path(3). */
function usualContext(of: 'process' | 'file'): string {
  const kind = exists('/etc/selinux/config') && /^SELINUXTYPE=(\S+)/m.exec(readText('/etc/selinux/config'))?.[1];
  const path = `/etc/selinux/${kind || 'targeted'}/contexts/lxc_contexts`;
  const said = exists(path) ? new RegExp(`^${of}\\s*=\\s*"([^"]+)"`, 'm').exec(readText(path))?.[1] : undefined;
  return said ?? { process: 'system_u:system_r:container_t:s0', file: 'system_u:object_r:container_file_t:s0' }[of];
}

type Part = 'user' | 'role' | 'type' | 'level';

const partsOf = (context: string): Record<Part, string> => {
  const [user = '', role = '', type = '', ...level] = context.split(':');
  return { user, role, type, level: level.join(':') };
};

function changed(context: string, part: Part, value: string): string {
  const parts = partsOf(context);
  parts[part] = value;
  const { user, role, type, level } = parts;
  return [user, role, type, level].filter(Boolean).join(':');
}

/** The label of files that any container may use, whatever its level is. */
export const sharedFileLabel = ({ linux }: Config): string =>
  changed(linux.mountLabel ?? usualContext('file'), 'level', 's0');

/** `--security-opt label=`: `disable`; `user:U`, `role:R`, `type:T` and `level:L` change a part of the program's label, `filetype:T` of its files'; else it is the program's whole label. */
export function applyLabel(config: Config, text: string): void {
  const { process, linux } = config;
  if (text === 'disable') {
    delete process.selinuxLabel;
    delete linux.mountLabel;
    return;
  }
  const [, part, value = ''] = /^(user|role|type|level|filetype):(.+)$/s.exec(text) ?? [];
  process.selinuxLabel ??= usualContext('process');
  linux.mountLabel ??= usualContext('file');
  if (part === undefined) process.selinuxLabel = text;
  else if (part === 'filetype') linux.mountLabel = changed(linux.mountLabel, 'type', value);
  else process.selinuxLabel = changed(process.selinuxLabel, part as Part, value);
  // Who may use the files has their level.
  const { level } = partsOf(process.selinuxLabel);
  if (level) linux.mountLabel = changed(linux.mountLabel, 'level', level);
}
