/**
 * Bundles the programs: one file and its shared pieces load four times faster than a hundred small ones, and start-up is what a user of `minidocker run` waits for.
 * What tsc wrote stays beside it, with the types.
 */
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

const entries = ['index', 'cli/main', 'repl/main', 'container/supervisor/main'].filter((it) =>
  existsSync(`src/${it}.ts`),
);

await build({
  entryPoints: entries.map((it) => `src/${it}.ts`),
  bundle: true,
  splitting: true,
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
  chunkNames: 'chunk-[hash]',
  allowOverwrite: true,
  logLevel: 'warning',
});
