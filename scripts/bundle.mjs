/**
 * Bundles the programs: a few files load four times faster than a hundred small ones, and start-up is what a user of `minidocker run` waits for.
 * What tsc wrote stays beside it, with the types.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Native code, and what is large and rarely used.
  external: ['ffi-rs', 'zx', 'tsx'],
  outdir: 'dist',
  outbase: 'src',
  allowOverwrite: true,
  logLevel: 'warning',
};

/** What exists of these, as entry points. */
const sources = (...names) => names.map((it) => `src/${it}.ts`).filter((it) => existsSync(it));

/** CommonJS packages ask for Node's own modules. */
const esm = {
  format: 'esm',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

// These two share their pieces with what is loaded beside them.
await build({
  ...common,
  ...esm,
  entryPoints: sources('index', 'repl/main'),
  splitting: true,
  chunkNames: 'chunk-[hash]',
});

// A command is one file: forty pieces would each be looked for, opened and read, and a command takes no longer than that.
const whole = { ...common, minifyWhitespace: true };
await build({ ...whole, ...esm, entryPoints: sources('container/supervisor/main') });
const { outputFiles } = await build({
  ...whole,
  write: false,
  // bin/compiled.js loads it.
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': '__url' },
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  entryPoints: sources('cli/main'),
});
// esbuild copies a module for each `import * as`, sixty times node:fs: 8 ms of each start. Node's own have the same names either way.
for (const { path, text } of outputFiles)
  writeFileSync(path, text.replaceAll(/__toESM\((require\("node:[a-z]+"\)),1\)/g, '$1'));
