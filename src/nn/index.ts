// Public API of the neural network library (`inkgrad/nn`): layers, initializers, optimizers,
// schedules, saving and loading. Start reading at module.ts. `test/null/publicApi.test.ts` fixes the
// list.

export { Module, type Layer } from './module.js';
export { ModuleDict, ModuleList } from './containers.js';
export {
  registerForwardHook,
  registerForwardPreHook,
  type ForwardHook,
  type ForwardPreHook,
} from './hooks.js';
export { ModuleBuffer, Parameter } from './parameter.js';
export { Sequential, setFused } from './sequential.js';
export { Linear, type LinearOptions } from './layers/linear.js';
export { Conv1d, type Conv1dLayerOptions } from './layers/conv1d.js';
export { Conv2d, type Conv2dLayerOptions } from './layers/conv2d.js';
export {
  ConvTranspose1d,
  ConvTranspose2d,
  type ConvTranspose1dLayerOptions,
  type ConvTranspose2dLayerOptions,
} from './layers/convTranspose.js';
export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions } from './layers/batchNorm.js';
export {
  ELU,
  GELU,
  LeakyReLU,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
  type ELUOptions,
  type LeakyReLUOptions,
} from './layers/activation.js';
export {
  AvgPool2d,
  GlobalAvgPool2d,
  MaxPool2d,
  type AvgPool2dOptions,
  type MaxPool2dOptions,
} from './layers/pool.js';
export {
  AvgPool1d,
  MaxPool1d,
  type AvgPool1dLayerOptions,
  type MaxPool1dOptions,
} from './layers/pool1d.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  type AdaptivePool1dOptions,
  type AdaptivePool2dOptions,
} from './layers/adaptivePool.js';
export { Upsample } from './layers/upsample.js';
export { Dropout, type DropoutOptions } from './layers/dropout.js';
export { Flatten, type FlattenOptions } from './layers/flatten.js';
export { LayerNorm, type LayerNormLayerOptions } from './layers/layerNorm.js';
export { GroupNorm, type GroupNormLayerOptions } from './layers/groupNorm.js';
export { RMSNorm, type RMSNormLayerOptions } from './layers/rmsNorm.js';
export { Embedding, type EmbeddingOptions } from './layers/embedding.js';
export { PositionalEncoding, sinusoidalEncoding } from './layers/positionalEncoding.js';
export type { PositionalEncodingOptions } from './layers/positionalEncoding.js';
export type { RecurrentCellOptions, RecurrentOptions } from './layers/recurrent.js';
export { LSTM, LSTMCell, type LSTMState } from './layers/lstm.js';
export { GRU, GRUCell } from './layers/gru.js';
export {
  causalMask,
  scaledDotProductAttention,
  type AttentionMasks,
  type AttentionOptions,
} from './attention.js';
export {
  MultiheadAttention,
  type MultiheadAttentionMasks,
  type MultiheadAttentionOptions,
} from './layers/multiheadAttention.js';
export {
  TransformerEncoderLayer,
  type TransformerEncoderLayerOptions,
} from './layers/transformerEncoderLayer.js';
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
export {
  ParameterGroup,
  type CommonOptions,
  type ParameterGroupOptions,
  type ParametersOrGroups,
} from './optim/parameterGroup.js';
export { SGD, type SGDOptions } from './optim/sgd.js';
export { Adagrad, type AdagradOptions } from './optim/adagrad.js';
export { Adam, AdamW, type AdamOptions } from './optim/adam.js';
export { RMSprop, type RMSpropOptions } from './optim/rmsprop.js';
export { clipGradNorm, clipGradValue, type ClipGradNormOptions } from './optim/clip.js';
export { WeightAverage, type WeightAverageOptions } from './optim/weightAverage.js';
export { CurveScheduler, type Scheduler } from './schedule/scheduler.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './schedule/reduceLROnPlateau.js';
export { StepLR, type StepLROptions } from './schedule/curves.js';
export { CosineWithWarmup, type CosineWithWarmupOptions } from './schedule/curves.js';
export { OneCycle, type OneCycleOptions } from './schedule/curves.js';
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from './schedule/warmRestarts.js';
export { ExponentialLR, type ExponentialLROptions } from './schedule/exponentialLR.js';
export { LambdaLR, type LambdaLROptions, type LrLambda } from './schedule/lambdaLR.js';
export { SequentialLR, type SequentialLROptions } from './schedule/sequentialLR.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type SavedArray,
} from './saving/safetensors.js';
export { quantize } from './saving/quantize.js';
export { loadState, saveState, type LoadedState, type StateParts } from './saving/serialize.js';
export type { Json, JsonObject } from './saving/json.js';
