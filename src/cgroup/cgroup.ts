/**
 * One control group: a directory in each hierarchy of this host that together count, limit, freeze and kill the processes put into them.
 * cgroups(7); where v1 and v2 differ, the files beside this one know.
 */
import { dirname } from 'node:path';
import type { BlankProcess } from '../kernel/blank-process.ts';
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { exists } from '../kernel/files.ts';
import type { LinuxDeviceRule, LinuxResources } from '../spec/resources.ts';
import { contentOf, writeAll } from './apply.ts';
import { applyDevices } from './device-rules.ts';
import { moveInto, type Part, receive } from './enter.ts';
import { missingController, missingFile, readOnly, versionOf } from './explain.ts';
import { canKill, type Freezer, freeze, isFrozen, killAll, killEach, processesOf, thaw } from './freezer.ts';
import { type Controller, type Layout, layout } from './layout.ts';
import { checkedPath, parentName } from './path.ts';
import { type ReadBack, readLimits } from './read-back.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';
import { readStatistics, type Statistics } from './statistics.ts';
import { placed, prepare } from './systemd.ts';
import { handDown, levels, makeGroup, removeGroup, removeIfEmpty } from './tree.ts';

/** What every group gets on a pure v2 host, so that there are statistics also where nothing is limited. */
const USUAL: Controller[] = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

export class Cgroup {
  /** The path from the top of each hierarchy, as /proc/[pid]/cgroup shows it: `/minidocker/web`. Keep this one for `open`. */
  readonly path: string;
  readonly #layout: Layout;
  readonly #parts: Part[];
  /** Controllers that could not be handed down to the group, and why. */
  readonly #refused: Map<string, string>;

  private constructor(path: string, host: Layout, parts: Part[], refused = new Map<string, string>()) {
    this.path = path;
    this.#layout = host;
    this.#parts = parts;
    this.#refused = refused;
  }

  /**
   * Makes the group in every hierarchy and limits it. When anything is refused, what was made is removed again.
   * @param path - relative (`minidocker/web`: below where this process may make groups), or `/…` from the top of the hierarchies
   * @param host - what this host has; tests give others
   */
  static create(path: string, resources: LinuxResources = {}, host: Layout = layout()): Cgroup {
    checkedPath(path);
    if (host.kind === 'none')
      throw new UsageError(`cgroup ${path} cannot be made: no control group hierarchy is mounted here`, {
        remedy: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup, or run without groups: --cgroups=disabled',
      });
    const needed = settings(resources, versionOf(host), { current: () => undefined }).map((it) => it.controller);
    const frozenTree = host.hierarchies.find((it) => it.readOnly);
    if (frozenTree) throw readOnly(frozenTree.mount);
    const place = placed(path, host);
    prepare(path, place, host);
    const parts = partsOf(host, place.path);
    const made: string[] = [];
    try {
      for (const { hierarchy } of parts) made.push(...makeGroup(hierarchy, place));
      const wanted = host.kind === 'v2' ? [...USUAL, ...needed] : needed;
      const refused = host.unified ? handDown(host.unified, place, [...new Set(wanted)]) : undefined;
      const group = new Cgroup(place.path, host, parts, refused);
      const present = group.processes();
      if (present.length > 0)
        throw new UsageError(`cgroup ${path} exists and has processes in it (${present.slice(0, 5).join(', ')})`, {
          remedy: 'choose another name or parent',
        });
      group.apply(resources);
      return group;
    } catch (error) {
      for (const directory of made.reverse()) removeIfEmpty(directory);
      throw error;
    }
  }

  /** An existing group, by the path that `create` was given or, better, by the `path` of what it answered. */
  static open(path: string, host: Layout = layout()): Cgroup {
    checkedPath(path);
    const absolute = placed(path, host).path;
    const parts = partsOf(host, absolute).filter((it) => exists(it.directory));
    if (parts.length === 0)
      throw new UsageError(`there is no cgroup ${path}`, {
        remedy: 'it was removed, or the host was booted anew since',
      });
    return new Cgroup(absolute, host, parts);
  }

  /** Is there such a group in any hierarchy? */
  static exists(path: string, host: Layout = layout()): boolean {
    const absolute = placed(path, host).path;
    return partsOf(host, absolute).some((it) => exists(it.directory));
  }

  /** The group's directories, one for each hierarchy. */
  get directories(): string[] {
    return this.#parts.map((it) => it.directory);
  }

  /** The group's directory in the hierarchy that has this controller. */
  directory(controller: Controller): string | undefined {
    return this.#where(controller)?.directory;
  }

  /** Moves a process (with all its threads) into the group. Its children will be born in it. */
  join(pid: number): void {
    moveInto(this.#parts, pid);
  }

  /**
   * The quick way in, for a blank process that forks next: it moves itself in each v1 hierarchy and opens the v2 directory, and the child is
   * then born there (`fork({ cgroup })`). @returns that descriptor, to be closed after the fork; undefined where there is no v2.
   */
  receive(by: BlankProcess): number | undefined {
    return receive(by, this.#parts);
  }

  /** Sets limits, also on a living group. When one is refused, those before it get their old values back. */
  apply(resources: LinuxResources): void {
    this.#checkUsage(resources);
    const list = settings(resources, versionOf(this.#layout), { current: (file) => this.#current(file) });
    const targets = list.map((setting) => ({ setting, path: this.#target(setting) }));
    writeAll(targets, () => this.#applyDevices(resources.devices ?? []));
  }

  /** Every limit as the kernel has it now. */
  readBack(): ReadBack[] {
    return this.#parts.flatMap(({ hierarchy, directory }) => readLimits(hierarchy, directory));
  }

  statistics(): Statistics {
    return readStatistics((controller) => this.#where(controller), this.#unified());
  }

  /** Has the kernel ever killed a process of the group because it reached its memory limit? */
  oomKilled(): boolean {
    return (this.statistics().memory?.oomKills ?? 0) > 0;
  }

  /** The processes in the group and in groups below it, by their pids in this process's pid namespace (0: not visible in it). */
  processes(): number[] {
    return processesOf(this.#main());
  }

  /** Stops every process where it stands; resolves when all do. */
  freeze(): Promise<void> {
    return freeze(this.#freezer());
  }

  thaw(): void {
    thaw(this.#freezer());
  }

  isFrozen(): boolean {
    return isFrozen(this.#freezer());
  }

  /** SIGKILL to every process of the group, frozen or not, also to those that are just being born. */
  kill(): void {
    const main = this.#main();
    try {
      if (this.#unified() && canKill(main)) killAll(main);
      else killEach(main, this.#where('freezer') ? this.#freezer() : undefined);
    } catch (error) {
      // Removed meanwhile: then there is nobody in it.
      if (!isRefusal(error, 'ENOENT', 'ENODEV')) throw error;
    }
  }

  /** Removes the group, and groups below it. Waits a moment (at most two seconds) for dying processes; none may stay alive. */
  remove(): void {
    for (const { directory } of this.#parts) removeGroup(directory);
    Cgroup.removeEmptyParents(this.path, this.#layout);
  }

  /**
   * The group that holds all of ours goes with the last of them; one that somebody else made for us stays. In every hierarchy, also where
   * the group itself is gone already: whoever removed it may have been killed before this.
   */
  static removeEmptyParents(path: string, host: Layout = layout()): void {
    const ours = `/${parentName().replace(/^\//, '')}/`;
    const { path: absolute, top } = placed(path, host);
    const below = absolute.slice(top.length);
    if (!below.startsWith(ours)) return;
    for (const { mount } of host.hierarchies)
      for (const above of levels(mount + top, dirname(below)).reverse()) removeIfEmpty(above);
  }

  #part(controller: Controller): Part | undefined {
    const hierarchy = this.#layout.controllers.get(controller);
    return this.#parts.find((it) => it.hierarchy === hierarchy);
  }

  #where(controller: Controller): { version: 1 | 2; directory: string } | undefined {
    const part = this.#part(controller);
    return part && { version: part.hierarchy.version, directory: part.directory };
  }

  #unified(): string | undefined {
    return this.#parts.find((it) => it.hierarchy.version === 2)?.directory;
  }

  /** The hierarchy that is asked for the processes. */
  #main(): string {
    return this.#unified() ?? this.#parts[0]!.directory;
  }

  #freezer(): Freezer {
    const place = this.#where('freezer');
    if (!place) throw missingController('freezer', 'pausing');
    return place;
  }

  /** The present value of a control file, found by its name: `memory.max`. */
  #current(file: string): string | undefined {
    const prefix = file.slice(0, file.indexOf('.')).replace('blkio', 'io') as Controller;
    const directory = this.directory(prefix);
    return directory === undefined ? undefined : contentOf(`${directory}/${file}`);
  }

  /** The path of the file that a setting is for. */
  #target(setting: Setting): string {
    const directory = this.directory(setting.controller);
    const file = directory && setting.files.find((it) => exists(`${directory}/${it}`));
    if (!file) throw missingFile(setting, directory ?? this.path, this.#refused.get(setting.controller));
    return `${directory}/${file}`;
  }

  #applyDevices(rules: LinuxDeviceRule[]): void {
    if (rules.length === 0) return;
    versionOf(this.#layout)('devices', 'device rules');
    const { hierarchy, directory } = this.#part('devices')!;
    applyDevices(rules, hierarchy, directory);
  }

  #checkUsage({ memory }: LinuxResources): void {
    const usage = memory?.checkBeforeUpdate && memory.limit !== undefined ? this.statistics().memory?.usage : undefined;
    if (usage === undefined || memory!.limit! < 0 || memory!.limit! >= usage) return;
    throw new UsageError(`memory.limit ${memory!.limit} is below what ${this.path} uses now (${usage})`, {
      remedy: 'give more, or leave checkBeforeUpdate out and let the kernel reclaim or kill',
    });
  }
}

const partsOf = (host: Layout, path: string): Part[] =>
  host.hierarchies.map((hierarchy) => ({ hierarchy, directory: hierarchy.mount + path }));
