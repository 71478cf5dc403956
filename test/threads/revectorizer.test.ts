// A fuzzer of V8's revectorizer: random SIMD modules of the admitted patterns, compiled with and
// without it, must compute the same bits. `npm run test:long` tries 20 times as many.

import fc from 'fast-check';
import wabt from 'wabt';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/engine/index.js';
import { compileRevectorized } from '../../src/engine/backends/wasm/wide.js';
import { wideSimdObstacle } from '../../src/engine/backends/wasm/wideSupport.js';
import { ADMITTED_SHUFFLES } from '../../scripts/wide-patterns.js';
import { rounds } from '../support/rounds.js';
import { skipNote } from '../support/skipping.js';

const SEED = 20261129;
/** Bytes of the inputs and of the outputs. */
const BYTES = 512;
const PAIRS = 4;

const BINARY = 'add sub mul div min max pmin pmax eq ne lt le gt ge'.split(' ');
const UNARY = 'neg abs sqrt'.split(' ');
const LOGIC = 'and or xor andnot'.split(' ');

/** One step: an instruction on both halves of earlier values, which are numbered modulo their count. */
type Step = readonly [
  kind: 'binary' | 'unary' | 'logic' | 'madd' | 'select' | 'splat' | 'shuffle' | 'extract',
  choice: number,
  operands: readonly [number, number, number],
];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom('binary', 'unary', 'logic', 'madd', 'select', 'splat', 'shuffle', 'extract'),
    fc.nat(1000),
    fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)),
  ),
  { minLength: 1, maxLength: 40 },
);

const shuffleBytes = (lanes: string): string =>
  Array.from(lanes, (lane) => [0, 1, 2, 3].map((byte) => 4 * +lane + byte).join(' ')).join(' ');

/**
 * A module whose function repeats the steps over its inputs. All values come in pairs, as in the wide
 * module: `l` from the lower and `h` from the higher of two adjacent addresses.
 */
function moduleText(program: readonly Step[]): string {
  const lines: string[] = [];
  const locals: string[] = [];
  const define = (index: number, low: string, high: string): void => {
    locals.push(`(local $l${index} v128) (local $h${index} v128)`);
    lines.push(`(local.set $l${index} ${low})`, `(local.set $h${index} ${high})`);
  };
  for (let i = 0; i < PAIRS; i++) {
    const load = (offset: number) => `(v128.load offset=${offset} (local.get $from))`;
    define(i, load(32 * i), load(32 * i + 16));
  }
  program.forEach(([kind, choice, operands], step) => {
    const index = PAIRS + step;
    const half = (name: string): string => {
      const [a, b, c] = operands.map((operand) => `(local.get $${name}${operand % index})`);
      const pick = <T>(list: readonly T[]): T => list[choice % list.length];
      switch (kind) {
        case 'binary':
          return `(f32x4.${pick(BINARY)} ${a} ${b})`;
        case 'unary':
          return `(f32x4.${pick(UNARY)} ${a})`;
        case 'logic':
          return `(v128.${pick(LOGIC)} ${a} ${b})`;
        case 'madd':
          return `(f32x4.relaxed_madd ${a} ${b} ${c})`;
        case 'select':
          return `(v128.bitselect ${a} ${b} (f32x4.lt ${b} ${c}))`;
        case 'splat':
          return `(v128.load32_splat offset=${4 * (choice % 32)} (local.get $from))`;
        case 'shuffle':
          return `(i8x16.shuffle ${shuffleBytes(pick(ADMITTED_SHUFFLES))} ${a} ${b})`;
        case 'extract':
          return `(f32x4.splat (f32x4.extract_lane ${choice % 4} ${a}))`;
      }
    };
    define(index, half('l'), half('h'));
  });
  for (let i = 0; i < PAIRS; i++) {
    const index = PAIRS + program.length - 1 - i;
    const store = (name: string, offset: number) =>
      lines.push(`(v128.store offset=${offset} (local.get $to) (local.get $${name}${index}))`);
    store('l', 32 * i);
    store('h', 32 * i + 16);
  }
  return `(module (import "env" "memory" (memory 1))
    (func (export "run") (param $from i32) (param $to i32) (param $end i32) ${locals.join(' ')}
      (loop $again
        ${lines.join('\n        ')}
        (local.set $from (i32.add (local.get $from) (i32.const 128)))
        (local.set $to (i32.add (local.get $to) (i32.const 128)))
        (br_if $again (i32.lt_u (local.get $from) (local.get $end))))))`;
}

function outputOf(module: WebAssembly.Module, inputs: Float32Array): Uint32Array {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).set(inputs);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = exports as unknown as Record<string, (...args: number[]) => undefined>;
  functions.run(0, 4 * BYTES, BYTES);
  return new Uint32Array(memory.buffer, 4 * BYTES, BYTES / 4).slice();
}

const obstacle = await wideSimdObstacle();

/** Whether both compilations of a module give the same output. */
async function isComputedCorrectly(text: string, inputs: Float32Array): Promise<boolean> {
  const assembler = await wabt();
  const assemble = (source: string): Uint8Array<ArrayBuffer> => {
    const module = assembler.parseWat('module.wat', source, { simd: true, relaxed_simd: true });
    try {
      return Uint8Array.from(module.toBinary({}).buffer);
    } finally {
      module.destroy();
    }
  };
  const module = await compileRevectorized(assemble(text), (first) => outputOf(first, inputs));
  // An unused global: V8 caches compiled modules by their bytes.
  const plain = new WebAssembly.Module(
    assemble(text.replace('(func', '(global i32 (i32.const 0)) (func')),
  );
  const [actual, expected] = [outputOf(module, inputs), outputOf(plain, inputs)];
  return actual.every((word, i) => word === expected[i]);
}

/** Sums of adjacent loads that extend, the higher address first. */
const EXTENDING_LOADS = `(module (import "env" "memory" (memory 1))
  (func (export "run") (param $from i32) (param $to i32) (param $end i32) (local $l v128) (local $h v128)
    (loop $again
      (local.set $h (v128.load16x4_u offset=8 (local.get $from)))
      (local.set $l (v128.load16x4_u offset=0 (local.get $from)))
      (v128.store offset=0 (local.get $to) (f32x4.add (local.get $l) (local.get $l)))
      (v128.store offset=16 (local.get $to) (f32x4.add (local.get $h) (local.get $h)))
      (local.set $from (i32.add (local.get $from) (i32.const 32)))
      (local.set $to (i32.add (local.get $to) (i32.const 32)))
      (br_if $again (i32.lt_u (local.get $from) (local.get $end))))))`;

describe.skipIf(obstacle !== null)(`the revectorizer of V8${skipNote(obstacle)}`, () => {
  it(`computes the bits of 128-bit code in random modules, seed ${SEED}`, () =>
    fc.assert(
      fc.asyncProperty(steps, fc.nat(1e6), async (program, seed) => {
        const rng = new Rng(seed);
        const inputs = Float32Array.from({ length: BYTES / 4 }, () => 2 * rng.normal());
        expect(await isComputedCorrectly(moduleText(program), inputs)).toBe(true);
      }),
      { numRuns: rounds(60), seed: SEED },
    ));

  const [major] = process.versions.v8.split('.');
  const correct = major === '13' ? null : 'only V8 13 computes them wrong';
  it.skipIf(correct !== null)(
    `computes loads that extend wrong: the comparison finds such faults${skipNote(correct)}`,
    async () => {
      const inputs = Float32Array.from({ length: BYTES / 4 }, (_, i) => i + 1);
      expect(await isComputedCorrectly(EXTENDING_LOADS, inputs)).toBe(false);
    },
  );
});
