#!/usr/bin/env -S npx zx
// Takes away what has ended, and says what that was; with --all what runs as well.
//   node scripts/clean.mjs [--all]     (or npx zx scripts/clean.mjs)

import { containers } from 'minidocker';
import { chalk } from 'zx';

const force = process.argv.includes('--all');
const found = await containers.list({ all: true });
const gone = found.filter((it) => force || (it.status !== 'running' && it.status !== 'paused'));
for (const it of gone) {
  await containers.remove(it.id, { force });
  console.log(`removed ${chalk.bold(it.name || it.id.slice(0, 12))} (${it.status})`);
}
console.log(`${gone.length} removed, ${found.length - gone.length} left`);
