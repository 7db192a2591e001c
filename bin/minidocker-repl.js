#!/usr/bin/env node
const { existsSync } = require('node:fs');
const path = require('node:path');

if (!existsSync(path.join(__dirname, '../dist/repl/main.js'))) {
  console.error('minidocker-repl: it is not built yet; run npm run build');
  process.exit(1);
}
Promise.all([import('../dist/repl/main.js'), import('../dist/lessons/lessons.js')]).then(
  async ([{ main }, { lessonOf }]) => process.exit(await main(process.argv.slice(2), lessonOf)),
);
