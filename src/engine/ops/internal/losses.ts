// Helpers of the loss functions: reduction to a number, and checks of their arguments.

import { ArgumentError, ShapeError } from '../../errors.js';
import { describeValue } from '../../options.js';
import { broadcastStrides, format, sameShape, type Shape } from '../../shape.js';
import type { Tensor } from '../../tensor.js';
import { mean, sum } from '../reduce.js';
import { type Operand, toTensors } from './operands.js';

/**
 * Reduction of the losses of a batch to one number. `none` returns one loss per row (or element).
 */
export type Reduction = 'mean' | 'sum' | 'none';

/** @throws ArgumentError if `reduction` is not one of `accepted` */
export function checkReduction(
  caller: string,
  reduction: string,
  accepted: readonly string[] = ['mean', 'sum', 'none'],
): void {
  if (accepted.includes(reduction)) return;
  const names = accepted.map((name) => `"${name}"`);
  throw new ArgumentError(
    `${caller}: reduction must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, ` +
      `got ${describeValue(reduction)}`,
  );
}

/** @throws ArgumentError if `reduction` is unknown */
export function reduceLosses(losses: Tensor, reduction: Reduction): Tensor {
  checkReduction('loss', reduction);
  if (reduction === 'none') return losses;
  return reduction === 'mean' ? mean(losses) : sum(losses);
}

/** @throws ShapeError if prediction and target differ in shape */
export function checkSameShape(caller: string, prediction: Shape, target: Shape): void {
  if (!sameShape(prediction, target)) {
    throw new ShapeError(
      `${caller}: prediction ${format(prediction)} and target ${format(target)} differ`,
    );
  }
}

/**
 * A weight as a tensor. As in PyTorch, losses have no gradient with respect to weights.
 *
 * @param what the option, for the message: `nllLoss: weight`
 * @throws ArgumentError if it requires a gradient, or is neither a tensor nor a number
 * @throws ShapeError if it cannot be broadcast to the shape of `prediction`
 */
export function weightTensor(weight: Operand, prediction: Tensor, what: string): Tensor {
  const [tensor] = toTensors(what, weight, prediction);
  checkConstant(tensor, what);
  const { shape } = tensor;
  broadcastStrides(shape, shape, prediction.shape, what); // throws if it cannot be expanded
  return tensor;
}

/** @throws ArgumentError if a weight requires a gradient, which losses do not compute */
export function checkConstant(weight: Tensor, what: string): void {
  if (!weight.requiresGrad) return;
  throw new ArgumentError(
    `${what} ${format(weight.shape)} requires a gradient, but the loss has no gradient with respect to it; pass weight.detach()`,
  );
}
