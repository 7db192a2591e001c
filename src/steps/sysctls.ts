/** Settings of the kernel that belong to a namespace of the container's own – see sysctl(8), proc_sys(5). */
import { AT } from '../kernel/constants.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { read, write } from '../kernel/file.ts';
import type { NamespaceKind } from '../kernel/namespace.ts';
import { defaultSysctls } from '../spec/defaults.ts';
import type { Box } from './box.ts';
import { requireOwn } from './guards.ts';
import { codeOf, type Step } from './step.ts';

const ipcNames = ['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'];

/** The namespace that a setting belongs to. @throws UsageError for one of the whole machine. */
function namespaceOf(name: string): NamespaceKind {
  const [top, ...rest] = name.split('.');
  if (!/^[a-z0-9_.-]+$/i.test(name) || name.includes('..')) {
    throw new UsageError(`--sysctl: ${JSON.stringify(name)} is no name of a setting`, {
      remedy: 'write it as in net.core.somaxconn=1024',
    });
  }
  if (top === 'net') return 'net';
  if (name.startsWith('fs.mqueue.')) return 'ipc';
  if (top === 'kernel' && ipcNames.includes(rest.join('.'))) return 'ipc';
  if (name === 'kernel.hostname' || name === 'kernel.domainname') {
    throw new UsageError(`--sysctl: ${name} is set in another way`, { remedy: `use --${rest[0]}` });
  }
  throw new UsageError(`--sysctl: ${name} is a setting of the whole machine, which a container must not change`, {
    remedy:
      'set it on the host with sysctl -w, or leave it out (net.*, fs.mqueue.* and kernel.shm*, msg*, sem are the container’s own)',
  });
}

/** A dot in a name is a slash in the path; a slash is a dot (as in the name of a VLAN). */
const pathOf = (name: string): string => `/proc/sys/${name.replace(/[./]/g, (it) => (it === '.' ? '/' : '.'))}`;

/** The present value, as the namespaces of the container's process have it. */
function present(box: Box, name: string): string | undefined {
  if (box.process.execed || box.process.exit) return undefined;
  try {
    return read(box.process, AT.FDCWD, pathOf(name), 4096).toString('utf8').trim();
  } catch {
    return undefined;
  }
}

/** @param settings name and value each; what lets an ordinary user use low ports and ping where nothing is said. */
export function sysctls(settings: Readonly<Record<string, string>> = defaultSysctls): Step {
  const entries = Object.entries(settings);
  return {
    name: 'sysctls',
    title: `set ${entries.map(([name]) => name).join(', ')}`,
    explain:
      'Some settings of the kernel exist once for each namespace: those of the network, of message queues and of shared memory. They are the container’s to set. All others are the machine’s, and refused.',
    manual: ['proc_sys(5)', 'network_namespaces(7)', 'ipc_namespaces(7)'],
    calls: entries.map(([name, value]) => `write("${pathOf(name)}", "${value}")`),
    code: JSON.stringify(settings) === JSON.stringify(defaultSysctls) ? codeOf('sysctls') : codeOf('sysctls', settings),
    check(box) {
      for (const [name] of entries) {
        const kind = namespaceOf(name);
        requireOwn(box, kind, `setting ${name}`);
      }
      if (box.newRoot === '/') {
        throw new UsageError('settings are written through the host’s /proc, which is gone after pivot_root', {
          remedy: `go back before it: await box.back(${box.done.length - box.done.findIndex((it) => it.name === 'pivot-root')})`,
        });
      }
    },
    apply(box) {
      for (const [name, value] of entries) {
        try {
          // The host's /proc: an image cannot have put anything there, and it acts on the namespaces of whoever writes.
          write(box.process, pathOf(name), value);
        } catch (error) {
          if (isRefusal(error, 'ENOENT')) {
            throw new UsageError(`--sysctl: this kernel has no ${name}`, {
              remedy: `look what there is: ls ${pathOf(name).replace(/\/[^/]*$/, '')}`,
              cause: error,
            });
          }
          if (isRefusal(error, 'EINVAL', 'EACCES', 'EPERM', 'EROFS')) {
            throw new UsageError(`--sysctl: ${name} does not take ${JSON.stringify(value)} here (${error.code})`, {
              remedy: `compare with its present value: cat ${pathOf(name)}`,
              cause: error,
            });
          }
          throw error;
        }
      }
    },
    observe: (box) => Object.fromEntries(entries.map(([name]) => [name, present(box, name)])),
  };
}
