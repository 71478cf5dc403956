// Public API of the engine (`inkgrad/engine`): tensors, ops, gradients, backends, custom ops.
// Start reading at shape.ts. `test/null/publicApi.test.ts` fixes the list.

export {
  full,
  gradientOf,
  ones,
  Tensor,
  tensor,
  zeros,
  type Numbers,
  type ShapedNumbers,
  type TensorOptions,
  type TensorValues,
} from './tensor.js';
export {
  arange,
  eye,
  fullLike,
  linspace,
  onesLike,
  rand,
  randn,
  zerosLike,
  type CreationOptions,
} from './creation.js';
export { Rng, type RngState } from './rng.js';
export type { Shape } from './shape.js';
export { currentBackend, isRecording, noGrad, scope, useBackend, withBackend } from './current.js';

// Ops
export {
  elu,
  gelu,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
  type GeluOptions,
  type SoftplusOptions,
} from './ops/activation.js';
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  type AdaptiveSize,
} from './ops/adaptivePool.js';
export {
  add,
  div,
  maximum,
  minimum,
  mul,
  neg,
  scaleShift,
  sub,
  where,
  type Operand,
} from './ops/arithmetic.js';
export { chunk, split, squeeze, stack, unsqueeze } from './ops/axes.js';
export { batchNorm, type BatchNormAttributes as BatchNormOptions } from './ops/batchNorm.js';
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
} from './ops/binaryCrossEntropy.js';
export {
  conv1d,
  convTranspose1d,
  type Conv1dOptions,
  type ConvTranspose1dOptions,
} from './ops/conv1d.js';
export {
  eq,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  ne,
} from './ops/comparison.js';
export { conv2d, type Conv2dOptions } from './ops/conv2d.js';
export { crossEntropy, softCrossEntropy, type CrossEntropyOptions } from './ops/crossEntropy.js';
export { cumsum, prod } from './ops/cumulative.js';
export { convTranspose2d, type ConvTranspose2dOptions } from './ops/convTranspose2d.js';
export { dropout } from './ops/dropout.js';
export { groupNorm, type GroupNormOptions } from './ops/groupNorm.js';
export { interpolate, type InterpolateOptions } from './ops/interpolate.js';
export { flip, roll } from './ops/flip.js';
export { einsum } from './ops/einsum.js';
export { gather, indexSelect, scatterAdd } from './ops/gather.js';
export { concat, gatherRows } from './ops/join.js';
export { klDiv, type KlDivOptions } from './ops/klDiv.js';
export { layerNorm, type LayerNormOptions } from './ops/layerNorm.js';
export { linear } from './ops/linear.js';
export { maskedFill, oneHot, tril, triu } from './ops/mask.js';
export { matmul } from './ops/matmul.js';
export { nllLoss } from './ops/nllLoss.js';
export type { LabelOptions as NllLossOptions } from './ops/internal/labels.js';
export { pad, type PadOptions } from './ops/pad.js';
export {
  avgPool2d,
  globalAvgPool2d,
  maxPool2d,
  type AvgPoolOptions,
  type PoolOptions,
} from './ops/pool.js';
export { pow, reciprocal, rsqrt, square } from './ops/power.js';
export { avgPool1d, maxPool1d, type AvgPool1dOptions, type Pool1dOptions } from './ops/pool1d.js';
export {
  argmax,
  argmin,
  max,
  mean,
  min,
  sum,
  variance,
  type ReduceOptions,
  type VarianceOptions,
} from './ops/reduce.js';
export {
  huber,
  l1,
  mse,
  smoothL1,
  type HuberOptions,
  type SmoothL1Options,
} from './ops/regressionLoss.js';
export type { Reduction } from './ops/internal/losses.js';
export { ceil, floor, round, sign } from './ops/rounding.js';
export { rmsNorm, type RmsNormOptions } from './ops/rmsNorm.js';
export { logSoftmax, softmax } from './ops/softmax.js';
export { argsort, sort, topk, type SortOptions, type TopkOptions } from './ops/sort.js';
export { cos, erf, expm1, log1p, sin } from './ops/special.js';
export { abs, clamp, exp, log, sqrt } from './ops/unary.js';
export { expand, flatten, permute, reshape, slice, transpose } from './ops/view.js';

// Backends
export { ReferenceBackend, type ReferenceOptions } from './backends/reference.js';
export { createWasmBackend, type WasmBackend, type WasmOptions } from './backends/wasm/index.js';
export {
  createGpuBackend,
  type GpuBackend,
  type GpuMode,
  type GpuOptions,
} from './backends/gpu.js';
export type { Backend, FloatArray, MemoryReport } from './backend.js';

// Custom ops: docs/adding-an-op.md
export {
  defineComposite,
  defineOp,
  type BackwardContext,
  type CompositeDefinition,
  type NoAttributes,
  type Op,
  type OpDefinition,
  type Sample,
  type SampleInput,
} from './op.js';
export { kernel } from './customKernel.js';
export type { Kernel, KernelThis } from '../../kernels/kernel.js';
export { elementwise, launch } from './launch.js';
export type { NdArray } from './ndarray.js';
export { anywhere, awayFromZero, binary, distinct, positive, randomIndices } from './sample.js';
export {
  checkGradient,
  GradientError,
  type GradientCheckOptions,
  type GradientReport,
} from './gradcheck.js';

// Drawings of the autograd graph
export { toDot } from './graph/dot.js';
export { toSvg } from './graph/svg.js';
export type { GraphOptions } from './graph/trace.js';

// Errors
export {
  ArgumentError,
  BackendError,
  DeviceLostError,
  DisposedError,
  FormatError,
  InkgradError,
  ModifiedError,
  ShapeError,
} from './errors.js';
