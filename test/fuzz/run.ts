/** `npm run fuzz [-- --seed N] [--count N] [--target NAME]`: 100,000 inputs where nothing else is said. Exits with 1 when something unexpected happened, or a file was made. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, count: { type: 'string' }, target: { type: 'string' } },
});
const seed = Number(values.seed ?? 1);
const total = Number(values.count ?? 100_000);

// Whatever is written by mistake is written here, and seen.
const place = mkdtempSync(join(tmpdir(), 'minidocker-fuzz-'));
process.env.MINIDOCKER_ROOT = join(place, 'state');
process.env.HOME = place;
process.chdir(place);

const { counts, failures } = fuzz(seed, total, values.target);
const made = readdirSync(place);
process.chdir('/');
rmSync(place, { recursive: true });

for (const [name, { inputs, refused, milliseconds }] of counts)
  console.log(
    `${name.padEnd(20)} ${String(inputs).padStart(7)} inputs, ${String(refused).padStart(6)} refused, ${Math.round(milliseconds)} ms`,
  );
for (const { target, seed, input, error } of failures.slice(0, 20)) {
  console.log(
    `\n${target}, --seed ${seed} --count 1 --target '${target}': ${inspect(input, { breakLength: 160 }).slice(0, 500)}`,
  );
  console.log(error);
}
if (made.length > 0) console.log(`files were made: ${made.join(', ')}`);
const inputs = [...counts.values()].reduce((sum, it) => sum + it.inputs, 0);
console.log(`\n${inputs} inputs from seed ${seed}: ${failures.length} unexpected`);
process.exitCode = failures.length > 0 || made.length > 0 ? 1 : 0;
