// Compares two compilations of the wide module, with and without 256-bit instructions: every exported
// function runs in both on equal memories, which must be bit-for-bit equal afterwards.
//
// The arguments follow from the parameter names, which the build generates from kernels/simd. A new
// function is therefore covered without an entry here, as long as its parameters have names in
// `VALUES`; a test checks that, and that every function changes the memory.

import { functionParameters, type SimdExports } from '#simd/interface';
import { BackendError } from '../../errors.js';
import { forwardGeometry, geometryWords } from './convGeometry.js';

/** Floats of each operand. */
const REGION = 8192;
/** Operands of a function at most. */
const REGIONS = 12;
/** Pages of 64 KiB; scratch memory is the part behind the operands. */
const PAGES = 128;
/** Behind the static data of the module. */
const START = 128 * 1024;
const SCRATCH = START + 4 * REGION * REGIONS;

/** A convolution whose planes have tiles of two sizes along each axis. */
const CONVOLUTION = forwardGeometry({
  batch: 2,
  inChannels: 20,
  height: 9,
  width: 7,
  outChannels: 24,
  outHeight: 9,
  outWidth: 7,
  kernelHeight: 3,
  kernelWidth: 3,
  strideY: 1,
  strideX: 1,
  padY: 1,
  padX: 1,
  dilationY: 1,
  dilationX: 1,
  groups: 1,
  groupIn: 20,
  groupOut: 24,
});

/**
 * Arguments by parameter name: odd sizes above 32, so that main loops of 16 floats and remainders run.
 */
const VALUES: Readonly<Record<string, number>> = {
  // Sizes. Units of work are floats, rows or images.
  begin: 0,
  end: 61,
  images: 2,
  B: 2,
  C: 37,
  H: 6,
  K: 19,
  M: 13,
  N: 37,
  O: 24,
  OH: 3,
  OW: 3,
  Q: 11,
  S: 13,
  T: 3,
  W: 7,
  axes: 1,
  blocks: 5,
  classes: 37,
  cols: 37,
  columns: 37,
  count: 11,
  d: 9,
  e: 10,
  groups: 2,
  heads: 2,
  inner: 37,
  kernelHeight: 3,
  kernelWidth: 3,
  left: 2,
  length: 77,
  lines: 6,
  parameters: 1,
  parts: 2,
  right: 3,
  rows: 13,
  size: 23,
  taps: 9,
  width: 37,
  widthA: 13,
  widthB: 9,
  windowHeight: 2,
  windowWidth: 2,
  // Strides and positions.
  batchA: 247,
  batchB: 703,
  columnB: 1,
  columnStride: 13,
  dilationX: 1,
  dilationY: 1,
  innerA: 1,
  innerB: 37,
  insertX: 1,
  insertY: 1,
  low: -2,
  high: 3,
  offset: 1,
  outStrideM: 37,
  padX: 0,
  padY: 0,
  rowA: 19,
  rowStride: 21,
  start: 2,
  step: 2,
  strideK: 1,
  strideM: 19,
  strideN: 19,
  strideX: 2,
  strideY: 2,
  // Flags.
  centered: 1,
  descending: 1,
  disjoint: 0,
  flipped: 1,
  invalid: 0,
  isLog: 1,
  layout: 1,
  nesterov: 1,
  packA: 0,
  reverse: 0,
  reversed: 1,
  sign: 1,
  // Scalars.
  alpha: 0.9,
  beta: 0.9,
  beta1: 0.9,
  beta2: 0.999,
  biasCorrection2Sqrt: 0.7,
  correction: 1.01,
  delta: 0.7,
  epsilon: 1e-5,
  exponent: 1.7,
  factor: 1.7,
  key0: 17,
  key1: 4,
  lr: 0.01,
  momentum: 0.9,
  oneMinusAlpha: 0.1,
  oneMinusBeta1: 0.1,
  oneMinusBeta2: 0.001,
  oneMinusDampening: 1,
  quadrants: 1,
  scale: 1.25,
  shrink: 0.99,
  slope: 0.01,
  smoothing: 0.1,
  stepSize: 0.01,
  threshold: 2 ** 30,
  value: 0.5,
  weightDecay: 0.01,
};

/** Arguments of certain functions: rows of two channels of `inner` floats. */
const SPECIAL: Readonly<Record<string, number>> = {
  'normalizeRows size': 2 * VALUES.inner,
  'normalizeRowsGrad size': 2 * VALUES.inner,
  'normalizeParametersGrad size': 2 * VALUES.inner,
};

/** Operands that contain class numbers or positions instead of any floats. */
const POSITIONS: readonly string[] = ['index', 'indices', 'labels'];

/** Windows along both axes: first position, position after the last, divisor. */
const WINDOW_ROWS = [0, 2, 2, 2, 4, 2, 4, 6, 2];
const WINDOW_COLUMNS = [0, 3, 3, 2, 5, 3, 4, 7, 3];

/** Operands that are tables of integers, by function and parameter. */
const TABLES: Readonly<Record<string, readonly number[]>> = {
  'stridedCopy shape': [13],
  'stridedCopy strides': [7],
  'permutedCopy table': [2, 400, 300],
  // Addresses of a parameter, its gradient and two moments; first unit; length.
  'adamStep table': [...[1, 2, 3, 4].map((region) => START + 4 * REGION * region), 0, 77],
  ...Object.fromEntries(
    ['maxPool', 'maxPoolGrad', 'meanWindows', 'meanWindowsGrad'].flatMap((name) => [
      [`${name} rows`, WINDOW_ROWS],
      [`${name} columns`, WINDOW_COLUMNS],
    ]),
  ),
};

/** Positions and distances of interpolation, in float32. */
const INTERPOLATION = [0, 0.25, 1, 0.5, 2, 0.75];

/** Functions whose units are neither floats nor rows: `end` follows from the shape. */
const UNITS: Readonly<Record<string, (simd: SimdExports, shape: number) => number>> = {
  convForward: () => VALUES.images,
  convForwardPooled: () => VALUES.images,
  convGradWeight: (simd, shape) => simd.convGradTiles(shape),
  packWinogradFilters: (simd, shape) => simd.winogradPanels(shape),
  winogradForward: (simd, shape) => VALUES.images * simd.winogradStrips(shape),
  winogradForwardPooled: () => VALUES.images * VALUES.parts,
  winogradGradParts: (simd) => simd.winogradGradUnits(VALUES.images),
  attentionForward: () => VALUES.B * VALUES.heads,
  attentionBackward: () => VALUES.B * VALUES.heads,
};

interface Instance {
  readonly simd: SimdExports;
  readonly memory: WebAssembly.Memory;
  /** Address of a prepared ConvShape. */
  readonly shape: number;
}

/** Calls every function once. */
export function warmUp(module: WebAssembly.Module, shared: boolean): void {
  const [instance, initial] = [instantiate(module, shared), operands()];
  for (const name of Object.keys(functionParameters)) runFunction(instance, name, initial);
}

/** Names of the functions of `wide` whose results differ from those of `plain`. */
export function checkWide(
  wide: WebAssembly.Module,
  plain: WebAssembly.Module,
  shared: boolean,
): string[] {
  const [actual, expected] = [instantiate(wide, shared), instantiate(plain, shared)];
  const initial = operands();
  return Object.keys(functionParameters).filter((name) => {
    const results = [actual, expected].map((instance) => runFunction(instance, name, initial));
    return !isEqual(results[0], results[1]);
  });
}

/** Instantiates a module with memory of its own. */
export function instantiate(module: WebAssembly.Module, shared: boolean): Instance {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared });
  const { exports } = new WebAssembly.Instance(module, { env: { memory, thread: 0 } });
  const simd = exports as unknown as SimdExports;
  const shape = START / 2;
  if ((simd.heapBase.value as number) > shape) {
    throw new BackendError('wasm: the static data of the module overlap the memory of its check');
  }
  const words = geometryWords(CONVOLUTION);
  new Int32Array(memory.buffer, shape, words.length).set(words);
  simd.convPrepare(shape);
  return { simd, memory, shape };
}

/** Floats between -2 and 2, by a linear congruential generator (Numerical Recipes, 7.1). */
export function operands(): Float32Array {
  let state = 1;
  return Float32Array.from({ length: REGION * REGIONS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 30 - 2;
  });
}

/** Runs a function on `initial`; returns the words of the operands afterwards, and its result. */
export function runFunction(
  { simd, memory, shape }: Instance,
  name: string,
  initial: Float32Array,
): Int32Array {
  new Float32Array(memory.buffer, START, initial.length).set(initial);
  let next = START;
  const args = functionParameters[name].map(({ name: parameter, type }) => {
    if (type === 'ConvShapeAddress') return shape;
    if (parameter === 'end') return unitsOf(name, simd, shape);
    if (type === 'number') return valueOf(name, parameter);
    if (parameter === 'scratch') return SCRATCH;
    const address = next;
    next += 4 * REGION;
    if (POSITIONS.includes(parameter)) {
      new Float32Array(memory.buffer, address, REGION).forEach((_, i, array) => (array[i] = i % 7));
    }
    const table = TABLES[`${name} ${parameter}`] as readonly number[] | undefined;
    if (table !== undefined) new Int32Array(memory.buffer, address, table.length).set(table);
    if (name.startsWith('interpolate') && (parameter === 'rows' || parameter === 'columns')) {
      new Float32Array(memory.buffer, address, INTERPOLATION.length).set(INTERPOLATION);
    }
    return address;
  });
  const functions = simd as unknown as Record<string, (...args: number[]) => number | undefined>;
  const result = functions[name](...args);
  const words = new Int32Array(initial.length + 1);
  words.set(new Int32Array(memory.buffer, START, initial.length));
  words[initial.length] = result ?? 0;
  return words;
}

/** Units of work of a function. Those of functions with a height H are images, lines or examples. */
function unitsOf(name: string, simd: SimdExports, shape: number): number {
  if (name in UNITS) return UNITS[name](simd, shape);
  const hasHeight = functionParameters[name].some((parameter) => parameter.name === 'H');
  return hasHeight ? VALUES.images : VALUES.end;
}

function valueOf(name: string, parameter: string): number {
  const value = (SPECIAL[`${name} ${parameter}`] ?? VALUES[parameter]) as number | undefined;
  if (value !== undefined) return value;
  throw new BackendError(
    `wasm: wideCheck.ts has no value for the parameter ${parameter} of ${name}`,
  );
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
