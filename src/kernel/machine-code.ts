/**
 * The program of a blank process, as bytes beside their assembler source (a test assembles the source again and compares).
 *
 * It serves one mailbox: waits (FUTEX_WAIT) until the state word says `request`, makes the system calls of the chain one after another, says `done` and
 * wakes whoever waits (FUTEX_WAKE). It uses registers only, no stack, so that a child which it forks can run on in the same code at once.
 *
 *     mailbox   0 state (0 gone, 1 request, 2 done)   8 first request
 *     request   0 number   8 … 48 six arguments   56 result   64 mailbox of the child, for a fork
 *              72 address that also gets the result   80 not 0: go on when it fails   88 next request
 */

/** Bytes in hexadecimal (none for a label), and the source line. */
export type Line = readonly [bytes: string, source: string];

/** x86-64, System V calling convention, Intel syntax. */
export const x64: readonly Line[] = [
  ['', 'begin:'],
  ['48 89 fb', 'mov rbx, rdi'], // the mailbox, its only argument
  ['', 'wait:'],
  ['8b 03', 'mov eax, [rbx]'], // the state word
  ['83 f8 01', 'cmp eax, 1'], // a request?
  ['74 13', 'je serve'],
  ['48 89 df', 'mov rdi, rbx'],
  ['31 f6', 'xor esi, esi'],
  ['89 c2', 'mov edx, eax'],
  ['45 31 d2', 'xor r10d, r10d'],
  ['b8 ca 00 00 00', 'mov eax, 202'], // SYS_futex
  ['0f 05', 'syscall'],
  ['eb e6', 'jmp wait'],
  ['', 'serve:'],
  ['48 8b 6b 08', 'mov rbp, [rbx+8]'], // the first request of the chain
  ['', 'next:'],
  ['48 85 ed', 'test rbp, rbp'],
  ['74 52', 'je done'],
  ['48 8b 45 00', 'mov rax, [rbp]'], // number and six arguments
  ['48 8b 7d 08', 'mov rdi, [rbp+8]'],
  ['48 8b 75 10', 'mov rsi, [rbp+16]'],
  ['48 8b 55 18', 'mov rdx, [rbp+24]'],
  ['4c 8b 55 20', 'mov r10, [rbp+32]'],
  ['4c 8b 45 28', 'mov r8, [rbp+40]'],
  ['4c 8b 4d 30', 'mov r9, [rbp+48]'],
  ['0f 05', 'syscall'],
  ['48 85 c0', 'test rax, rax'],
  ['75 0e', 'jne store'],
  ['48 8b 4d 40', 'mov rcx, [rbp+64]'],
  ['48 85 c9', 'test rcx, rcx'],
  ['74 05', 'je store'],
  ['48 89 cb', 'mov rbx, rcx'], // I am the forked child: my mailbox is another
  ['eb ac', 'jmp wait'],
  ['', 'store:'],
  ['48 89 45 38', 'mov [rbp+56], rax'], // the result
  ['48 85 c0', 'test rax, rax'],
  ['78 12', 'js failed'],
  ['48 8b 4d 48', 'mov rcx, [rbp+72]'],
  ['48 85 c9', 'test rcx, rcx'],
  ['74 03', 'je onward'],
  ['48 89 01', 'mov [rcx], rax'], // and where a later request wants it
  ['', 'onward:'],
  ['48 8b 6d 58', 'mov rbp, [rbp+88]'], // the next of the chain
  ['eb af', 'jmp next'],
  ['', 'failed:'],
  ['83 7d 50 00', 'cmp dword ptr [rbp+80], 0'], // a refusal ends the chain, unless it is allowed to fail
  ['75 f4', 'jne onward'],
  ['', 'done:'],
  ['c7 03 02 00 00 00', 'mov dword ptr [rbx], 2'], // done
  ['48 89 df', 'mov rdi, rbx'],
  ['be 01 00 00 00', 'mov esi, 1'],
  ['ba ff ff ff 7f', 'mov edx, 0x7fffffff'],
  ['b8 ca 00 00 00', 'mov eax, 202'], // SYS_futex
  ['0f 05', 'syscall'],
  ['e9 6c ff ff ff', 'jmp wait'],
];

/** AArch64. */
export const arm64: readonly Line[] = [
  ['', 'begin:'],
  ['f3 03 00 aa', 'mov x19, x0'], // the mailbox, its only argument
  ['', 'wait:'],
  ['62 fe df 88', 'ldar w2, [x19]'], // the state word
  ['5f 04 00 71', 'cmp w2, #1'], // a request?
  ['e0 00 00 54', 'b.eq serve'],
  ['e0 03 13 aa', 'mov x0, x19'],
  ['01 00 80 d2', 'mov x1, #0'],
  ['03 00 80 d2', 'mov x3, #0'],
  ['48 0c 80 d2', 'mov x8, #98'], // SYS_futex
  ['01 00 00 d4', 'svc #0'],
  ['f8 ff ff 17', 'b wait'],
  ['', 'serve:'],
  ['74 06 40 f9', 'ldr x20, [x19, #8]'], // the first request of the chain
  ['', 'next:'],
  ['94 02 00 b4', 'cbz x20, done'],
  ['88 02 40 a9', 'ldp x8, x0, [x20]'], // number and six arguments
  ['81 0a 41 a9', 'ldp x1, x2, [x20, #16]'],
  ['83 12 42 a9', 'ldp x3, x4, [x20, #32]'],
  ['85 1a 40 f9', 'ldr x5, [x20, #48]'],
  ['01 00 00 d4', 'svc #0'],
  ['a0 00 00 b5', 'cbnz x0, store'],
  ['89 22 40 f9', 'ldr x9, [x20, #64]'],
  ['69 00 00 b4', 'cbz x9, store'],
  ['f3 03 09 aa', 'mov x19, x9'], // I am the forked child: my mailbox is another
  ['ec ff ff 17', 'b wait'],
  ['', 'store:'],
  ['80 1e 00 f9', 'str x0, [x20, #56]'], // the result
  ['c0 00 f8 b7', 'tbnz x0, #63, failed'],
  ['89 26 40 f9', 'ldr x9, [x20, #72]'],
  ['49 00 00 b4', 'cbz x9, onward'],
  ['20 01 00 f9', 'str x0, [x9]'], // and where a later request wants it
  ['', 'onward:'],
  ['94 2e 40 f9', 'ldr x20, [x20, #88]'], // the next of the chain
  ['ef ff ff 17', 'b next'],
  ['', 'failed:'],
  ['89 52 40 b9', 'ldr w9, [x20, #80]'], // a refusal ends the chain, unless it is allowed to fail
  ['a9 ff ff 35', 'cbnz w9, onward'],
  ['', 'done:'],
  ['49 00 80 52', 'mov w9, #2'], // done
  ['69 fe 9f 88', 'stlr w9, [x19]'],
  ['e0 03 13 aa', 'mov x0, x19'],
  ['21 00 80 d2', 'mov x1, #1'],
  ['02 00 b0 12', 'mov w2, #0x7fffffff'],
  ['48 0c 80 d2', 'mov x8, #98'], // SYS_futex
  ['01 00 00 d4', 'svc #0'],
  ['db ff ff 17', 'b wait'],
];

/** The bytes for a processor: 'x64' or 'arm64'. */
export function machineCode(arch: string): Buffer {
  const lines = arch === 'x64' ? x64 : arch === 'arm64' ? arm64 : undefined;
  if (!lines) throw new Error(`blank processes are not written for ${arch} yet: x64 and arm64 are`);
  return Buffer.from(lines.map(([bytes]) => bytes.replaceAll(' ', '')).join(''), 'hex');
}

/** The assembler source of a processor's code. */
export const sourceOf = (lines: readonly Line[]): string => lines.map(([, source]) => source).join('\n');
