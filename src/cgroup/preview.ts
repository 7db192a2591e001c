/** What making and limiting a group is going to write, file by file, without doing it. */
import { UsageError } from '../kernel/errors.ts';
import type { LinuxResources } from '../spec/resources.ts';
import { checkedRule, ruleLine } from './device-rules.ts';
import { versionOf } from './explain.ts';
import { type Layout, layout } from './layout.ts';
import { settings } from './settings.ts';
import { placed } from './systemd.ts';

/** How a blank process gets a group of its own: the directories, and its way in (enter.ts). Where there can be none, why. */
export function plannedGroup(path: string, host: Layout = layout()): string[] {
  return orWhyNot(() => {
    const place = placed(path, host).path;
    const old = host.hierarchies.filter((it) => it.version === 1);
    return [
      ...host.hierarchies.map((it) => `mkdir(${JSON.stringify(it.mount + place)})`),
      ...old.map((it) => `write(${JSON.stringify(`${it.mount}${place}/tasks`)}, "0")`),
      ...(host.unified ? ['clone3(CLONE_INTO_CGROUP)'] : []),
    ];
  });
}

/** `write("/sys/fs/cgroup/memory/GROUP/memory.limit_in_bytes", "67108864")` for each limit; where one cannot be had here, why. */
export function plannedWrites(resources: LinuxResources, group = 'GROUP', host: Layout = layout()): string[] {
  return orWhyNot(() => {
    const list = settings(resources, versionOf(host), { current: () => undefined });
    const writes = list.map(({ controller, files, value }) => {
      const path = `${host.controllers.get(controller)!.mount}/${group}/${files[0]}`;
      return `write(${JSON.stringify(path)}, ${JSON.stringify(value)})`;
    });
    return [...writes, ...plannedDevices(resources, group, host)];
  });
}

function orWhyNot(lines: () => string[]): string[] {
  try {
    return lines();
  } catch (error) {
    if (error instanceof UsageError) return [error.message];
    throw error;
  }
}

function plannedDevices({ devices = [] }: LinuxResources, group: string, host: Layout): string[] {
  if (devices.length === 0) return [];
  const hierarchy = host.controllers.get('devices');
  if (hierarchy?.version !== 1)
    return [`bpf(BPF_PROG_LOAD, CGROUP_DEVICE: ${devices.length} rules)`, 'bpf(BPF_PROG_ATTACH)'];
  const all = [{ allow: false }, ...devices].map(checkedRule);
  return all.map(
    (it) =>
      `write("${hierarchy.mount}/${group}/devices.${it.allow ? 'allow' : 'deny'}", ${JSON.stringify(ruleLine(it))})`,
  );
}
