// Sine, cosine, the error function, and the exponential and logarithm near 0.

import { mul } from '../../../kernels/elementwise.js';
import * as kernels from '../../../kernels/special.js';
import { elementwise } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type NoAttributes } from '../op.js';
import { anywhere, awayFromZero, positive } from '../sample.js';
import type { Tensor } from '../tensor.js';

const near0 = { ...anywhere(6), values: () => [-0.3, -0.2, -1e-3, 1e-3, 0.2, 0.3] };

/** sin(x + quadrants pi / 2). */
const shiftedSin = (x: NdArray, quadrants: number): NdArray =>
  elementwise(kernels.sin, [x], { quadrants });

const bothSigns = [
  { title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} },
  { title: 'several periods', inputs: [{ ...anywhere(20), values: periods }], attributes: {} },
];

function periods(): number[] {
  return Array.from({ length: 20 }, (_, i) => 1.7 * (i - 10));
}

/** The op behind `sin`: one input of any shape. */
export const sinOp = defineOp<NoAttributes>({
  name: 'sin',
  infer: ([x]) => x,
  forward: ([x]) => shiftedSin(x, 0),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(mul, [grad, shiftedSin(x, 1)])], // cos x
  samples: bothSigns,
});

/** The op behind `cos`: one input of any shape. */
export const cosOp = defineOp<NoAttributes>({
  name: 'cos',
  infer: ([x]) => x,
  forward: ([x]) => shiftedSin(x, 1),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(mul, [grad, shiftedSin(x, 2)])], // -sin x
  samples: bothSigns,
});

/** The op behind `log1p`: one input of any shape. */
export const log1pOp = defineOp<NoAttributes>({
  name: 'log1p',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.log1p, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.log1pGrad, [grad, x])],
  samples: [
    { title: 'positive', inputs: [positive(2, 3)], attributes: {} },
    { title: 'near 0', inputs: [near0], attributes: {} },
  ],
});

/** The op behind `expm1`: one input of any shape. */
export const expm1Op = defineOp<NoAttributes>({
  name: 'expm1',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.expm1, [x]),
  backward: ({ grad, output }) => [() => elementwise(kernels.expm1Grad, [grad, output])],
  samples: [
    { title: 'both signs', inputs: [awayFromZero(3, 5)], attributes: {} },
    { title: 'near 0', inputs: [near0], attributes: {} },
  ],
});

/** The op behind `erf`: one input of any shape. */
export const erfOp = defineOp<NoAttributes>({
  name: 'erf',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.erf, [x], { factor: 1 }),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.erfGrad, [grad, x])],
  samples: [{ title: 'both parts', inputs: [anywhere(5, 5)], attributes: {} }],
});

/**
 * Sine of x in radians, elementwise; any shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.sin.html
 * @example
 * print(await scope(() => sin(tensor([0, Math.PI / 2])).data())); // [0, 1]
 */
export function sin(x: Tensor): Tensor {
  return sinOp([x], {});
}

/**
 * Cosine of x in radians, elementwise; any shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.cos.html
 * @example
 * print(await scope(() => cos(tensor([0, Math.PI])).data())); // [1, -1]
 */
export function cos(x: Tensor): Tensor {
  return cosOp([x], {});
}

/**
 * log(1 + x), elementwise; any shape. Accurate also near 0, where log(add(x, 1)) loses the digits of
 * x. NaN below -1, -Infinity at -1.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.log1p.html
 * @example
 * print(await scope(() => log1p(tensor([1e-8, 1])).data())); // [0, 0.6931]
 */
export function log1p(x: Tensor): Tensor {
  return log1pOp([x], {});
}

/**
 * e^x - 1, elementwise; any shape. Accurate also near 0, where sub(exp(x), 1) loses the digits of x.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.expm1.html
 * @example
 * print(await scope(() => expm1(tensor([1e-8, 1])).data())); // [0, 1.7183]
 */
export function expm1(x: Tensor): Tensor {
  return expm1Op([x], {});
}

/**
 * Error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x, elementwise; any shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.erf.html
 * @example
 * print(await scope(() => erf(tensor([-1, 0, 1])).data())); // [-0.8427, 0, 0.8427]
 */
export function erf(x: Tensor): Tensor {
  return erfOp([x], {});
}
