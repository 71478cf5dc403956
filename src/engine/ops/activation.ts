// Activation functions: ReLU, leaky ReLU, sigmoid, tanh, GELU.

import * as kernels from '../../../kernels/activation.js';
import { elementwise } from '../launch.js';
import { defineOp, type NoAttributes } from '../op.js';
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

/** The op behind `gelu`: one input of any shape. */
export const geluOp = defineOp<NoAttributes>({
  name: 'gelu',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.gelu, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.geluGrad, [grad, x])],
  samples: [{ title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} }],
});

/**
 * max(x, 0), elementwise; any shape. The gradient at 0 is 0, as in PyTorch.
 *
 * @example
 * print(await scope(() => relu(tensor([-1, 2])).data())); // [0, 2]
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
 */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return leakyReluOp([x], { slope });
}

/**
 * 1 / (1 + e^-x), elementwise; any shape.
 *
 * @example
 * print(await scope(() => sigmoid(tensor([0, 2])).data())); // [0.5, 0.8808]
 */
export function sigmoid(x: Tensor): Tensor {
  return sigmoidOp([x], {});
}

/**
 * Hyperbolic tangent, elementwise; any shape.
 *
 * @example
 * print(await scope(() => tanh(tensor([0, 1])).data())); // [0, 0.7616]
 */
export function tanh(x: Tensor): Tensor {
  return tanhOp([x], {});
}

/**
 * GELU in its tanh form (PyTorch's `approximate='tanh'`), elementwise; any shape.
 *
 * @example
 * print(await scope(() => gelu(tensor([0, 3])).data())); // [0, 2.9964]
 */
export function gelu(x: Tensor): Tensor {
  return geluOp([x], {});
}
