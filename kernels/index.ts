// Every kernel, by family. Tests walk this list, so a kernel that is not here does not exist.

export * as activation from './activation.js';
export * as batchNorm from './batchNorm.js';
export * as conv2d from './conv2d.js';
export * as elementwise from './elementwise.js';
export * as layout from './layout.js';
export * as matmul from './matmul.js';
export * as optimizer from './optimizer.js';
export * as pool from './pool.js';
export * as reduce from './reduce.js';
export * as softmax from './softmax.js';
