/** Device rules: what a program of the group may open, whether v1's files or v2's BPF program decide. */
import { expect, test } from 'vitest';
import { buildFilter, type DeviceRule, encode, type Instruction } from '../../src/cgroup/device-filter.ts';
import { checkedRule, ruleLine } from '../../src/cgroup/device-rules.ts';
import { layout } from '../../src/cgroup/layout.ts';
import type { LinuxDeviceRule } from '../../src/spec/resources.ts';
import { group, startIn } from './support.ts';

const nothingButNull: LinuxDeviceRule[] = [
  { allow: false },
  { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' },
  { allow: true, type: 'c', major: 1, minor: 5, access: 'r' },
];

/** Which of these opens succeed in the group, as a string of y and n. */
async function opens(limited: ReturnType<typeof group>): Promise<string> {
  const tries = ['true < /dev/null', 'true > /dev/null', 'true < /dev/zero', 'true > /dev/zero', 'true < /dev/full'];
  const script = tries.map((one, at) => `(${one}) && code=$((code + ${1 << at}))`).join('; ');
  const program = await startIn(limited, `exec 2>&-; code=0; ${script}; exit $code`);
  const code = Number(await program.ended);
  return tries.map((_, at) => (code & (1 << at) ? 'y' : 'n')).join('');
}

test('only what the rules allow can be opened', async () => {
  const limited = group();
  expect(await opens(limited)).toBe('yyyyy');
  limited.apply({ devices: nothingButNull });
  expect(await opens(limited)).toBe('yyynn');
});

test('new rules take the place of the old ones', async () => {
  const limited = group({ devices: nothingButNull });
  limited.apply({ devices: [{ allow: true }, { allow: false, type: 'c', major: 1, minor: 5, access: 'w' }] });
  expect(await opens(limited)).toBe('yyyny');
  const read = limited.readBack().filter((it) => it.controller === 'devices');
  expect(read).toHaveLength(1);
  if (layout().controllers.get('devices')?.version === 2) expect(read[0]?.value).toBe('1'); // the old program has gone
});

test('a rule in words', () => {
  expect(ruleLine(checkedRule({ allow: true, type: 'c', major: 136, access: 'rw' }))).toBe('c 136:* rw');
  expect(ruleLine(checkedRule({ allow: false }))).toBe('a *:* rwm');
  expect(() => checkedRule({ allow: true, access: 'x' })).toThrow(/made of r, w and m/);
  expect(() => checkedRule({ allow: true, major: -2 })).toThrow(/-1 for all/);
});

/** Runs a filter as the kernel would: an interpreter of its own for the few instructions there are. */
function run(program: Instruction[], access: number, type: number, major: number, minor: number): number {
  const context = [(access << 16) | type, major, minor];
  const r = new Array<number>(11).fill(0);
  for (let at = 0; ; at++) {
    const { code, dst, src, off, imm } = program[at]!;
    if (code === 0x61) r[dst] = context[off / 4]!;
    else if (code === 0xbc) r[dst] = r[src]!;
    else if (code === 0xb4) r[dst] = imm;
    else if (code === 0x54) r[dst] = (r[dst]! & imm) >>> 0;
    else if (code === 0x74) r[dst] = r[dst]! >>> imm;
    else if (code === 0x15) at += r[dst] === imm ? off : 0;
    else if (code === 0x55) at += r[dst] !== imm ? off : 0;
    else if (code === 0x95) return r[0]!;
    else throw new Error(`unknown instruction 0x${code.toString(16)}`);
  }
}

/** What the rules mean, said plainly: each kind of access is decided by the last rule that speaks of it. */
function meaning(rules: DeviceRule[], access: number, type: number, major: number, minor: number): number {
  const kinds = { m: 1, r: 2, w: 4 };
  const allowed = Object.entries(kinds).every(([letter, bit]) => {
    if (!(access & bit)) return true;
    const last = rules.findLast(
      (it) =>
        (it.type === 'a' || { b: 1, c: 2 }[it.type] === type) &&
        (it.major === -1 || it.major === major) &&
        (it.minor === -1 || it.minor === minor) &&
        it.access.includes(letter),
    );
    return last?.allow ?? false;
  });
  return allowed ? 1 : 0;
}

test('the filter decides as the list says, for every kind of question', () => {
  const rules = (
    [
      { allow: false },
      { allow: true, type: 'c', access: 'm' },
      { allow: true, type: 'c', major: 1, minor: 3, access: 'r' },
      { allow: true, type: 'c', major: 1, access: 'w' },
      { allow: false, type: 'c', major: 1, minor: 5, access: 'w' },
      { allow: true, type: 'b', major: 8, minor: 0 },
      { allow: false, minor: 7, access: 'm' },
    ] satisfies LinuxDeviceRule[]
  ).map(checkedRule);
  for (let count = 0; count <= rules.length; count++) {
    const list = rules.slice(0, count);
    const program = buildFilter(list);
    for (const type of [1, 2])
      for (const major of [1, 8])
        for (const minor of [0, 3, 5, 7])
          for (let access = 1; access < 8; access++)
            expect(run(program, access, type, major, minor), `${count} ${access} ${type} ${major}:${minor}`).toBe(
              meaning(list, access, type, major, minor),
            );
  }
});

test('instructions are encoded as struct bpf_insn', () => {
  expect(encode([{ code: 0x61, dst: 2, src: 1, off: 8, imm: -1 }]).toString('hex')).toBe('6112' + '0800' + 'ffffffff');
});
