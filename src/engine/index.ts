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
  type TensorOptions,
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
export { gelu, leakyRelu, relu, sigmoid, tanh } from './ops/activation.js';
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
export { dropout } from './ops/dropout.js';
export { flip, roll } from './ops/flip.js';
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
export { logSoftmax, softmax } from './ops/softmax.js';
export { abs, clamp, exp, log, pow, sqrt } from './ops/unary.js';
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
export { kernel, type Kernel } from '../../kernels/kernel.js';
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
