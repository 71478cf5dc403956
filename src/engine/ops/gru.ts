// GRU over the steps of a sequence, in one op; see lstm.ts.

import { sigmoid, sigmoidGrad, tanh, tanhGrad } from '../../../kernels/activation.js';
import { add, mul, sub } from '../../../kernels/elementwise.js';
import { elementwise, filled, sumOver } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { defineRoutine } from '../routine.js';
import { joinArrays } from './internal/concatArrays.js';
import {
  checkRecurrent,
  columnsAt,
  partAt,
  recurrentConstants,
  recurrentInputs,
  stackArrays,
  statesBefore,
  timeline,
  type RecurrentAttributes,
  type RecurrentConstants,
} from './internal/recurrent.js';
import { multiply } from './matmul.js';

const plus = (...arrays: NdArray[]): NdArray =>
  arrays.reduce((sum, array) => elementwise(add, [sum, array]));
const minus = (a: NdArray, b: NdArray): NdArray => elementwise(sub, [a, b]);
const times = (a: NdArray, b: NdArray): NdArray => elementwise(mul, [a, b]);

/**
 * (projected p, weight, hidden, and optionally bias) -> (states, gates).
 *
 * In every step q = h weightT + bias, r = sigmoid(p_r + q_r), z = sigmoid(p_z + q_z), n = tanh(p_n +
 * r q_n), and h' = n + z (h - n). states [steps + 1, batch, hidden] are all h, gates [steps, batch, 4
 * hidden] are r, z, n and q_n.
 */
export const gruForward = defineRoutine<RecurrentConstants>({
  name: 'gruForward',
  outputs: ({ steps, batch, hidden }) => [
    [steps + 1, batch, hidden],
    [steps, batch, 4 * hidden],
  ],
  compose: ([projected, weight, initial, bias], constants) => {
    const { steps, hidden: size, reversed } = constants;
    const transposed = weight.permute([1, 0]);
    const [hidden, gates]: NdArray[][] = [[], []];
    hidden[reversed * steps] = initial;
    for (const { step, before, after } of timeline(constants)) {
      const p = partAt(projected, step);
      const product = multiply(hidden[before], transposed);
      const q = (bias as NdArray | undefined) === undefined ? product : plus(product, bias);
      const [r, z] = [0, 1].map((index) =>
        elementwise(sigmoid, [plus(columnsAt(p, index, size), columnsAt(q, index, size))]),
      );
      const recurrent = columnsAt(q, 2, size).dense();
      const n = elementwise(tanh, [plus(columnsAt(p, 2, size), times(r, recurrent))]);
      hidden[after] = plus(n, times(z, minus(hidden[before], n)));
      gates[step] = joinArrays([r, z, n, recurrent], 1);
    }
    return [stackArrays(hidden), stackArrays(gates)];
  },
});

/**
 * (grad of states, gates, states, weight) -> gradients of p and of q [steps, batch, 3 hidden], and
 * of the initial state [batch, hidden].
 */
export const gruBackward = defineRoutine<RecurrentConstants>({
  name: 'gruBackward',
  outputs: ({ steps, batch, hidden }) => [
    [steps, batch, 3 * hidden],
    [steps, batch, 3 * hidden],
    [batch, hidden],
  ],
  compose: ([grad, gates, states, weight], constants) => {
    const { steps, batch, hidden: size, reversed } = constants;
    const [gradProjected, gradRecurrent]: NdArray[][] = [[], []];
    let later = filled(grad.backend, [batch, size], 0);
    for (const { step, before, after } of timeline(constants).reverse()) {
      const parts = partAt(gates, step);
      const [r, z, n, recurrent] = [0, 1, 2, 3].map((index) => columnsAt(parts, index, size));
      const dh = plus(later, partAt(grad, after));
      const keep = times(dh, z);
      const ofUpdate = elementwise(sigmoidGrad, [times(dh, minus(partAt(states, before), n)), z]);
      const ofCandidate = elementwise(tanhGrad, [minus(dh, keep), n]);
      const ofReset = elementwise(sigmoidGrad, [times(ofCandidate, recurrent), r]);
      gradProjected[step] = joinArrays([ofReset, ofUpdate, ofCandidate], 1);
      gradRecurrent[step] = joinArrays([ofReset, ofUpdate, times(ofCandidate, r)], 1);
      later = plus(multiply(gradRecurrent[step], weight), keep);
    }
    return [
      stackArrays(gradProjected),
      stackArrays(gradRecurrent),
      plus(later, partAt(grad, reversed * steps)),
    ];
  },
});

/**
 * The op behind `GRU`: projected inputs [steps, batch, 3 hidden], weight [3 hidden, hidden], initial
 * state [batch, hidden], optionally bias [3 hidden] -> states [steps + 1, batch, hidden]; see
 * `gruForward`.
 */
export const gruOp = defineOp<RecurrentAttributes>({
  name: 'gru',
  infer: (shapes) => {
    checkRecurrent('gru', 3, shapes, 1);
    const [[steps, batch], [, hidden]] = shapes;
    return [steps + 1, batch, hidden];
  },
  forward: (inputs, attributes, save) => {
    const constants = recurrentConstants(inputs[0].shape, inputs[1].shape, attributes);
    const [states, gates] = gruForward(inputs, constants);
    save(gates);
    return states;
  },
  backward: ({ grad, inputs: [projected, weight], output, attributes, saved: [gates] }) => {
    const constants = recurrentConstants(projected.shape, weight.shape, attributes);
    const rows = constants.steps * constants.batch;
    let cached: readonly NdArray[] | null = null;
    const gradients = (): readonly NdArray[] =>
      (cached ??= gruBackward([grad, gates, output, weight], constants));
    const gradRecurrent = (): NdArray => gradients()[1].reshape([rows, weight.shape[0]]);
    return [
      () => gradients()[0],
      () => multiply(gradRecurrent().permute([1, 0]), statesBefore(output, constants)),
      () => gradients()[2],
      () => sumOver(gradRecurrent(), [0]).reshape([weight.shape[0]]),
    ];
  },
  samples: [
    { title: 'forward', inputs: recurrentInputs(3, 1, [3, 2, 3]), attributes: { reversed: false } },
    { title: 'reversed', inputs: recurrentInputs(3, 1, [3, 2, 3]), attributes: { reversed: true } },
    {
      title: 'without bias',
      inputs: recurrentInputs(3, 1, [2, 3, 5]).slice(0, 3),
      attributes: { reversed: false },
    },
    {
      title: 'one step',
      inputs: recurrentInputs(3, 1, [1, 1, 4]),
      attributes: { reversed: false },
    },
  ],
});
