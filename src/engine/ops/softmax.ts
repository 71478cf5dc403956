// Softmax and log-softmax along one axis.

import { mul, sub } from '../../../kernels/elementwise.js';
import { argmaxAxis, takeAxis } from '../../../kernels/reduce.js';
import * as kernels from '../../../kernels/softmax.js';
import { checkIndexRange, elementwise, launch, sumOver } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { anywhere } from '../sample.js';
import { splitAtAxis, normalizeAxis } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';

interface AxisAttributes {
  readonly axis: number;
}

/**
 * x minus its maximum along `axis`. This does not change softmax, and it preserves precision in
 * float32. The log of a sum near 1000 has only four decimals; that of shifted values has seven.
 */
export function shiftedByMax(x: NdArray, axis: number): NdArray {
  checkIndexRange(x, x.shape[axis], 'softmax');
  const { size, inner } = splitAtAxis(x.shape, axis);
  const shape = x.shape.with(axis, 1);
  const index = launch(argmaxAxis, [x], shape, { size, inner });
  return elementwise(sub, [x, launch(takeAxis, [x, index], shape, { size, inner })]);
}

/** Log of the sum of exponentials along `axis`, which stays as size 1. */
export function logSumExp(x: NdArray, axis: number): NdArray {
  const { size, inner } = splitAtAxis(x.shape, axis);
  return launch(kernels.logSumExp, [x], x.shape.with(axis, 1), { size, inner });
}

const samples = [
  { title: 'rows', inputs: [anywhere(3, 5)], attributes: { axis: 1 } },
  { title: 'columns', inputs: [anywhere(4, 3)], attributes: { axis: 0 } },
  { title: 'channels', inputs: [anywhere(2, 4, 3)], attributes: { axis: 1 } },
];

/** The op behind `logSoftmax`: one input of any shape; `axis` is non-negative. */
export const logSoftmaxOp = defineOp<AxisAttributes>({
  name: 'logSoftmax',
  infer: ([x]) => x,
  forward: ([x], { axis }) => {
    const { size, inner } = splitAtAxis(x.shape, axis);
    const shifted = shiftedByMax(x, axis);
    return launch(kernels.logSoftmax, [shifted, logSumExp(shifted, axis)], x.shape, {
      size,
      inner,
    });
  },
  // dx = grad - softmax * sum of grad
  backward: ({ grad, output, attributes: { axis } }) => [
    () => {
      const { size, inner } = splitAtAxis(output.shape, axis);
      return launch(kernels.logSoftmaxGrad, [grad, output, sumOver(grad, [axis])], output.shape, {
        size,
        inner,
      });
    },
  ],
  samples,
});

/** The op behind `softmax`: one input of any shape; `axis` is non-negative. */
export const softmaxOp = defineOp<AxisAttributes>({
  name: 'softmax',
  infer: ([x]) => x,
  forward: ([x], { axis }) => {
    const { size, inner } = splitAtAxis(x.shape, axis);
    const shifted = shiftedByMax(x, axis);
    return launch(kernels.softmax, [shifted, logSumExp(shifted, axis)], x.shape, { size, inner });
  },
  // dx = y * (grad - sum of grad * y)
  backward: ({ grad, output, attributes: { axis } }) => [
    () => {
      const { size, inner } = splitAtAxis(output.shape, axis);
      const weighted = sumOver(elementwise(mul, [grad, output]), [axis]);
      return launch(kernels.softmaxGrad, [grad, output, weighted], output.shape, { size, inner });
    },
  ],
  samples,
});

/**
 * exp(x) / sum of exp(x) along one axis, by default the last; same shape as x. Large values do not
 * overflow.
 *
 * @throws ShapeError if the axis is out of range
 * @example
 * print(await scope(() => softmax(tensor([0, 0])).data())); // [0.5, 0.5]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  checkTensor(x, 'softmax: x');
  return softmaxOp([x], { axis: normalizeAxis(axis, x.shape.length, 'softmax') });
}

/**
 * log softmax(x) along one axis, by default the last; same shape as x. More accurate than
 * log(softmax(x)) for small probabilities.
 *
 * @throws ShapeError if the axis is out of range
 * @example
 * print(await scope(() => logSoftmax(tensor([0, 0])).data())); // [-0.6931, -0.6931]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  checkTensor(x, 'logSoftmax: x');
  return logSoftmaxOp([x], { axis: normalizeAxis(axis, x.shape.length, 'logSoftmax') });
}
