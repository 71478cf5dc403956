// Public API of the engine: tensors, ops, gradients, backends. Start reading at shape.ts.

export * from './errors.js';
export * from './rng.js';
export type { Shape } from './shape.js';
export type { Backend, FloatArray, MemoryReport } from './backend.js';
export { ReferenceBackend, type ReferenceOptions } from './backends/reference.js';
export { currentBackend, isRecording, noGrad, scope, useBackend, withBackend } from './current.js';
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
export { formatArray } from './print.js';
export type { Op, Sample, SampleInput } from './op.js';
export * from './ops/index.js';
export {
  checkGradient,
  GradientError,
  type GradientCheckOptions,
  type GradientReport,
} from './gradcheck.js';
