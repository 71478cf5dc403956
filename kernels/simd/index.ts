// Exports of the SIMD module. Conventions for every file: values are float32; pointers are byte
// addresses and multiples of 16; other integers count floats, rows or images, never bytes;
// `begin, end` is the half-open range of units to compute. Results do not depend on how the caller
// divides the units. No function allocates memory or checks arguments: the caller does.
//
// scripts/build-simd.js generates the TypeScript types of these exports from their
// declarations and doc comments.

export { gemm, packPanels, packRows } from './gemm';
export { batchedGemm, batchedGemmScratch, packRowRange } from './batchedGemm';
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
export { sigmoid, sigmoidGrad, tanh, tanhGrad } from './activation';
export { eq, le, lt, maskedFill, maximum, maximumGrad, minimum, ne, where } from './comparison';
export { adagradStep, adamStep, amsgradStep, rmspropStep, sgdStep } from './optimizer';
export { crossEntropyForward, crossEntropyGrad, logSoftmax, logSumExp, softmax } from './softmax';
export { concat, copy, pad, stridedCopy, transpose } from './layout';
export { gatherAxis, scatterAddAxis } from './gather';
export { lstmBackward, lstmForward } from './lstm';
export { attentionBackward, attentionForward, attentionGradScratch, attentionScratch } from './attention';
export { depthwise, depthwiseGradSum, depthwiseGradWeight, depthwiseScratch } from './depthwise';
export { interpolate, interpolateGrad, meanWindows, meanWindowsGrad } from './windows';
export { gruBackward, gruForward } from './gru';
export { cumsum, sortOrder, sortScratch } from './sort';

export { PANEL, TILE_ROWS } from './lanes';
export { ROW_BLOCK } from './rows';

/** First byte after the module's data: the caller may use the memory from here on. */
export const heapBase: usize = __heap_base;
