// LSTM over the steps of a sequence, in one op: the products with the hidden state, the gates, and
// the states of all steps. The products with the inputs are `linear`, for all steps at once.
// The gradient of the weights is one product over all steps.

import { sigmoid, sigmoidGrad, tanh, tanhGrad } from '../../../kernels/activation.js';
import { add, mul } from '../../../kernels/elementwise.js';
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
const times = (a: NdArray, b: NdArray): NdArray => elementwise(mul, [a, b]);

/**
 * (projected, weight, hidden, cell, and optionally bias) -> (states, gates).
 *
 * In every step i, f, g, o = projected + h weightT + bias, c' = sigmoid(f) c + sigmoid(i) tanh(g),
 * and h' = sigmoid(o) tanh(c'). states [2, steps + 1, batch, hidden] are all h, then all c; gates
 * [steps, batch, 4 hidden] are sigmoid(i), sigmoid(f), tanh(g), sigmoid(o).
 */
export const lstmForward = defineRoutine<RecurrentConstants>({
  name: 'lstmForward',
  outputs: ({ steps, batch, hidden }) => [
    [2, steps + 1, batch, hidden],
    [steps, batch, 4 * hidden],
  ],
  compose: ([projected, weight, initialHidden, initialCell, bias], constants) => {
    const { steps, hidden: size, reversed } = constants;
    const transposed = weight.permute([1, 0]);
    const [hidden, cell, gates]: NdArray[][] = [[], [], []];
    hidden[reversed * steps] = initialHidden;
    cell[reversed * steps] = initialCell;
    for (const { step, before, after } of timeline(constants)) {
      const product = plus(partAt(projected, step), multiply(hidden[before], transposed));
      const sum = (bias as NdArray | undefined) === undefined ? product : plus(product, bias);
      const [i, f, g, o] = [sigmoid, sigmoid, tanh, sigmoid].map((activation, index) =>
        elementwise(activation, [columnsAt(sum, index, size)]),
      );
      cell[after] = plus(times(f, cell[before]), times(i, g));
      hidden[after] = times(o, elementwise(tanh, [cell[after]]));
      gates[step] = joinArrays([i, f, g, o], 1);
    }
    return [stackArrays([stackArrays(hidden), stackArrays(cell)]), stackArrays(gates)];
  },
});

/**
 * (grad of states, gates, states, weight) -> gradients of the gates before the activations [steps,
 * batch, 4 hidden], and of the initial states [2, batch, hidden].
 */
export const lstmBackward = defineRoutine<RecurrentConstants>({
  name: 'lstmBackward',
  outputs: ({ steps, batch, hidden }) => [
    [steps, batch, 4 * hidden],
    [2, batch, hidden],
  ],
  compose: ([grad, gates, states, weight], constants) => {
    const { steps, batch, hidden: size, reversed } = constants;
    const [ofHidden, ofCell] = [partAt(grad, 0), partAt(grad, 1)];
    const cell = partAt(states, 1);
    const gradGates: NdArray[] = [];
    let gradHidden = filled(grad.backend, [batch, size], 0);
    let gradCell = filled(grad.backend, [batch, size], 0);
    for (const { step, before, after } of timeline(constants).reverse()) {
      const parts = partAt(gates, step);
      const [i, f, g, o] = [0, 1, 2, 3].map((index) => columnsAt(parts, index, size));
      const active = elementwise(tanh, [partAt(cell, after)]);
      const dh = plus(gradHidden, partAt(ofHidden, after));
      const dc = plus(
        gradCell,
        partAt(ofCell, after),
        elementwise(tanhGrad, [times(dh, o), active]),
      );
      gradGates[step] = joinArrays(
        [
          elementwise(sigmoidGrad, [times(dc, g), i]),
          elementwise(sigmoidGrad, [times(dc, partAt(cell, before)), f]),
          elementwise(tanhGrad, [times(dc, i), g]),
          elementwise(sigmoidGrad, [times(dh, active), o]),
        ],
        1,
      );
      gradHidden = multiply(gradGates[step], weight);
      gradCell = times(dc, f);
    }
    const initial = reversed * steps;
    const gradInitial = [
      plus(gradHidden, partAt(ofHidden, initial)),
      plus(gradCell, partAt(ofCell, initial)),
    ];
    return [stackArrays(gradGates), stackArrays(gradInitial)];
  },
});

/**
 * The op behind `LSTM`: projected inputs [steps, batch, 4 hidden], weight [4 hidden, hidden], initial
 * hidden and cell state [batch, hidden], optionally bias [4 hidden] -> states [2, steps + 1, batch,
 * hidden]; see `lstmForward`.
 */
export const lstmOp = defineOp<RecurrentAttributes>({
  name: 'lstm',
  infer: (shapes) => {
    checkRecurrent('lstm', 4, shapes, 2);
    const [[steps, batch], [, hidden]] = shapes;
    return [2, steps + 1, batch, hidden];
  },
  forward: (inputs, attributes, save) => {
    const constants = recurrentConstants(inputs[0].shape, inputs[1].shape, attributes);
    const [states, gates] = lstmForward(inputs, constants);
    save(gates);
    return states;
  },
  backward: ({ grad, inputs: [projected, weight], output, attributes, saved: [gates] }) => {
    const constants = recurrentConstants(projected.shape, weight.shape, attributes);
    const rows = constants.steps * constants.batch;
    let cached: readonly NdArray[] | null = null;
    const gradients = (): readonly NdArray[] =>
      (cached ??= lstmBackward([grad, gates, output, weight], constants));
    const gradGates = (): NdArray => gradients()[0].reshape([rows, weight.shape[0]]);
    return [
      () => gradients()[0],
      () => multiply(gradGates().permute([1, 0]), statesBefore(output, constants)),
      () => partAt(gradients()[1], 0),
      () => partAt(gradients()[1], 1),
      () => sumOver(gradGates(), [0]).reshape([weight.shape[0]]),
    ];
  },
  samples: [
    { title: 'forward', inputs: recurrentInputs(4, 2, [3, 2, 3]), attributes: { reversed: false } },
    { title: 'reversed', inputs: recurrentInputs(4, 2, [3, 2, 3]), attributes: { reversed: true } },
    {
      title: 'without bias',
      inputs: recurrentInputs(4, 2, [2, 3, 5]).slice(0, 4),
      attributes: { reversed: false },
    },
    {
      title: 'one step',
      inputs: recurrentInputs(4, 2, [1, 1, 4]),
      attributes: { reversed: false },
    },
  ],
});
