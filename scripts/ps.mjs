#!/usr/bin/env -S npx zx
// What there is, as a table: the containers of minidocker, and beside each what the kernel says of it (lsns counts the processes in its pid namespace).
//   node scripts/ps.mjs [--all]     (or npx zx scripts/ps.mjs; --all: those that have ended, too)

import { containers } from 'minidocker';
import { $, chalk } from 'zx';

async function row(it) {
  const processes = it.pid ? (await $`lsns -n -t pid -p ${it.pid} -o NPROCS`.nothrow()).stdout.trim() : '';
  return [it.id.slice(0, 12), it.name, it.image, it.status, String(it.pid ?? ''), processes, it.command.join(' ')];
}

const all = await containers.list({ all: process.argv.includes('--all') });
const rows = [['ID', 'NAME', 'IMAGE', 'STATUS', 'PID', 'PROCESSES', 'COMMAND'], ...(await Promise.all(all.map(row)))];
const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
for (const [i, cells] of rows.entries()) {
  const line = cells
    .map((cell, column) => cell.padEnd(widths[column]))
    .join('  ')
    .trimEnd();
  console.log(i === 0 ? chalk.bold(line) : line);
}
