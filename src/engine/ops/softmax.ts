// Softmax and log-softmax along one axis.

import { mul, sub } from '../../../kernels/elementwise.js';
import { argmaxAxis, takeAxis } from '../../../kernels/reduce.js';
import * as kernels from '../../../kernels/softmax.js';
import { checkIndexRange, elementwise, launch, sumOver } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type Op } from '../op.js';
import { defineRoutine } from '../routine.js';
import { anywhere } from '../sample.js';
import { splitAtAxis, normalizeAxis, type Shape } from '../shape.js';
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

/** x is [outer, size, inner], or has as many elements; `isLog` is 1 for log softmax. */
type SoftmaxConstants = Readonly<Record<'outer' | 'size' | 'inner' | 'isLog', number>>;

const shapeOf = ({ outer, size, inner }: SoftmaxConstants): Shape => [outer, size, inner];

/** Softmax or log softmax along the middle axis. */
export const softmaxForward = defineRoutine<SoftmaxConstants>({
  name: 'softmaxForward',
  outputs: (constants) => [shapeOf(constants)],
  compose: ([x], constants) => {
    const shape = shapeOf(constants);
    const shifted = shiftedByMax(x.reshape(shape), 1);
    const kernel = constants.isLog === 1 ? kernels.logSoftmax : kernels.softmax;
    const { size, inner } = constants;
    return [launch(kernel, [shifted, logSumExp(shifted, 1)], shape, { size, inner })];
  },
});

/** (grad, y) -> gradient of the input. */
export const softmaxBackward = defineRoutine<SoftmaxConstants>({
  name: 'softmaxBackward',
  outputs: (constants) => [shapeOf(constants)],
  compose: (inputs, constants) => {
    const shape = shapeOf(constants);
    const [grad, y] = inputs.map((array) => array.reshape(shape));
    const { size, inner, isLog } = constants;
    const terms = isLog === 1 ? grad : elementwise(mul, [grad, y]);
    const kernel = isLog === 1 ? kernels.logSoftmaxGrad : kernels.softmaxGrad;
    return [launch(kernel, [grad, y, sumOver(terms, [1])], shape, { size, inner })];
  },
});

const samples = [
  { title: 'rows', inputs: [anywhere(3, 5)], attributes: { axis: 1 } },
  { title: 'columns', inputs: [anywhere(4, 3)], attributes: { axis: 0 } },
  { title: 'channels', inputs: [anywhere(2, 4, 3)], attributes: { axis: 1 } },
];

/**
 * Softmax or log softmax. Gradients: y * (grad - sum of grad * y) for y = softmax, and
 * grad - e^y * sum of grad for y = log softmax.
 */
const defineSoftmax = (name: string, isLog: 0 | 1): Op<AxisAttributes> =>
  defineOp<AxisAttributes>({
    name,
    infer: ([x]) => x,
    forward: ([x], { axis }) => {
      checkIndexRange(x, x.shape[axis], 'softmax');
      const [y] = softmaxForward([x], { ...splitAtAxis(x.shape, axis), isLog });
      return y.reshape(x.shape);
    },
    backward: ({ grad, output, attributes: { axis } }) => [
      () => {
        const constants = { ...splitAtAxis(output.shape, axis), isLog };
        const [gradX] = softmaxBackward([grad, output], constants);
        return gradX.reshape(output.shape);
      },
    ],
    samples,
  });

/** The op behind `logSoftmax`: one input of any shape; `axis` is non-negative. */
export const logSoftmaxOp = defineSoftmax('logSoftmax', 1);

/** The op behind `softmax`: one input of any shape; `axis` is non-negative. */
export const softmaxOp = defineSoftmax('softmax', 0);

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
