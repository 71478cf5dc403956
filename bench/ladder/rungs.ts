// The list of rungs: what is compiled, how it runs, and what it is compared with.

import type { ModuleBuild } from '../../src/engine/backends/wasm/index.js';

/** How a rung computes. */
export type Program =
  /** bench/ladder/definition.ts */
  | { readonly kind: 'javascript' }
  /** A file of bench/ladder/rungs in a build; `revectorized`: compiled to 256-bit instructions by V8. */
  | {
      readonly kind: 'module';
      readonly file: string;
      /** `fast`: relaxed if this version of Node supports it, otherwise base. */
      readonly build: ModuleBuild | 'fast';
      readonly revectorized?: boolean;
    }
  /** `conv2d` of the package. */
  | { readonly kind: 'package'; readonly build: 'fast' | 'wide' };

export interface Rung {
  readonly id: string;
  readonly title: string;
  readonly program: Program;
  /**
   * Rungs that this one is verified against and compared with: the first that was not skipped. None:
   * the first rung; 'quantized': the definition in integers.
   */
  readonly previous: readonly string[];
  /**
   * Largest difference from that rung, relative to the sum of the absolute terms of an output. 0:
   * equal bit for bit.
   */
  readonly tolerance: number;
}

/**
 * Fused multiply-adds omit one of two roundings for each term, so the last bits differ. A float32 sum of
 * K terms is within K * 2^-24 of the exact one in the worst case, relative to the sum of the absolute
 * terms: 1.7e-5 for 288 terms. Rounding errors mostly cancel; a wrong or missing term of random
 * operands is an error of about 1 / K.
 */
const FUSED = 1e-6;

/**
 * The bound of test/parity/winograd.test.ts: transforms amplify rounding errors. Two Winograd
 * convolutions may differ by twice as much.
 */
const WINOGRAD = 3e-6;

const tile = (build: ModuleBuild, revectorized = false): Program => ({
  kind: 'module',
  file: '06-tile',
  build,
  revectorized,
});
const loop = (file: string): Program => ({ kind: 'module', file, build: 'base' });

// prettier-ignore
export const RUNGS: readonly Rung[] = [
  { id: '1', title: 'triple loop, JavaScript', program: { kind: 'javascript' }, previous: [], tolerance: 0 },
  { id: '2', title: 'triple loop, WebAssembly', program: loop('02-scalar'), previous: ['1'], tolerance: 0 },
  { id: '3', title: 'panels, scalar', program: loop('03-panels'), previous: ['2'], tolerance: 0 },
  { id: '4', title: '128-bit SIMD, 1 x 8', program: loop('04-simd'), previous: ['3'], tolerance: 0 },
  { id: '5', title: 'register tile 6 x 8, loads first', program: loop('05-loads-first'), previous: ['4'], tolerance: 0 },
  { id: '6', title: 'register tile 6 x 8, loads next to uses', program: tile('base'), previous: ['5'], tolerance: 0 },
  { id: '7', title: 'fused multiply-add', program: tile('relaxed'), previous: ['6'], tolerance: FUSED },
  { id: '8', title: '6 x 16, 128-bit registers', program: tile('wide'), previous: ['7'], tolerance: 0 },
  { id: '9', title: '6 x 16, 256-bit registers', program: tile('wide', true), previous: ['8'], tolerance: 0 },
  { id: '10', title: 'Winograd, tiles of 4', program: { kind: 'module', file: '10-winograd', build: 'fast' }, previous: ['7', '6'], tolerance: WINOGRAD },
  { id: '11', title: 'Winograd, tiles that fit (package)', program: { kind: 'package', build: 'fast' }, previous: ['10'], tolerance: 2 * WINOGRAD },
  { id: '12', title: 'the same, 256-bit registers (package)', program: { kind: 'package', build: 'wide' }, previous: ['11'], tolerance: 0 },
];

// prettier-ignore
/** Not rungs: 8-bit integers, see rungs/int8.ts. Their speed is compared with that of the package. */
export const EXPERIMENTS: readonly Rung[] = [
  { id: 'int16', title: 'int8 in 16-bit pairs, 6 x 8', program: loop('int8'), previous: ['quantized'], tolerance: 0 },
  { id: 'int8', title: 'int8, 6 x 8', program: { kind: 'module', file: 'int8', build: 'relaxed' }, previous: ['quantized'], tolerance: 0 },
  { id: 'int8-wide', title: 'int8, 6 x 16, 256-bit registers', program: { kind: 'module', file: 'int8', build: 'wide', revectorized: true }, previous: ['quantized'], tolerance: 0 },
];
