/**
 * Bundles the programs: a few files load four times faster than a hundred small ones, and start-up is what a user of `minidocker run` waits for.
 * What tsc wrote stays beside it, with the types.
 */
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Native code, and what is large and rarely used.
  external: ['ffi-rs', 'zx', 'tsx'],
  // CommonJS packages ask for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  outdir: 'dist',
  outbase: 'src',
  allowOverwrite: true,
  logLevel: 'warning',
};

/** What exists of these, as entry points. */
const sources = (...names) => names.map((it) => `src/${it}.ts`).filter((it) => existsSync(it));

// These two share their pieces with what is loaded beside them.
await build({ ...common, entryPoints: sources('index', 'repl/main'), splitting: true, chunkNames: 'chunk-[hash]' });

// A command is one file: forty pieces would each be looked for, opened and read, and a command takes no longer than that.
await build({ ...common, entryPoints: sources('cli/main', 'container/supervisor/main'), minifyWhitespace: true });
