// What the module exports. Conventions, for every file: float32; pointers are byte addresses that are multiples of 16; all
// other integers count floats, rows or images, never bytes; `begin, end` is the half-open range of units to compute, and no
// result depends on how a caller divides the units. Nothing allocates and nothing is checked: that is the caller's part.

export { gemm, packPanels, packRows } from './gemm';
export { convPrepare } from './convShape';
export { packConvWeights, packConvWeightsFlipped, scaleFilters, unpackConvWeights } from './convPack';
export { convForward } from './conv2d';
export { convGradTiles, convGradWeight, convScratch } from './convGradWeight';
export {
  packWinogradFilters,
  winogradBlockStrips,
  winogradFilterFloats,
  winogradForward,
  winogradPanels,
  winogradScratch,
} from './winograd';
export {
  winogradGradFilters,
  winogradGradParts,
  winogradGradScratch,
  winogradGradSums,
  winogradGradUnits,
} from './winogradGradWeight';
export { winogradStrips } from './winogradTiles';
export { argMax, sumAxis } from './reduce';
export { columnSumBlocks, scaleShift, sumBlocks } from './rows';
export {
  batchNormGradBlocks,
  batchNormGradCoefficients,
  batchNormGradInput,
  batchNormStatBlocks,
  batchNormStats,
  foldStatistics,
  inverseDeviation,
  runningAverage,
} from './batchNorm';
export {
  bnReluPool,
  bnReluPoolBlockLines,
  bnReluPoolGradBlocks,
  bnReluPoolGradCoefficients,
  bnReluPoolGradInput,
} from './bnReluPool';
export { dropout } from './dropout';
export { maxPool, maxPoolGrad } from './pool';
export { add, blend, fill, mul, relu, reluGrad, scale, sub } from './elementwise';
export { adamStep, sgdStep } from './optimizer';
export { crossEntropyForward, crossEntropyGrad, logSoftmax, logSumExp, softmax } from './softmax';
export { copy, stridedCopy, transpose } from './layout';

export { PANEL, TILE_ROWS } from './lanes';
export { ROW_BLOCK } from './rows';

/** The first byte that is free for the caller's data. */
export const heapBase: usize = __heap_base;
