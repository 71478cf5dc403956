// Activation functions: ReLU, leaky ReLU, sigmoid, tanh, GELU.

import * as kernels from '../../../kernels/activation.js';
import { elementwise } from '../launch.js';
import { defineOp, type NoAttributes } from '../op.js';
import { anywhere, awayFromZero } from '../sample.js';
import type { Tensor } from '../tensor.js';

export const reluOp = defineOp<NoAttributes>({
  name: 'relu',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.relu, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.reluGrad, [grad, x])],
  samples: [{ title: 'both signs', inputs: [awayFromZero(3, 5)], attributes: {} }],
});

export const leakyReluOp = defineOp<{ readonly slope: number }>({
  name: 'leakyRelu',
  infer: ([x]) => x,
  forward: ([x], { slope }) => elementwise(kernels.leakyRelu, [x], { slope }),
  backward: ({ grad, inputs: [x], attributes: { slope } }) => [
    () => elementwise(kernels.leakyReluGrad, [grad, x], { slope }),
  ],
  samples: [{ title: 'both signs', inputs: [awayFromZero(3, 5)], attributes: { slope: 0.1 } }],
});

export const sigmoidOp = defineOp<NoAttributes>({
  name: 'sigmoid',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.sigmoid, [x]),
  backward: ({ grad, output }) => [() => elementwise(kernels.sigmoidGrad, [grad, output])],
  samples: [{ title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} }],
});

export const tanhOp = defineOp<NoAttributes>({
  name: 'tanh',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.tanh, [x]),
  backward: ({ grad, output }) => [() => elementwise(kernels.tanhGrad, [grad, output])],
  samples: [{ title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} }],
});

export const geluOp = defineOp<NoAttributes>({
  name: 'gelu',
  infer: ([x]) => x,
  forward: ([x]) => elementwise(kernels.gelu, [x]),
  backward: ({ grad, inputs: [x] }) => [() => elementwise(kernels.geluGrad, [grad, x])],
  samples: [{ title: 'both signs', inputs: [anywhere(3, 5)], attributes: {} }],
});

/** max(x, 0). The gradient at 0 is 0, as in PyTorch. */
export function relu(x: Tensor): Tensor {
  return reluOp([x], {});
}

/** x where positive, slope * x elsewhere. Default slope 0.01. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return leakyReluOp([x], { slope });
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  return sigmoidOp([x], {});
}

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return tanhOp([x], {});
}

/** GELU in its tanh form (PyTorch's `approximate='tanh'`). */
export function gelu(x: Tensor): Tensor {
  return geluOp([x], {});
}
