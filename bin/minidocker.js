#!/usr/bin/env node
// The command. Compiled TypeScript in one file: dist/ is made by `npm run build` (npm ci does so by itself). Not an ES module: loading one costs Node 10 ms.
const { existsSync } = require('node:fs');
const path = require('node:path');
const { load } = require('./compiled.js');

const compiled = path.join(__dirname, '../dist/cli/main.cjs');
if (!existsSync(compiled)) {
  console.error('minidocker: it is not built yet (there is no dist/cli/main.cjs); say npm run build');
  process.exit(125);
}
const args = process.argv.slice(2);
const { exports: cli, keep } = load(compiled);
cli.main(args).then((code) => {
  process.exitCode = code;
  // A run in the foreground needs more of the program than any other command. (Some program's own -d may be mistaken for ours: the next run keeps it.)
  const isDetached = args.some((it) => it === '--detach' || /^-[a-z]*d/.test(it));
  if (args[0] === 'run' && code === 0 && !isDetached) keep();
});
