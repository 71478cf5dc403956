// Fully connected layer, with or without a following ReLU.
// A backend can add the bias and apply the ReLU while the products are still in registers or cache.

import { relu, reluGrad } from '../../../kernels/activation.js';
import { add } from '../../../kernels/elementwise.js';
import { ShapeError } from '../errors.js';
import { elementwise, sumOver } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type SampleInput } from '../op.js';
import { defineRoutine } from '../routine.js';
import { anywhere } from '../sample.js';
import { format, sizeOf, type Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { multiply } from './matmul.js';

/** x is [rows, inner], weight [columns, inner]; `relu` is 1 or 0. */
export type LinearConstants = Readonly<Record<'rows' | 'inner' | 'columns' | 'relu', number>>;

/** Attributes of `linearOp`. */
export interface LinearAttributes {
  /** Whether negative outputs become 0. */
  readonly relu: boolean;
}

/** (x, weight, and optionally bias) -> x weightT + bias, followed by ReLU if `relu` is 1. */
export const linearForward = defineRoutine<LinearConstants>({
  name: 'linearForward',
  outputs: ({ rows, columns }) => [[rows, columns]],
  compose: ([x, weight, bias], constants) => {
    const product = multiply(x, weight.permute([1, 0]));
    const sum =
      (bias as NdArray | undefined) === undefined ? product : elementwise(add, [product, bias]);
    return [constants.relu === 1 ? elementwise(relu, [sum]) : sum];
  },
});

/** Joins the leading axes of x into one. */
function asRows(x: NdArray): NdArray {
  return x.shape.length === 2 ? x : x.reshape([sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!]);
}

const smallValues = (...shape: number[]): SampleInput => ({
  shape,
  differentiable: true,
  values: (rng) => Float64Array.from({ length: sizeOf(shape) }, () => rng.between(-0.2, 0.2)),
});

/** Large biases that determine the sign of every output, so that no sample is near ReLU's kink. */
const largeBiases = (length: number): SampleInput => ({
  shape: [length],
  differentiable: true,
  values: (rng) =>
    Float64Array.from({ length }, (_, i) => rng.between(4, 5) * (i % 2 === 0 ? 1 : -1)),
});

const [withoutRelu, withRelu] = [{ relu: false }, { relu: true }];

/**
 * The op behind `linear` and `linearRelu`: x [..., in], weight [out, in], optionally bias [out].
 */
export const linearOp = defineOp<LinearAttributes>({
  name: 'linear',
  infer: ([x, weight, bias]) => {
    if (x.length === 0 || weight.length !== 2) {
      throw new ShapeError(
        `linear: needs x [..., in] and weight [out, in], got x ${format(x)} and w ${format(weight)}`,
      );
    }
    if (x.at(-1) !== weight[1]) {
      throw new ShapeError(
        `linear: input has ${x.at(-1)} features but weight expects ${weight[1]} (x ${format(x)}, w ${format(weight)})`,
      );
    }
    if ((bias as Shape | undefined) !== undefined && (bias.length !== 1 || bias[0] !== weight[0])) {
      throw new ShapeError(`linear: bias must be [${weight[0]}], got ${format(bias)}`);
    }
    return [...x.slice(0, -1), weight[0]];
  },
  forward: (inputs, attributes) => {
    const [x, weight] = inputs;
    const rows = asRows(x);
    const constants = {
      rows: rows.shape[0],
      inner: rows.shape[1],
      columns: weight.shape[0],
      relu: attributes.relu ? 1 : 0,
    };
    const [y] = linearForward([rows, ...inputs.slice(1)], constants);
    return x.shape.length === 2 ? y : y.reshape([...x.shape.slice(0, -1), weight.shape[0]]);
  },
  backward: ({ grad, inputs: [x, weight], output, attributes }) => {
    // Gradient before the ReLU, computed once for all three thunks: the sum is positive exactly
    // where the output is.
    let cached: NdArray | null = null;
    const gradPreActivation = (): NdArray =>
      (cached ??= asRows(attributes.relu ? elementwise(reluGrad, [grad, output]) : grad));
    return [
      () => multiply(gradPreActivation(), weight).reshape(x.shape), // dx = dy w
      () => multiply(gradPreActivation().permute([1, 0]), asRows(x)), // dw = dyT x
      () => sumOver(gradPreActivation(), [0]).reshape([weight.shape[0]]), // db = sum of dy over the rows
    ];
  },
  samples: [
    {
      title: 'with bias',
      inputs: [anywhere(3, 4), anywhere(2, 4), anywhere(2)],
      attributes: withoutRelu,
    },
    { title: 'without bias', inputs: [anywhere(3, 4), anywhere(2, 4)], attributes: withoutRelu },
    {
      title: 'one row',
      inputs: [anywhere(1, 5), anywhere(67, 5), anywhere(67)],
      attributes: withoutRelu,
    },
    {
      title: 'more axes',
      inputs: [anywhere(2, 3, 4), anywhere(5, 4), anywhere(5)],
      attributes: withoutRelu,
    },
    {
      title: 'ReLU',
      inputs: [anywhere(7, 9), smallValues(11, 9), largeBiases(11)],
      attributes: withRelu,
    },
    {
      title: 'ReLU of one row',
      inputs: [anywhere(1, 9), smallValues(35, 9), largeBiases(35)],
      attributes: withRelu,
    },
  ],
});

/**
 * y = x weightT + bias.
 *
 * @param x [..., in]
 * @param weight [out, in], as PyTorch stores it
 * @param bias [out], or null
 * @returns [..., out]
 * @throws ShapeError if the sizes do not match
 * @example
 * print(await scope(() => linear(tensor([[1, 2]]), tensor([[3, 4]]), tensor([5])).data())); // [16]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return linearOp(bias === null ? [x, weight] : [x, weight, bias], withoutRelu);
}

/**
 * relu(linear(x, weight, bias)), in one pass if the backend implements it. Shapes, defaults and
 * errors as in `linear`.
 */
export function linearRelu(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return linearOp(bias === null ? [x, weight] : [x, weight, bias], withRelu);
}
