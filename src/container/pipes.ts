/** Pipes between a container and this process – see pipe(7). */
import * as fs from 'node:fs';
import { Socket } from 'node:net';
import { host } from '../kernel/caller.ts';
import { O } from '../kernel/constants.ts';
import { asPlumbing } from '../kernel/trace.ts';

export interface Pipe {
  read: number;
  write: number;
  /** Safe to call twice. */
  closeRead(): void;
  closeWrite(): void;
}

export function openPipe(): Pipe {
  const fds = new Uint8Array(8);
  asPlumbing(() => host.call('pipe2', fds, O.CLOEXEC));
  const view = new DataView(fds.buffer);
  const [read, write] = [view.getInt32(0, true), view.getInt32(4, true)];
  const open = new Set([read, write]);
  const close = (fd: number): void => {
    if (open.delete(fd)) fs.closeSync(fd);
  };
  return { read, write, closeRead: () => close(read), closeWrite: () => close(write) };
}

/** Reads a pipe to its end, and closes it. @param most so many bytes are kept; the rest is read and dropped. */
export function readAll(fd: number, most = Number.POSITIVE_INFINITY) {
  const socket = new Socket({ fd, readable: true, writable: false });
  const parts: Buffer[] = [];
  let kept = 0;
  const sofar = (): string => Buffer.concat(parts).toString('utf8');
  socket.on('data', (part: Buffer) => {
    const piece = part.subarray(0, Math.max(0, most - kept));
    kept += piece.length;
    if (piece.length > 0) parts.push(piece);
  });
  const text = new Promise<string>((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(sofar()));
  });
  return { text, sofar, stop: () => void socket.destroy() };
}
