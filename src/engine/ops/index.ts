// Every op, one line a file. The suites walk these exports, so an op that is not here does not exist.

export * from './activation.js';
export * from './arithmetic.js';
export * from './batchNorm.js';
export * from './batchNormReluPool.js';
export * from './conv2d.js';
export * from './convNormReluPool.js';
export * from './dropout.js';
export * from './join.js';
export * from './layerNorm.js';
export * from './linear.js';
export * from './loss.js';
export * from './matmul.js';
export * from './pool.js';
export * from './reduce.js';
export * from './softmax.js';
export * from './unary.js';
export * from './view.js';
