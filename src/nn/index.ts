// Public API of the neural network library (`inkgrad/nn`): layers, initializers, optimizers,
// schedules, saving and loading. Start reading at module.ts. `test/null/publicApi.test.ts` fixes the
// list.

export { Module } from './module.js';
export { ModuleBuffer, Parameter } from './parameter.js';
export { Sequential, setFused } from './sequential.js';
export { Linear, type LinearOptions } from './layers/linear.js';
export { Conv2d, type Conv2dLayerOptions } from './layers/conv2d.js';
export { BatchNorm2d, type BatchNorm2dOptions } from './layers/batchNorm2d.js';
export {
  GELU,
  LeakyReLU,
  ReLU,
  Sigmoid,
  Tanh,
  type LeakyReLUOptions,
} from './layers/activation.js';
export {
  AvgPool2d,
  GlobalAvgPool2d,
  MaxPool2d,
  type AvgPool2dOptions,
  type MaxPool2dOptions,
} from './layers/pool.js';
export { Dropout, type DropoutOptions } from './layers/dropout.js';
export { Flatten, type FlattenOptions } from './layers/flatten.js';
export { LayerNorm, type LayerNormLayerOptions } from './layers/layerNorm.js';
export { Embedding, type EmbeddingOptions } from './layers/embedding.js';
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
  type Loss,
  type RegressionLossOptions,
} from './loss.js';
export {
  calculateGain,
  constant,
  kaimingNormal,
  kaimingUniform,
  normal,
  uniform,
  xavierNormal,
  xavierUniform,
  type Initializer,
  type KaimingOptions,
  type Nonlinearity,
  type XavierOptions,
} from './init.js';
export type { HostArray, HostState, LoadOptions, LoadReport } from './saving/stateDict.js';
export { Optimizer, type OptimizerState, type SavedOptimizerState } from './optim/optimizer.js';
export { SGD, type SGDOptions } from './optim/sgd.js';
export { Adam, AdamW, type AdamOptions } from './optim/adam.js';
export { clipGradNorm, clipGradValue } from './optim/clip.js';
export { WeightAverage, type WeightAverageOptions } from './optim/weightAverage.js';
export { CurveScheduler, type Scheduler } from './schedule/scheduler.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './schedule/reduceLROnPlateau.js';
export { StepLR, type StepLROptions } from './schedule/curves.js';
export { CosineWithWarmup, type CosineWithWarmupOptions } from './schedule/curves.js';
export { OneCycle, type OneCycleOptions } from './schedule/curves.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type SavedArray,
} from './saving/safetensors.js';
export { quantize } from './saving/quantize.js';
export { loadState, saveState, type LoadedState, type StateParts } from './saving/serialize.js';
export type { Json, JsonObject } from './saving/json.js';
