// Sign and rounding to integers. Their gradient is 0, as in PyTorch.

import type { Kernel, NoConstants, NoScalars } from '../../../kernels/kernel.js';
import * as kernels from '../../../kernels/rounding.js';
import { elementwise, filled } from '../launch.js';
import { defineOp, type NoAttributes, type Op } from '../op.js';
import { awayFromZero } from '../sample.js';
import type { Tensor } from '../tensor.js';

/** An op of one input that is constant between its jumps. */
const stepFunction = (kernel: Kernel<NoConstants, NoScalars>): Op<NoAttributes> =>
  defineOp<NoAttributes>({
    name: kernel.name,
    infer: ([x]) => x,
    forward: ([x]) => elementwise(kernel, [x]),
    backward: ({ grad }) => [() => filled(grad.backend, grad.shape, 0)],
    samples: [{ title: 'both signs', inputs: [awayFromZero(3, 5)], attributes: {} }],
  });

/** The op behind `sign`: one input of any shape. */
export const signOp = stepFunction(kernels.sign);
/** The op behind `floor`: one input of any shape. */
export const floorOp = stepFunction(kernels.floor);
/** The op behind `ceil`: one input of any shape. */
export const ceilOp = stepFunction(kernels.ceil);
/** The op behind `round`: one input of any shape. */
export const roundOp = stepFunction(kernels.round);

/**
 * -1, 0 or 1, elementwise; any shape. 0 for NaN, as in PyTorch. The gradient is 0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.sign.html
 * @example
 * print(await scope(() => sign(tensor([-3, 0, 0.5])).data())); // [-1, 0, 1]
 */
export function sign(x: Tensor): Tensor {
  return signOp([x], {});
}

/**
 * The largest integer that is at most x, elementwise; any shape. The gradient is 0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.floor.html
 * @example
 * print(await scope(() => floor(tensor([-0.5, 1.5])).data())); // [-1, 1]
 */
export function floor(x: Tensor): Tensor {
  return floorOp([x], {});
}

/**
 * The smallest integer that is at least x, elementwise; any shape. The gradient is 0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.ceil.html
 * @example
 * print(await scope(() => ceil(tensor([-0.5, 1.5])).data())); // [0, 2]
 */
export function ceil(x: Tensor): Tensor {
  return ceilOp([x], {});
}

/**
 * The nearest integer, elementwise; any shape. Halfway between two integers it is the even one, as
 * in PyTorch: 0.5 gives 0, 1.5 and 2.5 give 2. The gradient is 0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.round.html
 * @example
 * print(await scope(() => round(tensor([0.5, 1.5, 2.5])).data())); // [0, 2, 2]
 */
export function round(x: Tensor): Tensor {
  return roundOp([x], {});
}
