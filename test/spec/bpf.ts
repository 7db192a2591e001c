/** A small machine for classic BPF as seccomp(2) uses it: what would the kernel answer to this system call? */

export interface SystemCall {
  number: number;
  arch: number;
  args?: readonly number[];
}

/** struct seccomp_data { int nr; __u32 arch; __u64 instruction_pointer; __u64 args[6]; } */
function seccompData(call: SystemCall): Buffer {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number >>> 0, 0);
  data.writeUInt32LE(call.arch, 4);
  (call.args ?? []).forEach((arg, i) => void data.writeBigUInt64LE(BigInt(arg), 16 + i * 8));
  return data;
}

/** Runs the program: the SECCOMP_RET_* word that it returns. */
export function decide(program: Buffer, call: SystemCall): number {
  const data = seccompData(call);
  const scratch: number[] = [];
  let a = 0;
  let x = 0;
  for (let pc = 0; pc * 8 < program.length; pc++) {
    const code = program.readUInt16LE(pc * 8);
    const [jt, jf, k] = [program[pc * 8 + 2]!, program[pc * 8 + 3]!, program.readUInt32LE(pc * 8 + 4)];
    const jump = (condition: boolean): void => {
      pc += condition ? jt : jf;
    };
    if (code === 0x20) a = data.readUInt32LE(k);
    else if (code === 0x54) a = (a & k) >>> 0;
    else if (code === 0x05) pc += k;
    else if (code === 0x15) jump(a === k);
    else if (code === 0x25) jump(a > k);
    else if (code === 0x35) jump(a >= k);
    else if (code === 0x45) jump((a & k) !== 0);
    else if (code === 0x02) scratch[k] = a;
    else if (code === 0x60) a = scratch[k] ?? 0;
    else if (code === 0x07) x = a;
    else if (code === 0x87) a = x;
    else if (code === 0x06) return k;
    else throw new Error(`instruction ${pc} has the unexpected code 0x${code.toString(16)}`);
  }
  throw new Error('the program ends without an answer');
}
