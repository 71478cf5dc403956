// Activation functions: ReLU, leaky ReLU, sigmoid, tanh, GELU, softplus, SiLU, ELU.

import * as kernels from '../../../kernels/activation.js';
import { erf } from '../../../kernels/special.js';
import { ArgumentError } from '../errors.js';
import { elementwise } from '../launch.js';
import { defineOp, type NoAttributes } from '../op.js';
import { checkOptions, describeValue } from '../options.js';
import { anywhere, awayFromZero } from '../sample.js';
import type { Tensor } from '../tensor.js';

/** The op behind `relu`: one input of any shape. */
export const reluOp = defineOp<NoAttributes>({
  name: 'relu',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.relu, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.reluGrad, [grad, x])],
  samples: [{ title: 'both signs', inputs: [awayFromZero(3, 5)], attributes: {} }],
});

/** The op behind `leakyRelu`: one input of any shape; `slope` is the negative slope. */
export const leakyReluOp = defineOp<{ readonly slope: number }>({
  name: 'leakyRelu',
  infer: ([x]) => x,
  forward: ([x], { slope }) => elementwise(kernels.leakyRelu, [x], { slope }),
  backward: ({ grad, inputs: [x], attributes: { slope } }) => [
    () => elementwise(kernels.leakyReluGrad, [grad, x], { slope }),
  ],
  samples: [{ title: 'both signs', inputs: [awayFromZero(3, 5)], attributes: { slope: 0.1 } }],
});

/** The op behind `sigmoid`: one input of any shape. */
export const sigmoidOp = defineOp<NoAttributes>({
  name: 'sigmoid',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.sigmoid, [x]),
  backward: ({ grad, output }) => [() => elementwise(kernels.sigmoidGrad, [grad, output])],
  samples: [{ title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} }],
});

/** The op behind `tanh`: one input of any shape. */
export const tanhOp = defineOp<NoAttributes>({
  name: 'tanh',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.tanh, [x]),
  backward: ({ grad, output }) => [() => elementwise(kernels.tanhGrad, [grad, output])],
  samples: [{ title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} }],
});

/** Attributes of `geluOp`, and options of `gelu`. */
export interface GeluOptions {
  /** `none` (default) computes the exact function, `tanh` an approximation. */
  readonly approximate?: 'none' | 'tanh';
}

const SQRT_HALF = Math.sqrt(0.5);

/** The op behind `gelu`: one input of any shape. */
export const geluOp = defineOp<Required<GeluOptions>>({
  name: 'gelu',
  infer: ([x]) => x,
  forward: ([x], { approximate }, save) => {
    if (approximate === 'tanh') return elementwise(kernels.geluTanh, [x]);
    const erfOfX = elementwise(erf, [x], { factor: SQRT_HALF });
    save(erfOfX);
    return elementwise(kernels.gelu, [x, erfOfX]);
  },
  backward: ({ grad, inputs: [x], attributes: { approximate }, saved: [erfOfX] }) => [
    () =>
      approximate === 'tanh'
        ? elementwise(kernels.geluTanhGrad, [grad, x])
        : elementwise(kernels.geluGrad, [grad, x, erfOfX]),
  ],
  samples: [
    { title: 'exact', inputs: [anywhere(3, 5)], attributes: { approximate: 'none' } },
    { title: 'tanh', inputs: [anywhere(3, 5)], attributes: { approximate: 'tanh' } },
  ],
});

/** Options of `softplus`. */
export interface SoftplusOptions {
  /** Steepness at 0: the larger, the closer to ReLU. Default 1. */
  readonly beta?: number;
  /** Above this value of beta * x the result is x. Default 20. */
  readonly threshold?: number;
}

/** The op behind `softplus`: one input of any shape. */
export const softplusOp = defineOp<Required<SoftplusOptions>>({
  name: 'softplus',
  infer: ([x], { beta }) => {
    if (!(Number.isFinite(beta) && beta !== 0)) {
      throw new ArgumentError(`softplus: beta must be a finite number other than 0, got ${beta}`);
    }
    return x;
  },
  forward: ([x], { beta, threshold }) => elementwise(kernels.softplus, [x], { beta, threshold }),
  backward: ({ grad, inputs: [x], attributes: { beta, threshold } }) => [
    () => elementwise(kernels.softplusGrad, [grad, x], { beta, threshold }),
  ],
  samples: [
    { title: 'defaults', inputs: [anywhere(3, 5)], attributes: { beta: 1, threshold: 20 } },
    { title: 'steep', inputs: [awayFromZero(3, 5)], attributes: { beta: 5, threshold: 1.5 } },
  ],
});

/** The op behind `silu`: one input of any shape. */
export const siluOp = defineOp<NoAttributes>({
  name: 'silu',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.silu, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.siluGrad, [grad, x])],
  samples: [{ title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} }],
});

/** The op behind `elu`: one input of any shape. */
export const eluOp = defineOp<{ readonly alpha: number }>({
  name: 'elu',
  infer: ([x]) => x,
  forward: ([x], { alpha }) => elementwise(kernels.elu, [x], { alpha }),
  backward: ({ grad, inputs: [x], attributes: { alpha } }) => [
    () => elementwise(kernels.eluGrad, [grad, x], { alpha }),
  ],
  samples: [{ title: 'both signs', inputs: [awayFromZero(3, 5)], attributes: { alpha: 0.7 } }],
});

/**
 * max(x, 0), elementwise; any shape. The gradient at 0 is 0, as in PyTorch.
 *
 * @example
 * print(await scope(() => relu(tensor([-1, 2])).data())); // [0, 2]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
 */
export function relu(x: Tensor): Tensor {
  return reluOp([x], {});
}

/**
 * x where positive, slope * x elsewhere; any shape.
 *
 * @param slope negative slope; default 0.01
 * @example
 * print(await scope(() => leakyRelu(tensor([-1, 2]), 0.1).data())); // [-0.1, 2]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
 */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return leakyReluOp([x], { slope });
}

/**
 * 1 / (1 + e^-x), elementwise; any shape.
 *
 * @example
 * print(await scope(() => sigmoid(tensor([0, 2])).data())); // [0.5, 0.8808]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.sigmoid.html
 */
export function sigmoid(x: Tensor): Tensor {
  return sigmoidOp([x], {});
}

/**
 * Hyperbolic tangent, elementwise; any shape.
 *
 * @example
 * print(await scope(() => tanh(tensor([0, 1])).data())); // [0, 0.7616]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.tanh.html
 */
export function tanh(x: Tensor): Tensor {
  return tanhOp([x], {});
}

/**
 * GELU, x times the normal distribution function at x, elementwise; any shape.
 *
 * @param options `approximate`: `none` (default) computes 0.5 x (1 + erf(x / sqrt(2))); `tanh`
 *   replaces erf by a tanh, which is faster and differs by at most 5e-4
 * @throws ArgumentError if `approximate` is neither
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gelu.html
 * @example
 * print(await scope(() => gelu(tensor([-1, 0, 1]), { approximate: 'tanh' }).data())); // [-0.1588, 0, 0.8412]
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  checkOptions('gelu', options, { approximate: true });
  const { approximate = 'none' } = options;
  if (!(['none', 'tanh'] as unknown[]).includes(approximate)) {
    throw new ArgumentError(
      `gelu: approximate must be "none" or "tanh", got ${describeValue(approximate)}`,
    );
  }
  return geluOp([x], { approximate });
}

/**
 * log(1 + e^(beta x)) / beta, a smooth ReLU, elementwise; any shape. Where beta x exceeds
 * `threshold`, it is x.
 *
 * @throws ArgumentError if `beta` is 0 or not finite
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 * @example
 * print(await scope(() => softplus(tensor([-1, 0, 1]), { beta: 2 }).data())); // [0.0635, 0.3466, 1.0635]
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  checkOptions('softplus', options, { beta: true, threshold: true });
  const { beta = 1, threshold = 20 } = options;
  return softplusOp([x], { beta, threshold });
}

/**
 * SiLU, also called swish: x sigmoid(x), elementwise; any shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
 * @example
 * print(await scope(() => silu(tensor([-1, 0, 1])).data())); // [-0.2689, 0, 0.7311]
 */
export function silu(x: Tensor): Tensor {
  return siluOp([x], {});
}

/**
 * ELU: x where positive, alpha (e^x - 1) elsewhere; any shape. The gradient at 0 is alpha, as in
 * PyTorch.
 *
 * @param alpha the limit for x to -Infinity is -alpha; default 1
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.elu.html
 * @example
 * print(await scope(() => elu(tensor([-1, 0, 1]), 0.5).data())); // [-0.3161, 0, 1]
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  return eluOp([x], { alpha });
}
