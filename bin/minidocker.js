#!/usr/bin/env node
// The command. It is compiled TypeScript: dist/ is made by `npm run build` (npm ci does so by itself).
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const compiled = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(compiled)) {
  console.error('minidocker: it is not built yet (there is no dist/cli/main.js); say npm run build');
  process.exit(125);
}
// Node 22 keeps what it has compiled; not in /tmp, where others could put something in its place.
module.enableCompileCache?.(fileURLToPath(new URL('../dist/.compiled', import.meta.url)));
const { main } = await import(compiled.href);
process.exitCode = await main(process.argv.slice(2));
