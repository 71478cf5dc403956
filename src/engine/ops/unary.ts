// Elementwise functions of one tensor: exponential, logarithm, square root, absolute value, clamp.

import * as kernels from '../../../kernels/elementwise.js';
import { ArgumentError } from '../errors.js';
import { elementwise } from '../launch.js';
import { defineOp, type NoAttributes } from '../op.js';
import { anywhere, awayFromZero, distinct, positive } from '../sample.js';
import type { Tensor } from '../tensor.js';

/** The op behind `exp`: one input of any shape. */
export const expOp = defineOp<NoAttributes>({
  name: 'exp',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.exp, [x]),
  backward: ({ grad, output }) => [() => elementwise(kernels.mul, [grad, output])], // d e^x = e^x
  samples: [{ title: 'any sign', inputs: [anywhere(2, 3)], attributes: {} }],
});

/** The op behind `log`: one input of any shape. */
export const logOp = defineOp<NoAttributes>({
  name: 'log',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.log, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.div, [grad, x])], // d log x = 1/x
  samples: [{ title: 'positive', inputs: [positive(2, 3)], attributes: {} }],
});

/** The op behind `sqrt`: one input of any shape. */
export const sqrtOp = defineOp<NoAttributes>({
  name: 'sqrt',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.sqrt, [x]),
  // 1 / (2 sqrt x)
  backward: ({ grad, output }) => [() => elementwise(kernels.sqrtGrad, [grad, output])],
  samples: [{ title: 'positive', inputs: [positive(2, 3)], attributes: {} }],
});

/** The op behind `abs`: one input of any shape. */
export const absOp = defineOp<NoAttributes>({
  name: 'abs',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.abs, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.absGrad, [grad, x])], // sign x
  samples: [{ title: 'both signs', inputs: [awayFromZero(3, 3)], attributes: {} }],
});

/** Attributes of `clampOp`: the lower and the upper bound. */
export interface ClampAttributes {
  readonly low: number;
  readonly high: number;
}

/** The op behind `clamp`: one input of any shape. */
export const clampOp = defineOp<ClampAttributes>({
  name: 'clamp',
  infer: ([x], { low, high }) => {
    if (!(low <= high)) throw new ArgumentError(`clamp: low ${low} must not exceed high ${high}`);
    return x;
  },
  forward: ([x], { low, high }) => elementwise(kernels.clamp, [x], { low, high }),
  backward: ({ grad, inputs: [x], attributes: { low, high } }) => [
    () => elementwise(kernels.clampGrad, [grad, x], { low, high }), // 1 inside, 0 outside
  ],
  samples: [{ title: 'both ends', inputs: [distinct(8, 8)], attributes: { low: -0.5, high: 0.6 } }],
});

/**
 * e^x, elementwise; any shape.
 *
 * @example
 * print(await scope(() => exp(tensor([0, 1])).data())); // [1, 2.7183]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.exp.html
 */
export function exp(x: Tensor): Tensor {
  return expOp([x], {});
}

/**
 * Natural logarithm, elementwise; any shape. NaN below 0, -Infinity at 0.
 *
 * @example
 * print(await scope(() => log(tensor([1, 2])).data())); // [0, 0.6931]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.log.html
 */
export function log(x: Tensor): Tensor {
  return logOp([x], {});
}

/**
 * Square root, elementwise; any shape. NaN below 0.
 *
 * @example
 * print(await scope(() => sqrt(tensor([4, 9])).data())); // [2, 3]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.sqrt.html
 */
export function sqrt(x: Tensor): Tensor {
  return sqrtOp([x], {});
}

/**
 * |x|, elementwise; any shape. The gradient at 0 is 0, as in PyTorch.
 *
 * @example
 * print(await scope(() => abs(tensor([-4, 9])).data())); // [4, 9]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.abs.html
 */
export function abs(x: Tensor): Tensor {
  return absOp([x], {});
}

/**
 * x limited to [low, high]; the gradient passes where low <= x <= high.
 *
 * @throws ArgumentError if low exceeds high
 * @example
 * print(await scope(() => clamp(tensor([-1, 0.5, 2]), 0, 1).data())); // [0, 0.5, 1]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return clampOp([x], { low, high });
}
