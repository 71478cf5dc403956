// Every kernel, by family. Tests iterate over this list, so it must be complete.

export * as activation from './activation.js';
export * as adaptivePool from './adaptivePool.js';
export * as batchNorm from './batchNorm.js';
export * as comparison from './comparison.js';
export * as conv2d from './conv2d.js';
export * as elementwise from './elementwise.js';
export * as gather from './gather.js';
export * as interpolate from './interpolate.js';
export * as layout from './layout.js';
export * as loss from './loss.js';
export * as mask from './mask.js';
export * as matmul from './matmul.js';
export * as optimizer from './optimizer.js';
export * as pool from './pool.js';
export * as power from './power.js';
export * as reduce from './reduce.js';
export * as rounding from './rounding.js';
export * as softmax from './softmax.js';
export * as sort from './sort.js';
export * as special from './special.js';
