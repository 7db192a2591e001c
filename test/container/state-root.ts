/** Run in a mount namespace of its own, where the state root is small or read-only: prints what the engine says. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import * as engine from '../../src/container/engine.ts';

const [kind = ''] = process.argv.slice(2);
const root = process.env.MINIDOCKER_ROOT ?? '';

const attempt = async (action: () => Promise<unknown>): Promise<string> => {
  try {
    return JSON.stringify(await action());
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
};

const names = async () => (await engine.list({ all: true })).map((it) => `${it.name} ${it.status}`);

function fill(): void {
  const fd = fs.openSync(join(root, 'filler'), 'w');
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(4096, 1));
  } catch {
    // Now it is full.
  } finally {
    fs.closeSync(fd);
  }
}

if (kind === 'full') fill();
console.log(await attempt(() => engine.create({ image: 'host', name: 'second' })));
console.log(await attempt(names));
if (kind === 'full') {
  fs.rmSync(join(root, 'filler'), { force: true });
  console.log(await attempt(async () => (await engine.create({ image: 'host', name: 'second' })).length));
}
