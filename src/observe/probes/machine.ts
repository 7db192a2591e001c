/** What kind of machine this is: Windows' Linux, a virtual machine, a container inside which we build containers. */
import { release } from 'node:os';
import { exists, readText } from '../../kernel/files.ts';
import { namespaceId } from '../../kernel/namespace.ts';
import { type Probe, probe } from './probe.ts';

/** The first pid namespace has a fixed number (PROC_PID_INIT_INO in the kernel's proc_ns.h): any other is somebody's container. */
const FIRST_PID_NAMESPACE = 0xeffffffc;

const textOf = (path: string): string => {
  try {
    return readText(path);
  } catch {
    return '';
  }
};

const wsl = (): Probe =>
  probe(
    {
      name: 'WSL',
      neededFor:
        'the habits of Linux under Windows: version 1 has no Linux kernel; version 2 may have hybrid control groups and no systemd',
      howToGet:
        'version 1: wsl --set-version <distribution> 2; hybrid control groups: kernelCommandLine=cgroup_no_v1=all in .wslconfig',
    },
    () => {
      if (!/microsoft/i.test(release())) return 'no';
      return /WSL2/i.test(release())
        ? `version 2 (${release()})`
        : { ok: false, found: `version 1 (${release()}), or a kernel of one's own` };
    },
  );

const marks = [
  { path: '/.dockerenv', engine: 'docker' },
  { path: '/run/.containerenv', engine: 'podman' },
];

/** Which engine made the container that we are in, as far as it leaves marks. */
const engine = (): string | undefined =>
  marks.find((it) => exists(it.path))?.engine ?? /(?:^|\0)container=([^\0]+)/.exec(textOf('/proc/1/environ'))?.[1];

const nesting = (): Probe =>
  probe(
    {
      name: 'no container around us',
      neededFor: 'full use of everything: in a container the outer engine decides what the inner one may do',
      howToGet: 'work on the machine itself or in a virtual machine; else start the outer container with --privileged',
    },
    () => {
      const outer = engine();
      if (namespaceId('self', 'pid') !== FIRST_PID_NAMESPACE)
        return { ok: 'partly', found: outer ? `inside a container of ${outer}` : 'inside a pid namespace of somebody' };
      return outer
        ? `in the first pid namespace (with a mark of ${outer}: its files may come from an image)`
        : 'in the first pid namespace';
    },
  );

/** Only a hint: what the processor and the firmware say. */
function machineFound(): string {
  const product = ['sys_vendor', 'product_name'].map((it) => textOf(`/sys/class/dmi/id/${it}`).trim()).filter(Boolean);
  const virtual =
    /^flags\s.*\bhypervisor\b/m.test(textOf('/proc/cpuinfo')) || /qemu|kvm|vmware|virtual/i.test(product.join(' '));
  return [virtual ? 'a virtual machine' : 'no sign of a virtual machine', ...product].join(', ');
}

const machine = (): Probe =>
  probe(
    {
      name: 'machine',
      neededFor: 'explaining what is slow or missing: nested virtualisation, emulated processors',
      howToGet: 'nothing needs to be done',
    },
    () => `${process.arch}, Linux ${release()}, ${machineFound()}`,
  );

export const machines = (): Probe[] => [machine(), wsl(), nesting()];
