/**
 * Which device nodes a group may open or make: lines for devices.allow and devices.deny of cgroup v1, a small program for v2
 * (device-filter.ts). A list starts from "nothing is allowed", and of several rules for one device the last one counts.
 */
import { isRefusal, UsageError } from '../kernel/errors.ts';
import { readText, writeKernel } from '../kernel/files.ts';
import type { LinuxDeviceRule } from '../spec/resources.ts';
import { attachFilter, buildFilter, type DeviceRule } from './device-filter.ts';
import type { Hierarchy } from './layout.ts';

export function checkedRule(rule: LinuxDeviceRule): DeviceRule {
  const { allow, type = 'a', major = -1, minor = -1, access = 'rwm' } = rule;
  const bad = (what: string): never => {
    throw new UsageError(`device rule ${JSON.stringify(rule)}: ${what}`, {
      remedy: 'as in {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"}',
    });
  };
  if (!['a', 'c', 'b'].includes(type)) bad('the type is a, c or b');
  if (!/^[rwm]*$/.test(access)) bad('the access is made of r, w and m');
  if (![major, minor].every((it) => Number.isInteger(it) && it >= -1)) bad('the numbers are 0 or more, or -1 for all');
  return { allow, type, major, minor, access: access || 'rwm' };
}

/** `c 1:3 rwm`, the form of devices.list. */
export function ruleLine({ type, major, minor, access }: DeviceRule): string {
  const number = (it: number): string => (it === -1 ? '*' : String(it));
  return `${type} ${number(major)}:${number(minor)} ${access}`;
}

/** Sets a group's device rules; an empty list leaves everything as it is. */
export function applyDevices(rules: LinuxDeviceRule[], hierarchy: Hierarchy, directory: string): void {
  if (rules.length === 0) return;
  const checked = rules.map(checkedRule);
  if (hierarchy.version === 2) attachFilter(buildFilter(checked), directory);
  else writeRules(checked, directory);
}

function writeRules(rules: DeviceRule[], directory: string): void {
  writeRule(directory, 'deny', 'a');
  for (const rule of rules) for (const line of v1Lines(rule)) writeRule(directory, rule.allow ? 'allow' : 'deny', line);
}

/** In v1 `a` means everything whatever numbers follow: a rule for one number of both kinds has to be said twice. */
function v1Lines(rule: DeviceRule): string[] {
  if (rule.type !== 'a') return [ruleLine(rule)];
  if (rule.major === -1 && rule.minor === -1 && rule.access.length === 3) return ['a'];
  return [ruleLine({ ...rule, type: 'c' }), ruleLine({ ...rule, type: 'b' })];
}

function writeRule(directory: string, verb: 'allow' | 'deny', line: string): void {
  try {
    writeKernel(`${directory}/devices.${verb}`, line);
  } catch (error) {
    if (isRefusal(error, 'EPERM'))
      throw new UsageError(`device rule ${verb} "${line}" was refused for ${directory}`, {
        remedy: 'the group above must allow it, and CAP_SYS_ADMIN is needed: see its devices.list',
        cause: error,
      });
    throw error;
  }
}

/** The v1 list as the kernel has it now. */
export const readDevices = (directory: string): string[] =>
  readText(`${directory}/devices.list`).split('\n').filter(Boolean);
