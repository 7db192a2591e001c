/** cp and export: files of a container, to this host and back. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import * as tty from 'node:tty';
import * as engine from '../../container/engine.ts';
import { UsageError } from '../../kernel/errors.ts';
import type { Verb } from '../definition.ts';

/** `web:/etc/hosts`; undefined for a path of this host (`./a:b` is one too). */
function place(text: string): { name: string; path: string } | undefined {
  const at = text.indexOf(':');
  if (at < 1 || /^[./]/.test(text)) return undefined;
  return { name: text.slice(0, at), path: text.slice(at + 1) };
}

function refuseTerminal(fd: 0 | 1): void {
  if (tty.isatty(fd))
    throw new UsageError(`an archive is not for a terminal`, {
      remedy: fd === 1 ? 'write it to a file: … > archive.tar' : 'give it one: … < archive.tar',
    });
}

export const cp: Verb = async ({ flags, args: [from = '', to = ''] }) => {
  const [source, target] = [place(from), place(to)];
  const options = { archive: flags.on('archive'), followLink: flags.on('follow-link') };
  if (Boolean(source) === Boolean(target))
    throw new UsageError(`cp: ${source ? 'both places are' : 'neither place is'} in a container`, {
      remedy: 'write one of them as CONTAINER:PATH',
    });
  if (source) {
    if (to !== '-') await engine.copyFrom(source.name, source.path, to, options);
    else {
      refuseTerminal(1);
      await pipeline(await engine.readArchive(source.name, source.path, options), process.stdout);
    }
  } else if (target) {
    if (from !== '-') await engine.copyTo(target.name, from, target.path, options);
    else {
      refuseTerminal(0);
      await engine.writeArchive(target.name, target.path, process.stdin, options);
    }
  }
  return 0;
};

export const exportFiles: Verb = async ({ flags, args: [name = ''] }) => {
  const output = flags.text('output');
  if (output === undefined) refuseTerminal(1);
  const files = await engine.exportContainer(name);
  await pipeline(files, output === undefined ? process.stdout : createWriteStream(output));
  return 0;
};
