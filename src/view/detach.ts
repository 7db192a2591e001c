/** The keys that let go of a terminal without ending what runs in it: `ctrl-p,ctrl-q` as Docker has it. Pure: bytes in, bytes out. */
import { UsageError } from '../kernel/errors.ts';

export const DEFAULT_DETACH_KEYS = 'ctrl-p,ctrl-q';

/** `ctrl-a,x` as the bytes that a terminal sends. @throws UsageError */
export function parseDetachKeys(text: string): number[] {
  return text.split(',').map((key) => {
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1];
    if (control) return control.toUpperCase().charCodeAt(0) - 64;
    if (key.length === 1 && key.charCodeAt(0) < 128) return key.charCodeAt(0);
    throw new UsageError(`--detach-keys: ${JSON.stringify(key)} is no key`, {
      remedy: 'write letters or ctrl-<letter>, joined by commas, as ctrl-p,ctrl-q',
    });
  });
}

/** Looks for the keys in what is typed; holds back the beginning of a sequence until it is clear what it is. */
export function detachFilter(keys: readonly number[]): (typed: Uint8Array) => { pass: Buffer; detach: boolean } {
  let held = 0;
  return (typed) => {
    const pass: number[] = [];
    for (const byte of typed) {
      if (byte === keys[held]) {
        held++;
        if (held === keys.length) return { pass: Buffer.from(pass), detach: true };
        continue;
      }
      pass.push(...keys.slice(0, held));
      held = byte === keys[0] ? 1 : 0;
      if (held === 0) pass.push(byte);
      else if (keys.length === 1) return { pass: Buffer.from(pass), detach: true };
    }
    return { pass: Buffer.from(pass), detach: false };
  };
}
