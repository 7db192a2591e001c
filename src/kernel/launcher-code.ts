/**
 * The program of the launcher (see launcher.ts), as bytes beside their assembler source (a test assembles the source again and compares).
 * It is called with argv = [one byte: number of a descriptor, file, label, path, arguments of the program …]: makes the descriptor close-on-exec, waits for a
 * byte from it, writes the label to the file (an empty name: there is none), becomes the program, and where that is refused writes the result (minus errno, 8 bytes;
 * 4096 less when it was the label) to the descriptor and exits with 127.
 */
import type { Line } from './machine-code.ts';

/** x86-64, Intel syntax. At the start [rsp] is argc, argv[0] is at [rsp+8]; after argv and its NULL comes envp. */
export const x64: readonly Line[] = [
  ['48 8b 5c 24 08', 'mov rbx, [rsp+8]'],
  ['80 7b 01 00', 'cmp byte ptr [rbx+1], 0'], // one byte? else somebody has called us as /proc/self/exe
  ['0f 85 9f 00 00 00', 'jne failed'],
  ['0f b6 1b', 'movzx ebx, byte ptr [rbx]'], // the descriptor
  ['89 df', 'mov edi, ebx'],
  ['be 02 00 00 00', 'mov esi, 2'], // F_SETFD
  ['ba 01 00 00 00', 'mov edx, 1'], // FD_CLOEXEC
  ['b8 48 00 00 00', 'mov eax, 72'], // SYS_fcntl
  ['0f 05', 'syscall'],
  ['89 df', 'mov edi, ebx'],
  ['48 8d 74 24 f8', 'lea rsi, [rsp-8]'],
  ['ba 01 00 00 00', 'mov edx, 1'],
  ['31 c0', 'xor eax, eax'], // SYS_read
  ['0f 05', 'syscall'],
  ['48 85 c0', 'test rax, rax'], // nobody is there any more
  ['74 74', 'je failed'],
  ['48 8b 74 24 10', 'mov rsi, [rsp+16]'], // the file of the label
  ['80 3e 00', 'cmp byte ptr [rsi], 0'],
  ['74 33', 'je program'], // none
  ['bf 9c ff ff ff', 'mov edi, -100'], // AT_FDCWD
  ['ba 01 00 08 00', 'mov edx, 0x80001'], // O_WRONLY|O_CLOEXEC
  ['b8 01 01 00 00', 'mov eax, 257'], // SYS_openat
  ['0f 05', 'syscall'],
  ['48 85 c0', 'test rax, rax'],
  ['78 39', 'js unlabelled'],
  ['89 c7', 'mov edi, eax'],
  ['48 8b 74 24 18', 'mov rsi, [rsp+24]'], // the label
  ['31 d2', 'xor edx, edx'],
  ['', 'longer:'],
  ['ff c2', 'inc edx'],
  ['80 3c 16 00', 'cmp byte ptr [rsi+rdx], 0'],
  ['75 f8', 'jne longer'],
  ['b8 01 00 00 00', 'mov eax, 1'], // SYS_write
  ['0f 05', 'syscall'],
  ['48 85 c0', 'test rax, rax'],
  ['78 1c', 'js unlabelled'],
  ['', 'program:'],
  ['48 8b 7c 24 20', 'mov rdi, [rsp+32]'], // the path
  ['48 8d 74 24 28', 'lea rsi, [rsp+40]'], // its argv
  ['48 8b 14 24', 'mov rdx, [rsp]'],
  ['48 8d 54 d4 10', 'lea rdx, [rsp+rdx*8+16]'], // envp
  ['b8 3b 00 00 00', 'mov eax, 59'], // SYS_execve
  ['0f 05', 'syscall'],
  ['eb 06', 'jmp refused'],
  ['', 'unlabelled:'],
  ['48 2d 00 10 00 00', 'sub rax, 4096'],
  ['', 'refused:'],
  ['48 89 04 24', 'mov [rsp], rax'], // refused
  ['89 df', 'mov edi, ebx'],
  ['48 89 e6', 'mov rsi, rsp'],
  ['ba 08 00 00 00', 'mov edx, 8'],
  ['b8 01 00 00 00', 'mov eax, 1'], // SYS_write
  ['0f 05', 'syscall'],
  ['', 'failed:'],
  ['bf 7f 00 00 00', 'mov edi, 127'],
  ['b8 e7 00 00 00', 'mov eax, 231'], // SYS_exit_group
  ['0f 05', 'syscall'],
];

/** AArch64. */
export const arm64: readonly Line[] = [
  ['f3 07 40 f9', 'ldr x19, [sp, #8]'],
  ['74 06 40 39', 'ldrb w20, [x19, #1]'], // one byte? else somebody has called us as /proc/self/exe
  ['b4 05 00 35', 'cbnz w20, failed'],
  ['73 02 40 39', 'ldrb w19, [x19]'], // the descriptor
  ['e0 03 13 aa', 'mov x0, x19'],
  ['41 00 80 d2', 'mov x1, #2'], // F_SETFD
  ['22 00 80 d2', 'mov x2, #1'], // FD_CLOEXEC
  ['28 03 80 d2', 'mov x8, #25'], // SYS_fcntl
  ['01 00 00 d4', 'svc #0'],
  ['e0 03 13 aa', 'mov x0, x19'],
  ['e1 43 00 d1', 'sub x1, sp, #16'],
  ['22 00 80 d2', 'mov x2, #1'],
  ['e8 07 80 d2', 'mov x8, #63'], // SYS_read
  ['01 00 00 d4', 'svc #0'],
  ['20 04 00 b4', 'cbz x0, failed'], // nobody is there any more
  ['e1 0b 40 f9', 'ldr x1, [sp, #16]'], // the file of the label
  ['34 00 40 39', 'ldrb w20, [x1]'],
  ['f4 01 00 34', 'cbz w20, program'], // none
  ['60 0c 80 92', 'mov x0, #-100'], // AT_FDCWD
  ['22 00 80 d2', 'mov x2, #1'],
  ['02 01 a0 f2', 'movk x2, #8, lsl #16'], // O_WRONLY|O_CLOEXEC
  ['08 07 80 d2', 'mov x8, #56'], // SYS_openat
  ['01 00 00 d4', 'svc #0'],
  ['20 02 f8 b7', 'tbnz x0, #63, unlabelled'],
  ['e1 0f 40 f9', 'ldr x1, [sp, #24]'], // the label
  ['02 00 80 d2', 'mov x2, #0'],
  ['', 'longer:'],
  ['42 04 00 91', 'add x2, x2, #1'],
  ['34 68 62 38', 'ldrb w20, [x1, x2]'],
  ['d4 ff ff 35', 'cbnz w20, longer'],
  ['08 08 80 d2', 'mov x8, #64'], // SYS_write
  ['01 00 00 d4', 'svc #0'],
  ['20 01 f8 b7', 'tbnz x0, #63, unlabelled'],
  ['', 'program:'],
  ['e0 13 40 f9', 'ldr x0, [sp, #32]'], // the path
  ['e1 a3 00 91', 'add x1, sp, #40'], // its argv
  ['e2 03 40 f9', 'ldr x2, [sp]'],
  ['e2 6f 22 8b', 'add x2, sp, x2, lsl #3'],
  ['42 40 00 91', 'add x2, x2, #16'], // envp
  ['a8 1b 80 d2', 'mov x8, #221'], // SYS_execve
  ['01 00 00 d4', 'svc #0'],
  ['02 00 00 14', 'b refused'],
  ['', 'unlabelled:'],
  ['00 04 40 d1', 'sub x0, x0, #4096'],
  ['', 'refused:'],
  ['e0 03 00 f9', 'str x0, [sp]'], // refused
  ['e0 03 13 aa', 'mov x0, x19'],
  ['e1 03 00 91', 'mov x1, sp'],
  ['02 01 80 d2', 'mov x2, #8'],
  ['08 08 80 d2', 'mov x8, #64'], // SYS_write
  ['01 00 00 d4', 'svc #0'],
  ['', 'failed:'],
  ['e0 0f 80 d2', 'mov x0, #127'],
  ['c8 0b 80 d2', 'mov x8, #94'], // SYS_exit_group
  ['01 00 00 d4', 'svc #0'],
];
