#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../dist/repl/main.js', import.meta.url))) {
  console.error('minidocker-repl: it is not built yet; run npm run build');
  process.exit(1);
}
const [{ main }, { lessonOf }] = await Promise.all([
  import('../dist/repl/main.js'),
  import('../dist/lessons/lessons.js'),
]);
process.exit(await main(process.argv.slice(2), lessonOf));
