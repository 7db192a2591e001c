/**
 * Memory for the arguments of system calls. A blank process shares Node's whole address space (CLONE_VM), so what is laid out here is an argument there too, without a copy.
 */
import { map, type Stretch } from './libc.ts';

const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const CHUNK = 256 * 1024;

/** Freed chunks of the ordinary size, to be used again: memory from mmap is never given back. */
const spare: Stretch[] = [];

/** A place in memory: where it is, and the bytes there. */
export interface Place {
  address: number;
  bytes: Buffer;
}

/** A bump allocator: takes pieces one after another, and gives them all back at once. */
export class Memory {
  #chunks: Stretch[] = [];
  #used = CHUNK;

  /** `length` bytes, all zero, at a multiple of 16. */
  take(length: number): Place {
    const size = (length + 15) & ~15;
    if (size > CHUNK) {
      // A rare large buffer has a stretch of its own, which is not used again.
      const large = map(size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS);
      return { address: large.address, bytes: large.bytes.subarray(0, length) };
    }
    if (this.#used + size > CHUNK) {
      this.#chunks.push(spare.pop() ?? map(CHUNK, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS));
      this.#used = 0;
    }
    const chunk = this.#chunks.at(-1) as Stretch;
    const place = { address: chunk.address + this.#used, bytes: chunk.bytes.subarray(this.#used, this.#used + length) };
    place.bytes.fill(0);
    this.#used += size;
    return place;
  }

  /** A NUL-terminated C string. */
  string(text: string): Place {
    const place = this.take(Buffer.byteLength(text) + 1);
    place.bytes.write(text);
    return place;
  }

  /** A copy of these bytes. */
  bytes(data: Uint8Array): Place {
    const place = this.take(data.length);
    place.bytes.set(data);
    return place;
  }

  /** A NULL-terminated array of pointers to C strings, as `execve(2)` wants for argv and envp. */
  strings(texts: readonly string[]): Place {
    const array = this.take((texts.length + 1) * 8);
    texts.forEach((text, i) => {
      array.bytes.writeBigUInt64LE(BigInt(this.string(text).address), i * 8);
    });
    return array;
  }

  /** Takes back everything taken since `mark`. */
  rewind(mark: { chunks: number; used: number }): void {
    while (this.#chunks.length > Math.max(mark.chunks, 1)) spare.push(this.#chunks.pop() as Stretch);
    this.#used = this.#chunks.length === 0 ? CHUNK : mark.chunks === 0 ? 0 : mark.used;
  }

  mark(): { chunks: number; used: number } {
    return { chunks: this.#chunks.length, used: this.#used };
  }

  /** Gives all of it back, to be used by others: nobody may look at it any more. */
  release(): void {
    spare.push(...this.#chunks);
    this.#chunks = [];
    this.#used = CHUNK;
  }
}
