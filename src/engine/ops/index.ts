// Exports every op, one line per file. The test suites iterate over these exports: an op that is
// missing here is not tested.

export * from './activation.js';
export * from './arithmetic.js';
export * from './axes.js';
export * from './batchNorm.js';
export * from './batchNormReluPool.js';
export * from './binaryCrossEntropy.js';
export * from './comparison.js';
export * from './conv2d.js';
export * from './convNormReluPool.js';
export * from './crossEntropy.js';
export * from './dropout.js';
export * from './flip.js';
export * from './join.js';
export * from './klDiv.js';
export * from './layerNorm.js';
export * from './linear.js';
export * from './mask.js';
export * from './matmul.js';
export * from './nllLoss.js';
export * from './pad.js';
export * from './pool.js';
export * from './reduce.js';
export * from './regressionLoss.js';
export * from './softmax.js';
export * from './unary.js';
export * from './view.js';
