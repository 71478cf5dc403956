// What the LSTM and GRU ops share: the layout of the states of a sequence.
// Slot t of the states [steps + 1, batch, hidden] is the state before step t, slot t + 1 the one
// after it. If time runs backward, the two are swapped, and the initial state is in the last slot.

import type { SampleInput } from '../../op.js';
import { anywhere } from '../../sample.js';
import type { NdArray } from '../../ndarray.js';
import { ShapeError } from '../../errors.js';
import { format, sameShape, type Shape } from '../../shape.js';
import { joinArrays } from './concatArrays.js';

/** Attributes of the ops. */
export interface RecurrentAttributes {
  /** Whether the sequence runs from the last step to the first. */
  readonly reversed: boolean;
}

/** `reversed` is 1 or 0. */
export type RecurrentConstants = Readonly<
  Record<'steps' | 'batch' | 'hidden' | 'reversed', number>
>;

/** The sizes of the projected inputs [steps, batch, gates * hidden]. */
export function recurrentConstants(
  projected: Shape,
  weight: Shape,
  { reversed }: RecurrentAttributes,
): RecurrentConstants {
  return {
    steps: projected[0],
    batch: projected[1],
    hidden: weight[1],
    reversed: reversed ? 1 : 0,
  };
}

/** @throws ShapeError unless the shapes of an op with `gates` gates fit each other */
export function checkRecurrent(
  name: string,
  gates: number,
  [projected, weight, ...rest]: readonly Shape[],
  stateCount: number,
): void {
  const hidden = weight.at(-1)!;
  const states = rest.slice(0, stateCount);
  const bias = rest.at(stateCount);
  const rows = gates * hidden;
  const fits =
    projected.length === 3 &&
    projected[2] === rows &&
    sameShape(weight, [rows, hidden]) &&
    states.every((state) => sameShape(state, [projected[1], hidden])) &&
    (bias === undefined || sameShape(bias, [rows]));
  if (!fits) {
    throw new ShapeError(
      `${name}: needs projected inputs [steps, batch, ${gates} hidden], weights [${gates} hidden, ` +
        `hidden], states [batch, hidden] and optionally a bias [${gates} hidden], got ` +
        [projected, weight, ...rest].map(format).join(' '),
    );
  }
}

/** The steps in the order of time, each with the slots before and after it. */
export function timeline({
  steps,
  reversed,
}: RecurrentConstants): { step: number; before: number; after: number }[] {
  const order = Array.from({ length: steps }, (_, step) => ({
    step,
    before: step + reversed,
    after: step + 1 - reversed,
  }));
  return reversed === 1 ? order.reverse() : order;
}

/** Element `index` of the first axis, without that axis. */
export const partAt = (x: NdArray, index: number): NdArray =>
  x.slice(0, index, index + 1).reshape(x.shape.slice(1));

/** Columns `index * size` to `(index + 1) * size` of a matrix. */
export const columnsAt = (x: NdArray, index: number, size: number): NdArray =>
  x.slice(1, index * size, (index + 1) * size);

/** Stacks arrays of one shape along a new first axis. */
export const stackArrays = (arrays: readonly NdArray[]): NdArray =>
  joinArrays(
    arrays.map((array) => array.reshape([1, ...array.shape])),
    0,
  );

/**
 * The state before each step, [steps * batch, hidden]: a view of states [..., steps + 1, batch,
 * hidden].
 */
export function statesBefore(
  states: NdArray,
  { steps, batch, hidden, reversed }: RecurrentConstants,
): NdArray {
  return states.view(
    [steps * batch, hidden],
    [hidden, 1],
    states.offset + reversed * batch * hidden,
  );
}

/** Weights as layers are initialized: larger ones make the gradients of long sequences explode. */
const initialWeights = (rows: number, hidden: number): SampleInput => ({
  shape: [rows, hidden],
  differentiable: true,
  values: (rng) => {
    const bound = 1 / Math.sqrt(hidden);
    return Float64Array.from({ length: rows * hidden }, () => rng.between(-bound, bound));
  },
});

/** Inputs of a sample: projected inputs, weights, `stateCount` states and a bias. */
export const recurrentInputs = (
  gates: number,
  stateCount: number,
  [steps, batch, hidden]: readonly [steps: number, batch: number, hidden: number],
): SampleInput[] => [
  anywhere(steps, batch, gates * hidden),
  initialWeights(gates * hidden, hidden),
  ...Array.from({ length: stateCount }, () => anywhere(batch, hidden)),
  anywhere(gates * hidden),
];
