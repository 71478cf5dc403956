// Computations that the ops' own samples cannot express: ops that need tensors among their options, ops without a
// gradient, and ops at extreme values. The parity suite runs them beside the samples. Imports the engine.

import {
  argmax,
  batchNorm,
  batchNormReluPool,
  max,
  tensor,
  type Tensor,
  zeros,
  ones,
} from '../../src/engine/index.js';
import { anywhere, distinct, positive } from '../../src/engine/sample.js';
import type { Computation } from './parity.js';

const epsilon = 1e-5;
const momentum = 0.1;

/** Batch norm with running statistics: updated from the batch, or used in its place. */
function withRunning(training: boolean, op = batchNorm): (inputs: Tensor[]) => Tensor {
  return ([x, weight, bias]) => {
    const channels = weight.shape[0];
    const values = Float32Array.from({ length: channels }, (_, c) => 0.25 * c + 0.5);
    const running = { mean: tensor(values), variance: tensor(values) };
    return op(x, weight, bias, { epsilon, momentum, running, training });
  };
}

/** The running statistics themselves, after two batches. */
function runningStatistics(which: 'mean' | 'variance'): (inputs: Tensor[]) => Tensor {
  return ([x, weight, bias]) => {
    const channels = weight.shape[0];
    const running = { mean: zeros([channels]), variance: ones([channels]) };
    for (let batch = 0; batch < 2; batch++) {
      batchNorm(x, weight, bias, { epsilon, momentum, running, training: true });
    }
    return running[which];
  };
}

const normInputs = [anywhere(4, 3, 5, 2), positive(3), anywhere(3)];
const poolInputs = [distinct(2, 5, 5, 4), positive(5), anywhere(5)];
const rowInputs = [anywhere(5, 6), positive(6), anywhere(6)];

export const extraSamples: readonly Computation[] = [
  { title: 'batchNorm: evaluation, images', inputs: normInputs, call: withRunning(false) },
  { title: 'batchNorm: evaluation, rows', inputs: rowInputs, call: withRunning(false) },
  { title: 'batchNorm: training with running statistics', inputs: normInputs, call: withRunning(true) },
  { title: 'batchNorm: running mean', inputs: normInputs, call: runningStatistics('mean') },
  { title: 'batchNorm: running variance', inputs: rowInputs, call: runningStatistics('variance') },
  { title: 'batchNormReluPool: evaluation', inputs: poolInputs, call: withRunning(false, batchNormReluPool) },
  { title: 'argmax: rows', inputs: [distinct(4, 7)], call: ([x]) => argmax(x) },
  { title: 'argmax: columns', inputs: [distinct(4, 7)], call: ([x]) => argmax(x, 0) },
  { title: 'max: two axes of three', inputs: [distinct(3, 4, 5)], call: ([x]) => max(x, { axes: [0, 2] }) },
];
