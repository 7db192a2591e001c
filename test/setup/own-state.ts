/** Every test file has a state root, a parent cgroup and a bridge name of its own, so that files run beside each other. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const run = process.env.MINIDOCKER_TEST_RUN ?? '/tmp';
// The run's own mark, so that runs beside each other can be told apart.
const own = `mdt${run.slice(-6)}${Math.random().toString(36).slice(2, 7)}`;
const root = join(run, own);
mkdirSync(root, { recursive: true });

process.env.MINIDOCKER_ROOT = join(root, 'state');
process.env.MINIDOCKER_CGROUP = own;
process.env.MINIDOCKER_BRIDGE = own.slice(0, 15);
process.env.MINIDOCKER_NETWORK = 'none';
process.env.NO_COLOR = '1';
process.env.TMPDIR = root;
delete process.env.NODE_EXTRA_CA_CERTS;

const clear = (): void => rmSync(root, { recursive: true, force: true });
afterAll(clear);
// Where every test of a file is skipped, so are its hooks.
process.once('exit', clear);
