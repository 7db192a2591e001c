#!/usr/bin/env -S npx zx
// What `minidocker run --rm --network none --hostname by-hand -m 64m --pids-limit 20 host COMMAND…` does, written out: a container is this list and nothing else.
//   node scripts/run-by-hand.mjs [COMMAND…]     (or npx zx scripts/run-by-hand.mjs; needs root)

import { makeBox, steps } from 'minidocker';
import { chalk } from 'zx';

const words = process.argv.slice(process.argv.findIndex((it) => it.endsWith('run-by-hand.mjs')) + 1);
const command = words.length > 0 ? words : ['sh', '-c', 'hostname; ps -e -o pid,args; ls /sys/class/net'];
const { box, config, remove } = makeBox({ image: 'host', network: 'none', command });
const { linux, process: wanted } = config;

const recipe = [
  // How much it may use.
  steps.cgroup(linux.cgroupsPath),
  steps.limits({ ...linux.resources, memory: { limit: 64 * 2 ** 20 }, pids: { limit: 20 } }),
  // What it can see: namespaces of its own. The pid namespace is for children, so it forks.
  ...['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'].map((kind) => steps.namespace(kind)),
  steps.fork(),
  // A root of its own: this system under a writable layer, without its people; then the kernel's file systems.
  steps.private(),
  steps.rootfs(),
  steps.hide(box.root.hide),
  steps.proc(),
  steps.dev(),
  steps.devices(),
  steps.devpts(),
  steps.sysfs(),
  steps.cgroupMount(config.mounts.find((it) => it.type === 'cgroup')),
  steps.mqueue(),
  steps.shm(),
  steps.maskedPaths(linux.maskedPaths),
  steps.readonlyPaths(linux.readonlyPaths),
  // A name, a link to itself, and no way back to the old root.
  steps.hostname('by-hand'),
  steps.loopback(),
  steps.sysctls(linux.sysctl),
  steps.pivotRoot(),
  steps.releaseOldRoot(),
  // What it may do: power is given up last.
  steps.stdio(),
  steps.workingDirectory('/'),
  steps.keyring(),
  steps.seccomp(linux.seccomp),
  steps.user(wanted.user),
  steps.capabilities(wanted.capabilities),
  // And it becomes the program.
  steps.program(wanted.args, wanted.env),
];

try {
  for (const step of recipe) {
    await box.apply(step);
    console.error(chalk.dim(`${String(box.done.length).padStart(2)}  ${step.title}`));
  }
  const { code, signal } = await box.wait();
  process.exitCode = code ?? 128 + signal;
} catch (error) {
  if (!error.syscall && !error.remedy) throw error;
  console.error(chalk.red(error.message));
  process.exitCode = error.exitCode ?? 125;
} finally {
  await remove();
}
