// Whether the SIMD module is the one that these sources were written for. A module of another day lacks a function, or takes other
// arguments, and would stop somewhere deep in a job, or never end. Imports the types of its exports, errors.

import { BackendError } from '../../errors.js';
import type { SimdExports } from './exports.js';

/** How many arguments each function takes; 0 is a constant. The type checker holds the table to exports.ts. */
const ARGUMENTS: {
  readonly [Name in keyof SimdExports]: SimdExports[Name] extends (...args: infer Arguments) => unknown
    ? Arguments['length']
    : 0;
} = {
  heapBase: 0,
  PANEL: 0,
  TILE_ROWS: 0,
  ROW_BLOCK: 0,
  packPanels: 8,
  packRows: 6,
  gemm: 10,
  convPrepare: 1,
  convScratch: 1,
  packConvWeights: 3,
  packConvWeightsFlipped: 3,
  unpackConvWeights: 3,
  scaleFilters: 5,
  convForward: 8,
  convGradTiles: 1,
  convGradWeight: 8,
  winogradScratch: 1,
  winogradStrips: 1,
  winogradBlockStrips: 1,
  winogradPanels: 1,
  winogradFilterFloats: 1,
  packWinogradFilters: 7,
  winogradForward: 9,
  winogradGradUnits: 1,
  winogradGradScratch: 2,
  winogradGradSums: 2,
  winogradGradParts: 8,
  winogradGradFilters: 6,
  sumAxis: 6,
  argMax: 6,
  columnSumBlocks: 6,
  sumBlocks: 4,
  scaleShift: 7,
  batchNormStatBlocks: 6,
  batchNormStats: 5,
  runningAverage: 5,
  inverseDeviation: 4,
  foldStatistics: 7,
  batchNormGradBlocks: 9,
  batchNormGradCoefficients: 6,
  batchNormGradInput: 8,
  bnReluPool: 8,
  bnReluPoolBlockLines: 1,
  bnReluPoolGradBlocks: 12,
  bnReluPoolGradCoefficients: 7,
  bnReluPoolGradInput: 9,
  dropout: 10,
  logSumExp: 5,
  logSoftmax: 6,
  softmax: 6,
  crossEntropyForward: 9,
  crossEntropyGrad: 9,
  maxPool: 16,
  maxPoolGrad: 16,
  fill: 4,
  scale: 6,
  relu: 4,
  reluGrad: 5,
  blend: 7,
  add: 5,
  sub: 5,
  mul: 5,
  adamStep: 13,
  sgdStep: 10,
  copy: 3,
  transpose: 6,
  stridedCopy: 7,
};

/** @throws BackendError if the module lacks a function, or one takes another number of arguments */
export function checkModule(exports: WebAssembly.Exports): void {
  const different = Object.entries(ARGUMENTS).filter(([name, count]) => {
    if (!(name in exports)) return true;
    const found = exports[name];
    return typeof found === 'function' ? found.length !== count : count !== 0;
  });
  if (different.length === 0) return;
  const names = different.map(([name]) => name).join(', ');
  throw new BackendError(`wasm: the SIMD module is out of date (${names}):  npm run build:node`);
}
