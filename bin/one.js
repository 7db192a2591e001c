#!/usr/bin/env node
// The command. It is compiled TypeScript: dist/ is made by `npm run build` (npm ci does so by itself).
import { existsSync } from 'node:fs';

const compiled = new URL('../dist/one.js', import.meta.url);
if (!existsSync(compiled)) {
  console.error('minidocker: it is not built yet (there is no dist/cli/main.js); say npm run build');
  process.exit(125);
}
const { main } = await import(compiled.href);
process.exitCode = await main(process.argv.slice(2));
