// Fusion: replaces consecutive layers of a Sequential by one operation.
// It changes only the computation: layers, names, parameters and modes stay the same.

import { batchNormReluPool } from '../engine/ops/batchNormReluPool.js';
import { isRecording, noGrad } from '../engine/current.js';
import { convNormReluPool } from '../engine/ops/convNormReluPool.js';
import { linearRelu } from '../engine/ops/linear.js';
import type { Tensor } from '../engine/tensor.js';
import { hasOwnForward } from './hooks.js';
import { ReLU } from './layers/activation.js';
import { BatchNorm2d } from './layers/batchNorm.js';
import { Conv2d } from './layers/conv2d.js';
import { Linear } from './layers/linear.js';
import type { Layer, Module } from './module.js';
import { MaxPool2d } from './layers/pool.js';

/** One step of a Sequential: a layer, or one operation for several layers. */
export interface Step {
  forward(x: Tensor): Tensor;
}

/**
 * Number of leading layers that a rule fuses, and the fused step; null if the rule does not match.
 */
type Rule = (layers: readonly Layer[]) => { readonly count: number; readonly step: Step } | null;

/**
 * Whether a layer is exactly of this class and has no hooks. A subclass may compute something else.
 */
function isExactly<T extends Module>(
  layer: Module | undefined,
  type: abstract new (...args: never[]) => T,
): layer is T {
  return layer?.constructor === type && !hasOwnForward(layer);
}

/** Whether the windows are 2x2 with stride 2, without padding, and within the image. */
function isPool2x2({ options: { window, stride, padding, ceilMode } }: MaxPool2d): boolean {
  const isTwoByTwo = [...window, ...stride].every((size) => size === 2);
  return isTwoByTwo && padding.every((size) => size === 0) && !ceilMode;
}

/**
 * [BatchNorm2d, ReLU, MaxPool2d 2x2] -> batchNormReluPool, which need not store intermediate
 * results.
 */
const normReluPool: Rule = ([norm, relu, pool]) => {
  if (
    !isExactly(norm, BatchNorm2d) ||
    !isExactly(relu, ReLU) ||
    !isExactly(pool, MaxPool2d) ||
    !isPool2x2(pool)
  )
    return null;
  return { count: 3, step: { forward: (x) => norm.applyWith(batchNormReluPool, x) } };
};

/**
 * [Conv2d, BatchNorm2d, ReLU, MaxPool2d 2x2] -> convNormReluPool, for inference: no graph is
 * recorded (no input and no parameter requires a gradient, or `noGrad`), and batch norm has
 * parameters and uses its running statistics. Otherwise the convolution, followed by
 * `normReluPool`.
 */
const convNormReluPoolRule: Rule = ([conv, norm, ...rest]) => {
  const fusedTail = normReluPool([norm, ...rest]);
  if (!isExactly(conv, Conv2d) || !isExactly(norm, BatchNorm2d) || fusedTail === null) return null;
  const forward = (x: Tensor): Tensor => {
    const { weight, bias, options } = conv;
    const { padding } = options;
    const { weight: gamma, bias: beta, attributes } = norm;
    const requiresGrad = [x, weight, bias, gamma, beta].some((input) => input?.requiresGrad);
    const usesBatch = (isRecording() && requiresGrad) || attributes.training;
    if (usesBatch || padding === 'same' || gamma === null || beta === null) {
      return fusedTail.step.forward(conv.forward(x));
    }
    const operands = { weight, bias, options: { ...options, padding }, gamma, beta, attributes };
    return noGrad(() => convNormReluPool(x, operands));
  };
  return { count: 4, step: { forward } };
};

/** [Linear, ReLU] -> linearRelu. */
const linearThenRelu: Rule = ([layer, relu]) => {
  if (!isExactly(layer, Linear) || !isExactly(relu, ReLU)) return null;
  return { count: 2, step: { forward: (x) => linearRelu(x, layer.weight, layer.bias) } };
};

const RULES: readonly Rule[] = [convNormReluPoolRule, normReluPool, linearThenRelu];

/** The first rule that matches the leading layers; if none does, the first layer alone. */
function nextStep(layers: readonly Layer[]): { readonly count: number; readonly step: Step } {
  for (const rule of RULES) {
    const match = rule(layers);
    if (match !== null) return match;
  }
  return { count: 1, step: layers[0] };
}

/** The steps that compute the layers in order, fused where a rule matches. */
export function fuse(layers: readonly Layer[]): readonly Step[] {
  const steps: Step[] = [];
  let next = 0;
  while (next < layers.length) {
    const { count, step } = nextStep(layers.slice(next));
    steps.push(step);
    next += count;
  }
  return steps;
}
