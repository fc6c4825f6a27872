// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import test from 'ava';
import { built, ROOT, type Target } from './_runner.ts';

const PT_DYNAMIC = 2,
  PT_INTERP = 3,
  PT_GNU_STACK = 0x6474e551,
  PF_X = 1,
  SHT_SYMTAB = 2,
  SHT_DYNAMIC = 6;
const DT_NEEDED = 1,
  DT_RPATH = 15,
  DT_RUNPATH = 29;
const PT_MIPS_ABIFLAGS = 0x70000003,
  FP_ABI_SOFT = 3;
const MACHINES: Record<Exclude<Target, 'x86_64-asan'>, { machine: number; bits: 32 | 64; isBigEndian: boolean }> = {
  x86_64: { machine: 62, bits: 64, isBigEndian: false },
  mips_24kc: { machine: 8, bits: 32, isBigEndian: true },
  'arm_cortex-a7': { machine: 40, bits: 32, isBigEndian: false },
  aarch64: { machine: 183, bits: 64, isBigEndian: false },
};

interface Elf {
  readonly machine: number;
  readonly flags: number;
  readonly bytes: Buffer;
  readonly segments: readonly { type: number; flags: number; offset: number }[];
  readonly sectionTypes: readonly number[];
  /** A static-PIE has some: what its start needs to relocate it. */
  readonly dynamicTags: readonly number[];
}

function parseElf(file: string, bits: 32 | 64, isBigEndian: boolean): Elf {
  const bytes = readFileSync(file);
  if (bytes.toString('latin1', 0, 4) !== '\x7fELF' || bytes[4] !== bits / 32 || bytes[5] !== (isBigEndian ? 2 : 1))
    throw new Error(`${file} is another kind of file`);
  const u16 = (at: number): number => (isBigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at));
  const u32 = (at: number): number => (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  const is64 = bits === 64;
  const table = (at: number, sizeAt: number): number[] => Array.from({ length: u16(sizeAt + 2) }, (_, i) => u32(at) + i * u16(sizeAt));
  const sections = table(is64 ? 40 : 32, is64 ? 58 : 46);
  const dynamic = sections.find((at) => u32(at + 4) === SHT_DYNAMIC);
  const [first, size] = dynamic === undefined ? [0, 0] : [u32(dynamic + (is64 ? 24 : 16)), u32(dynamic + (is64 ? 32 : 20))];
  return {
    bytes,
    machine: u16(18),
    flags: u32(is64 ? 48 : 36),
    segments: table(is64 ? 32 : 28, is64 ? 54 : 42).map((at) => ({
      type: u32(at),
      flags: u32(at + (is64 ? 4 : 24)),
      offset: u32(at + (is64 ? 8 : 4)),
    })),
    sectionTypes: sections.map((at) => u32(at + 4)),
    dynamicTags: Array.from({ length: size / (bits / 4) }, (_, i) => u32(first + i * (bits / 4))),
  };
}

for (const target of Object.keys(MACHINES) as (keyof typeof MACHINES)[]) {
  const { machine, bits, isBigEndian } = MACHINES[target];

  test(`the ${target} binary is static, stripped and has no executable stack`, (t) => {
    const elf = parseElf(built(target, 'luci-sso'), bits, isBigEndian);
    t.is(elf.machine, machine);
    const types = elf.segments.map((segment) => segment.type);
    t.false(types.includes(PT_INTERP), 'a loader would be needed');
    t.is(elf.dynamicTags.length > 0, types.includes(PT_DYNAMIC));
    for (const tag of [DT_NEEDED, DT_RPATH, DT_RUNPATH]) t.false(elf.dynamicTags.includes(tag), 'no libraries, no RPATH');
    const stack = elf.segments.find((segment) => segment.type === PT_GNU_STACK);
    t.truthy(stack, 'without it the kernel makes the stack executable');
    t.is(stack!.flags & PF_X, 0);
    t.false(elf.sectionTypes.includes(SHT_SYMTAB));
  });

  test(`the ${target} binary names no folder of the machine that built it`, (t) => {
    t.false(readFileSync(built(target, 'luci-sso')).includes(ROOT));
  });
}

test('the mips binary is soft float for mips32r2, the arm binary hard float', (t) => {
  const mips = parseElf(built('mips_24kc', 'luci-sso'), 32, true),
    arm = parseElf(built('arm_cortex-a7', 'luci-sso'), 32, false);
  t.is(mips.flags >>> 28, 7, 'mips32r2');
  const abi = mips.segments.find((segment) => segment.type === PT_MIPS_ABIFLAGS);
  t.is(mips.bytes[abi!.offset + 7], FP_ABI_SOFT);
  t.is(arm.flags & 0x400, 0x400, 'EF_ARM_ABI_FLOAT_HARD');
});
