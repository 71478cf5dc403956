// Powers: a constant or a tensor as exponent, square, reciprocal and inverse square root.

import { pow as powKernel, powGrad, scaleShift } from '../../../kernels/elementwise.js';
import * as kernels from '../../../kernels/power.js';
import { elementwise } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type NoAttributes } from '../op.js';
import { anywhere, awayFromZero, positive } from '../sample.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { div, mul } from './arithmetic.js';
import { broadcast, type Operand, toTensors } from './internal/operands.js';
import { sqrt } from './unary.js';

/** (-1)^exponent: -1 for an odd integer, 1 for an even one or an infinity, NaN for a fraction. */
function signOfPower(exponent: number): number {
  if (Number.isInteger(exponent)) return exponent % 2 === 0 ? 1 : -1;
  return Math.abs(exponent) === Infinity ? 1 : NaN;
}

const power = (x: NdArray, exponent: number): NdArray =>
  elementwise(powKernel, [x], { exponent, sign: signOfPower(exponent) });

/** The op behind `pow` with a number as exponent: one input of any shape. */
export const powOp = defineOp<{ readonly exponent: number }>({
  name: 'pow',
  infer: ([x]) => x,
  forward: ([x], { exponent }) => power(x, exponent),
  // p x^(p-1)
  backward: ({ grad, inputs: [x], attributes: { exponent } }) => [
    () => elementwise(powGrad, [grad, power(x, exponent - 1)], { exponent }),
  ],
  samples: [
    { title: 'square', inputs: [awayFromZero(2, 3)], attributes: { exponent: 2 } },
    { title: 'cube', inputs: [awayFromZero(2, 3)], attributes: { exponent: 3 } },
    { title: 'reciprocal', inputs: [awayFromZero(2, 3)], attributes: { exponent: -1 } },
    { title: 'fraction', inputs: [positive(2, 3)], attributes: { exponent: 1.5 } },
  ],
});

const integers = { ...anywhere(5), differentiable: false, values: () => [-2, -1, 0, 2, 3] };

/** The op behind `pow` with a tensor as exponent: base and exponent broadcast. */
export const powTensorOp = defineOp<NoAttributes>({
  name: 'powTensor',
  infer: broadcast('pow'),
  forward: (inputs) => elementwise(kernels.powTensor, inputs, { invalid: NaN }),
  backward: ({ grad, inputs: [base, exponent], output }) => [
    // p b^(p-1)
    () => {
      const lowerExponent = elementwise(scaleShift, [exponent], { factor: 1, summand: -1 });
      const lower = elementwise(kernels.powTensor, [base, lowerExponent], { invalid: NaN });
      return elementwise(kernels.powTensorGradBase, [grad, exponent, lower]);
    },
    // b^p log b
    () =>
      elementwise(kernels.powTensorGradExponent, [grad, base, exponent, output], { invalid: NaN }),
  ],
  samples: [
    { title: 'equal shapes', inputs: [positive(3, 4), anywhere(3, 4)], attributes: {} },
    { title: 'column and row', inputs: [positive(4, 1), anywhere(1, 3)], attributes: {} },
    { title: 'scalar base', inputs: [positive(), anywhere(2, 3)], attributes: {} },
    { title: 'any base, integers', inputs: [awayFromZero(4, 5), integers], attributes: {} },
  ],
});

/**
 * base to the power of exponent, elementwise, broadcast; each is a tensor or a number.
 *
 * NaN for a negative base and a fractional exponent; 0^0 is 1, and 0 to a negative power is
 * Infinity. The gradient of the exponent is base^exponent log(base): 0 for base 0 and an exponent of
 * at least 0, NaN for a negative base.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://pytorch.org/docs/stable/generated/torch.pow.html
 * @example
 * print(await scope(() => pow(2, tensor([0, 1, 0.5])).data())); // [1, 2, 1.4142]
 */
export function pow(base: Operand, exponent: Operand): Tensor {
  if (typeof exponent !== 'number' || typeof base === 'number') {
    return powTensorOp(toTensors('pow', base, exponent), {});
  }
  return powOp([base], { exponent });
}

/**
 * x^2, elementwise; any shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.square.html
 * @example
 * print(await scope(() => square(tensor([-3, 2])).data())); // [9, 4]
 */
export function square(x: Tensor): Tensor {
  checkTensor(x, 'square: x');
  return mul(x, x);
}

/**
 * 1 / x, elementwise; any shape. Infinity at 0, -Infinity at -0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.reciprocal.html
 * @example
 * print(await scope(() => reciprocal(tensor([-2, 4])).data())); // [-0.5, 0.25]
 */
export function reciprocal(x: Tensor): Tensor {
  checkTensor(x, 'reciprocal: x');
  return div(1, x);
}

/**
 * 1 / sqrt(x), elementwise; any shape. Infinity at 0, NaN below.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.rsqrt.html
 * @example
 * print(await scope(() => rsqrt(tensor([4, 16])).data())); // [0.5, 0.25]
 */
export function rsqrt(x: Tensor): Tensor {
  checkTensor(x, 'rsqrt: x');
  return div(1, sqrt(x));
}
