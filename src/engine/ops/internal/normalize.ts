// The common part of layer norm, group norm and RMS norm: rows shifted to mean 0 and scaled to
// variance 1, times a weight plus a bias.

import { inverseDeviation } from '../../../../kernels/batchNorm.js';
import { add, mul, scaleShift, sub } from '../../../../kernels/elementwise.js';
import type { GradientThunk } from '../../autograd.js';
import { elementwise, filled, sumOver } from '../../launch.js';
import type { NdArray } from '../../ndarray.js';
import { defineOp, type Op, type OpDefinition } from '../../op.js';
import { defineRoutine } from '../../routine.js';
import { sizeOf, type Shape } from '../../shape.js';

/** How the elements of x divide into rows, and the parameters among the elements of a row. */
export interface NormGeometry {
  /** Row r belongs to group r % groups. */
  readonly groups: number;
  /** Number of parameters of a group, and of a row. */
  readonly perGroup: number;
  /** Number of adjacent elements of a row that share a parameter. */
  readonly inner: number;
  /** Whether the mean is subtracted. */
  readonly isCentered: boolean;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** x is [rows, size] with size = perGroup * inner; see `NormGeometry`. */
type NormConstants = Readonly<
  Record<'rows' | 'size' | 'groups' | 'perGroup' | 'inner' | 'centered', number>
>;

/** Axes of rows by group and parameter: [rows / groups, groups, parameters of a group, inner]. */
const byParameter = ({ rows, groups, perGroup, inner }: NormConstants): Shape => [
  rows / groups,
  groups,
  perGroup,
  inner,
];

/** The mean of each row of x [rows, size]. */
const rowMean = (x: NdArray, size: number, summand = 0): NdArray =>
  elementwise(scaleShift, [sumOver(x, [1])], { factor: 1 / size, summand });

/** x * weight in the shape of x; weight has one element for each parameter. */
function timesParameters(x: NdArray, weight: NdArray, constants: NormConstants): NdArray {
  const [, ...shape] = byParameter(constants).with(3, 1);
  const product = elementwise(mul, [x.reshape(byParameter(constants)), weight.reshape(shape)]);
  return product.reshape(x.shape);
}

/** (x, weight, bias) -> y [rows, size], mean [rows, 1], inverse deviation [rows, 1]. */
export const normalizeForward = defineRoutine<NormConstants, Readonly<Record<'epsilon', number>>>({
  name: 'normalizeForward',
  outputs: ({ rows, size }) => [
    [rows, size],
    [rows, 1],
    [rows, 1],
  ],
  compose: (inputs, constants, { epsilon }) => {
    const { rows, size, centered } = constants;
    const x = inputs[0].reshape([rows, size]);
    const [, weight, bias] = inputs;
    const mean = centered === 1 ? rowMean(x, size) : filled(x.backend, [rows, 1], 0);
    const deviation = elementwise(sub, [x, mean]);
    const variance = rowMean(elementwise(mul, [deviation, deviation]), size);
    const inverse = elementwise(inverseDeviation, [variance], { epsilon });
    const weighted = timesParameters(elementwise(mul, [deviation, inverse]), weight, constants);
    const [, ...shape] = byParameter(constants).with(3, 1);
    const y = elementwise(add, [weighted.reshape(byParameter(constants)), bias.reshape(shape)]);
    return [y.reshape([rows, size]), mean, inverse];
  },
});

/**
 * (grad, x, weight, mean, inverse deviation) -> gradients of x [rows, size], weight and bias.
 *
 * With n = (x - mean) * inverse and g = grad * weight: dx = inverse * (g - mean of g - n * mean of
 * g * n), where RMS norm lacks the mean of g; dweight = sum of grad * n; dbias = sum of grad.
 */
export const normalizeBackward = defineRoutine<NormConstants>({
  name: 'normalizeBackward',
  outputs: ({ rows, size, groups, perGroup }) => [
    [rows, size],
    [groups * perGroup],
    [groups * perGroup],
  ],
  compose: (inputs, constants) => {
    const { rows, size, groups, perGroup, centered } = constants;
    const [grad, x] = inputs.slice(0, 2).map((array) => array.reshape([rows, size]));
    const [weight, mean, inverse] = inputs.slice(2);
    const normalized = elementwise(mul, [elementwise(sub, [x, mean]), inverse]);
    const weighted = timesParameters(grad, weight, constants);
    const slope = rowMean(elementwise(mul, [weighted, normalized]), size);
    let deviation = elementwise(sub, [weighted, elementwise(mul, [normalized, slope])]);
    if (centered === 1) deviation = elementwise(sub, [deviation, rowMean(weighted, size)]);
    const perParameter = (array: NdArray): NdArray =>
      sumOver(array.reshape(byParameter(constants)), [0, 3]).reshape([groups * perGroup]);
    return [
      elementwise(mul, [deviation, inverse]),
      perParameter(elementwise(mul, [grad, normalized])),
      perParameter(grad),
    ];
  },
});

function constantsOf(x: NdArray, geometry: NormGeometry): NormConstants {
  const { groups, perGroup, inner, isCentered } = geometry;
  const size = perGroup * inner;
  // Without elements, the number of rows does not matter.
  const rows = size === 0 ? 0 : x.size / size;
  return { rows, size, groups, perGroup, inner, centered: Number(isCentered) };
}

/** Weight and bias; 1 and 0 where an op has none. */
function parametersOf(
  inputs: readonly NdArray[],
  { groups, perGroup }: NormGeometry,
): [weight: NdArray, bias: NdArray] {
  const shape = [groups * perGroup];
  const constant = (value: number): NdArray => filled(inputs[0].backend, shape, value);
  return [inputs.at(1) ?? constant(1), inputs.at(2) ?? constant(0)];
}

/** The parts of a normalization op. */
interface NormDefinition<A> extends Pick<OpDefinition<A>, 'name' | 'samples'> {
  /** Validates the shapes of x, weight and bias. */
  readonly check: (shapes: readonly Shape[], attributes: A) => void;
  readonly geometry: (shapes: readonly Shape[], attributes: A) => NormGeometry;
}

/** Defines an op of x and optionally weight and bias, all of any shape. */
export function defineNormalization<A>(definition: NormDefinition<A>): Op<A> {
  const { name, samples, check, geometry } = definition;
  const shapesOf = (inputs: readonly NdArray[]): Shape[] => inputs.map(({ shape }) => shape);
  return defineOp<A>({
    name,
    infer: (shapes, attributes) => {
      check(shapes, attributes);
      return shapes[0];
    },
    forward: (inputs, attributes, save) => {
      const [x] = inputs;
      const norm = geometry(shapesOf(inputs), attributes);
      const { epsilon } = norm;
      const [weight, bias] = parametersOf(inputs, norm);
      const constants = constantsOf(x, norm);
      const [y, ...statistics] = normalizeForward([x, weight, bias], constants, { epsilon });
      statistics.forEach(save);
      return y.reshape(x.shape);
    },
    backward: ({ grad, inputs, attributes, saved }) => {
      let results: readonly NdArray[] | null = null;
      const result = (index: number): NdArray => {
        const norm = geometry(shapesOf(inputs), attributes);
        const [weight] = parametersOf(inputs, norm);
        const operands = [grad, inputs[0], weight, ...saved];
        results ??= normalizeBackward(operands, constantsOf(inputs[0], norm));
        return results[index];
      };
      return inputs.map(
        ({ shape }, index): GradientThunk =>
          () =>
            sizeOf(shape) === 0 ? filled(grad.backend, shape, 0) : result(index).reshape(shape),
      );
    },
    samples,
  });
}
