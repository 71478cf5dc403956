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
export { convForward, convForwardPooled } from './conv2d';
export { convGradTiles, convGradWeight, convScratch } from './convGradWeight';
export {
  packWinogradFilters,
  winogradBlockStrips,
  winogradFilterFloats,
  winogradForward,
  winogradForwardPooled,
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
export { pointCount, winogradStrips } from './winogradPlane';
export { prodRows } from './product';
export { sumAxis } from './reduce';
export { argMax, extremumAxis, isMax, takeAxis, takeAxisGrad } from './extremum';
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
export {
  abs,
  absGrad,
  add,
  blend,
  ceil,
  clamp,
  clampGrad,
  div,
  divGradDenominator,
  fill,
  floor,
  mul,
  round,
  scale,
  sign,
  sqrt,
  sqrtGrad,
  sub,
} from './elementwise';
export {
  elu,
  eluGrad,
  leakyRelu,
  leakyReluGrad,
  relu,
  reluGrad,
  sigmoid,
  sigmoidGrad,
  silu,
  siluGrad,
  softplus,
  softplusGrad,
  tanh,
  tanhGrad,
} from './activation';
export { erf, erfGrad, gelu, geluGrad, geluTanh, geluTanhGrad } from './gelu';
export { exp, expm1, expm1Grad, log, log1p, log1pGrad } from './transcendental';
export { sin } from './sine';
export { pow, powGrad, powTensor, powTensorGradBase, powTensorGradExponent } from './power';
export {
  eq,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  maskedFill,
  maximum,
  maximumGrad,
  minimum,
  ne,
  where,
} from './comparison';
export { oneHot } from './oneHot';
export {
  binaryCrossEntropy,
  binaryCrossEntropyGrad,
  binaryCrossEntropyTargetGrad,
  binaryCrossEntropyWithLogits,
  binaryCrossEntropyWithLogitsGrad,
  binaryCrossEntropyWithLogitsTargetGrad,
  huber,
  huberGrad,
  negativeLogLikelihood,
  negativeLogLikelihoodGrad,
} from './loss';
export { adagradStep, adamStep, amsgradStep, rmspropStep, sgdStep } from './optimizer';
export { crossEntropyForward, crossEntropyGrad } from './crossEntropy';
export { softmaxRows, softmaxRowsGrad } from './softmax';
export { softmaxColumns, softmaxColumnsGrad } from './softmaxColumns';
export { normalizeRows, normalizeRowsGrad } from './normalize';
export { normalizeParametersGrad } from './normalizeParameters';
export { columnScratch, cumsumColumns, sumColumns } from './columns';
export { copy, copyColumns, pad, transpose } from './layout';
export { permutedCopy, stridedCopy } from './stridedCopy';
export { addToSlice, copyToSlice } from './slice';
export { band } from './band';
export { gatherAxis, gatherRows, gatherRowsGrad, scatterAddAxis } from './gather';
export { lstmBackward, lstmForward } from './lstm';
export { gruBackward, gruForward } from './gru';
export { attentionBackward, attentionForward, attentionGradScratch, attentionScratch } from './attention';
export { depthwise, depthwiseGradSum, depthwiseGradWeight, depthwiseScratch } from './depthwise';
export { interpolate, interpolateGrad, meanWindows, meanWindowsGrad } from './windows';
export { cumsum, sortOrder, sortScratch } from './sort';

export { PANEL, TILE_ROWS } from './lanes';
export { ROW_BLOCK } from './rows';

/** First byte after the module's data: the caller may use the memory from here on. */
export const heapBase: usize = __heap_base;
