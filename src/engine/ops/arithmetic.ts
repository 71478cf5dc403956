// Elementwise arithmetic with broadcasting; an operand may be a number.

import * as kernels from '../../../kernels/elementwise.js';
import { elementwise, filled } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type Op, type Sample, type NoAttributes } from '../op.js';
import { anywhere, awayFromZero, binary, distinct, positive } from '../sample.js';
import { Tensor } from '../tensor.js';
import { broadcast, type Operand, toTensors } from './internal/operands.js';

export type { Operand } from './internal/operands.js';

/**
 * Samples of the cases of broadcasting: equal shapes, a row, a column, a scalar, and both operands
 * repeated.
 */
function broadcastSamples(
  make: (...shape: number[]) => ReturnType<typeof anywhere>,
): Sample<NoAttributes>[] {
  const shapes: [string, number[], number[]][] = [
    ['equal shapes', [2, 3], [2, 3]],
    ['row', [4, 3], [3]],
    ['column and row', [4, 1], [1, 3]],
    ['scalar', [2, 2], []],
    ['channel', [2, 3, 2, 2], [3, 1, 1]],
  ];
  return shapes.map(([title, a, b]) => ({
    title,
    inputs: [make(...a), make(...b)],
    attributes: {},
  }));
}

/** The op behind `add`: two inputs that broadcast. */
export const addOp = defineOp<NoAttributes>({
  name: 'add',
  infer: broadcast('add'),
  forward: (inputs) => elementwise(kernels.add, inputs),
  backward: ({ grad }) => [() => grad, () => grad], // d(a+b) = da + db
  samples: broadcastSamples(anywhere),
});

/** The op behind `sub`: two inputs that broadcast. */
export const subOp = defineOp<NoAttributes>({
  name: 'sub',
  infer: broadcast('sub'),
  forward: (inputs) => elementwise(kernels.sub, inputs),
  backward: ({ grad }) => [
    () => grad,
    () => elementwise(kernels.scaleShift, [grad], { factor: -1, summand: -0 }), // 0 becomes -0
  ], // da - db
  samples: broadcastSamples(anywhere),
});

/** The op behind `mul`: two inputs that broadcast. */
export const mulOp = defineOp<NoAttributes>({
  name: 'mul',
  infer: broadcast('mul'),
  forward: (inputs) => elementwise(kernels.mul, inputs),
  backward: ({ grad, inputs: [a, b] }) => [
    () => elementwise(kernels.mul, [grad, b]), // d(ab)/da = b
    () => elementwise(kernels.mul, [grad, a]), // d(ab)/db = a
  ],
  samples: broadcastSamples(anywhere),
});

/** The op behind `div`: two inputs that broadcast. */
export const divOp = defineOp<NoAttributes>({
  name: 'div',
  infer: broadcast('div'),
  forward: (inputs) => elementwise(kernels.div, inputs),
  backward: ({ grad, inputs: [a, b] }) => [
    () => elementwise(kernels.div, [grad, b]), // d(a/b)/da = 1/b
    () => elementwise(kernels.divGradDenominator, [grad, a, b]), // d(a/b)/db = -a/b^2
  ],
  samples: broadcastSamples(awayFromZero),
});

/** No ties between the operands, except with probability 0. */
const extremumSamples: readonly Sample<NoAttributes>[] = [
  { title: 'equal shapes', inputs: [anywhere(3, 4), distinct(3, 4)], attributes: {} },
  {
    title: 'scalar',
    inputs: [awayFromZero(3, 4), { ...anywhere(), values: () => [0] }],
    attributes: {},
  },
];

/** The op behind `maximum`: two inputs that broadcast. */
export const maximumOp = defineOp<NoAttributes>({
  name: 'maximum',
  infer: broadcast('maximum'),
  forward: (inputs) => elementwise(kernels.maximum, inputs),
  backward: ({ grad, inputs: [a, b] }) => [
    () => elementwise(kernels.maximumGrad, [grad, a, b]),
    () => elementwise(kernels.maximumGrad, [grad, b, a]),
  ],
  samples: extremumSamples,
});

/** The op behind `minimum`: two inputs that broadcast. */
export const minimumOp = defineOp<NoAttributes>({
  name: 'minimum',
  infer: broadcast('minimum'),
  forward: (inputs) => elementwise(kernels.minimum, inputs),
  // a is the smaller operand where b is the larger one.
  backward: ({ grad, inputs: [a, b] }) => [
    () => elementwise(kernels.maximumGrad, [grad, b, a]),
    () => elementwise(kernels.maximumGrad, [grad, a, b]),
  ],
  samples: extremumSamples,
});

/** The op behind `where`: condition, a and b, all of which broadcast. */
export const whereOp = defineOp<NoAttributes>({
  name: 'where',
  infer: broadcast('where'),
  forward: (inputs) => elementwise(kernels.where, inputs),
  // The gradient of each element goes to the operand it was selected from.
  backward: ({ grad, inputs: [condition] }) => [
    null,
    () => elementwise(kernels.where, [condition, grad, zero(grad)]),
    () => elementwise(kernels.where, [condition, zero(grad), grad]),
  ],
  samples: [
    {
      title: 'equal shapes',
      inputs: [binary(3, 4), anywhere(3, 4), anywhere(3, 4)],
      attributes: {},
    },
    { title: 'broadcast', inputs: [binary(3, 1), anywhere(4), anywhere()], attributes: {} },
  ],
});

function zero(like: NdArray): NdArray {
  return filled(like.backend, [], 0);
}

/** Attributes of `scaleShiftOp`: factor * x + summand. */
export interface ScaleShiftAttributes {
  readonly factor: number;
  readonly summand: number;
}

/** An op that computes factor * x + summand. */
const defineScaleShift = (name: string): Op<ScaleShiftAttributes> =>
  defineOp<ScaleShiftAttributes>({
    name,
    infer: ([x]) => x,
    forward: ([x], { factor, summand }) =>
      elementwise(kernels.scaleShift, [x], { factor, summand }),
    // d(fx + s) = f dx. The summand -0 changes no product, not even -0.
    backward: ({ grad, attributes: { factor } }) => [
      () =>
        factor === 1 ? grad : elementwise(kernels.scaleShift, [grad], { factor, summand: -0 }),
    ],
    samples: [
      { title: 'both', inputs: [anywhere(2, 3)], attributes: { factor: -1.5, summand: 0.25 } },
      { title: 'scalar', inputs: [positive()], attributes: { factor: 2, summand: 0 } },
    ],
  });

/** The op behind `scaleShift`: one input of any shape. */
export const scaleShiftOp = defineScaleShift('scaleShift');

// The ops behind `add`, `sub` and `mul` with a number, which is not expanded to an array. The graph
// shows their names.
const addNumberOp = defineScaleShift('add');
const subNumberOp = defineScaleShift('sub');
const mulNumberOp = defineScaleShift('mul');

/**
 * The operands as a tensor and a number, rounded to its element type; null unless there is one of
 * each.
 */
function tensorAndNumber(a: Operand, b: Operand): [x: Tensor, value: number] | null {
  if (typeof a === 'number') return b instanceof Tensor ? [b, elementOf(b, a)] : null;
  return typeof b === 'number' && a instanceof Tensor ? [a, elementOf(a, b)] : null;
}

const elementOf = ({ array }: Tensor, value: number): number =>
  array.backend.dtype === 'float32' ? Math.fround(value) : value;

/**
 * a + b, elementwise, broadcast.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @example
 * print(await scope(() => add(tensor([[1, 2], [3, 4]]), tensor([10, 20])).data())); // [11, 22, 13, 24]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.add.html
 */
export function add(a: Operand, b: Operand): Tensor {
  const operands = tensorAndNumber(a, b);
  if (operands === null) return addOp(toTensors('add', a, b), {});
  const [x, summand] = operands;
  return addNumberOp([x], { factor: 1, summand });
}

/**
 * a - b, elementwise, broadcast.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @example
 * print(await scope(() => sub(tensor([3, 4]), 1).data())); // [2, 3]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.sub.html
 */
export function sub(a: Operand, b: Operand): Tensor {
  const operands = tensorAndNumber(a, b);
  if (operands === null) return subOp(toTensors('sub', a, b), {});
  const [x, value] = operands;
  const attributes = x === a ? { factor: 1, summand: -value } : { factor: -1, summand: value };
  return subNumberOp([x], attributes);
}

/**
 * a * b, elementwise, broadcast.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @example
 * print(await scope(() => mul(tensor([3, 4]), 2).data())); // [6, 8]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.mul.html
 */
export function mul(a: Operand, b: Operand): Tensor {
  const operands = tensorAndNumber(a, b);
  if (operands === null) return mulOp(toTensors('mul', a, b), {});
  const [x, factor] = operands;
  return mulNumberOp([x], { factor, summand: -0 });
}

/**
 * a / b, elementwise, broadcast; Infinity or NaN where b is 0.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @example
 * print(await scope(() => div(1, tensor([2, 4])).data())); // [0.5, 0.25]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.div.html
 */
export function div(a: Operand, b: Operand): Tensor {
  return divOp(toTensors('div', a, b), {});
}

/**
 * Elementwise maximum of a and b, broadcast. In a tie each gets half of the gradient.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @example
 * print(await scope(() => maximum(tensor([-1, 2]), 0).data())); // [0, 2]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.maximum.html
 */
export function maximum(a: Operand, b: Operand): Tensor {
  return maximumOp(toTensors('maximum', a, b), {});
}

/**
 * Elementwise minimum of a and b, broadcast; NaN if one of them is. In a tie each gets half of the
 * gradient.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.minimum.html
 * @example
 * print(await scope(() => minimum(tensor([1, 5]), 3).print())); // [1, 3]
 */
export function minimum(a: Operand, b: Operand): Tensor {
  return minimumOp(toTensors('minimum', a, b), {});
}

/**
 * a where `condition` is not 0, otherwise b; all three broadcast. `condition` has no gradient.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @example
 * print(await scope(() => where(tensor([1, 0]), tensor([5, 6]), 0).data())); // [5, 0]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.where.html
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return whereOp(toTensors('where', condition, a, b), {});
}

/**
 * factor * x + summand in one pass; any shape.
 *
 * @param summand default 0
 * @example
 * print(await scope(() => scaleShift(tensor([1, 2]), 10, 1).data())); // [11, 21]
 */
export function scaleShift(x: Tensor, factor: number, summand = 0): Tensor {
  return scaleShiftOp([x], { factor, summand });
}

/**
 * -x, elementwise; any shape.
 *
 * @example
 * print(await scope(() => neg(tensor([1, -2])).data())); // [-1, 2]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.neg.html
 */
export function neg(x: Tensor): Tensor {
  return scaleShift(x, -1);
}
