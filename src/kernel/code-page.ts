/** The page of memory that holds the blank process's code: written through a memfd, mapped read-only and executable, so never writable and executable at once – see memfd_create(2). */
import * as fs from 'node:fs';
import { host } from './caller.ts';
import { map } from './libc.ts';
import { machineCode } from './machine-code.ts';

const PROT_READ_EXEC = 5;
const MAP_PRIVATE = 2;
const MFD_CLOEXEC = 1;
const MFD_EXEC = 0x10;
const PAGE = 4096;

let address: number | undefined;

function memfd(): number {
  try {
    return host.call('memfd_create', 'minidocker-blank', MFD_CLOEXEC | MFD_EXEC);
  } catch {
    // Before Linux 6.3 there is no MFD_EXEC: executable is the default.
    return host.call('memfd_create', 'minidocker-blank', MFD_CLOEXEC);
  }
}

/** Where the code lies; mapped once. */
export function codeAddress(): number {
  if (address !== undefined) return address;
  const fd = memfd();
  fs.writeSync(fd, machineCode(process.arch));
  fs.ftruncateSync(fd, PAGE);
  address = map(PAGE, PROT_READ_EXEC, MAP_PRIVATE, fd).address;
  fs.closeSync(fd);
  return address;
}
