// The table of the differential tests: how to call each op with the inputs and options of a case,
// and the calls that must fail. One row per op; generator/operations.py has the other half.

import {
  abs,
  add,
  argmax,
  argmin,
  argsort,
  avgPool2d,
  batchNorm,
  ceil,
  clamp,
  concat,
  conv2d,
  cos,
  cumsum,
  div,
  dropout,
  einsum,
  elu,
  erf,
  exp,
  expand,
  expm1,
  flatten,
  floor,
  gather,
  gatherRows,
  gelu,
  globalAvgPool2d,
  indexSelect,
  layerNorm,
  leakyRelu,
  linear,
  log,
  log1p,
  logSoftmax,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  min,
  minimum,
  mul,
  neg,
  noGrad,
  permute,
  pow,
  prod,
  reciprocal,
  relu,
  reshape,
  Rng,
  round,
  rsqrt,
  scaleShift,
  scatterAdd,
  sigmoid,
  sign,
  silu,
  sin,
  slice,
  softmax,
  softplus,
  sort,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  type Tensor,
  topk,
  transpose,
  variance,
  where,
  zeros,
} from '../../src/engine/index.js';
import { batchNormReluPool } from '../../src/engine/ops/batchNormReluPool.js';
import { convNormReluPool } from '../../src/engine/ops/convNormReluPool.js';
import { linearRelu } from '../../src/engine/ops/linear.js';
import { arrangementOperations } from './arrangementOperations.js';
import { lossOperations } from './lossOperations.js';
import {
  argumentError,
  axisError,
  binary,
  type ErrorCase,
  option,
  type Operation,
  reductionErrors,
  shapeError,
  unary,
} from './operation.js';
import { spaceOperations } from './spaceOperations.js';

interface NormOptions {
  readonly epsilon: number;
  readonly momentum: number;
  readonly training: boolean;
}

/** Batch norm: the outputs are y and, if there are running statistics, their new values. */
const normalization = (op: typeof batchNorm, name: string): Operation => ({
  call: ([x, weight, bias, mean, variance], options) => {
    const { epsilon, momentum, training } = options as unknown as NormOptions;
    if ((mean as Tensor | undefined) === undefined) {
      return op(x, weight, bias, { epsilon, momentum, training, running: null });
    }
    const running = { mean, variance };
    return [op(x, weight, bias, { epsilon, momentum, training, running }), mean, variance];
  },
  errors: [
    shapeError(RegExp(`^${name}: input has 3 channels but a parameter has shape \\[2\\]`), () =>
      op(zeros([2, 3, 4, 4]), zeros([2]), zeros([3]), trainingOptions),
    ),
    shapeError(RegExp(`^${name}: needs `), () =>
      op(zeros([4]), zeros([4]), zeros([4]), trainingOptions),
    ),
    argumentError(RegExp(`^${name}: evaluation needs running statistics`), () =>
      op(zeros([2, 3, 4, 4]), zeros([3]), zeros([3]), { ...trainingOptions, training: false }),
    ),
  ],
});
const trainingOptions = { epsilon: 1e-5, momentum: 0.1, running: null, training: true };

/** The options of a pooling that every window must satisfy. */
const poolErrors = (op: typeof maxPool2d, name: string): ErrorCase[] => [
  shapeError(RegExp(`^${name}: the window \\[3,3\\] is larger than the image \\[1,1,2,2\\]`), () =>
    op(zeros([1, 1, 2, 2]), { window: 3 }),
  ),
  shapeError(RegExp(`^${name}: needs images \\[N, C, H, W\\], got \\[4,4\\]`), () =>
    op(zeros([4, 4]), { window: 2 }),
  ),
  argumentError(RegExp(`^${name}: padding \\[2,2\\] must be at most half the window`), () =>
    op(zeros([1, 1, 4, 4]), { window: 3, padding: 2 }),
  ),
  argumentError(RegExp(`^${name}: stride must be whole numbers of at least 1`), () =>
    op(zeros([1, 1, 4, 4]), { window: 2, stride: 0 }),
  ),
];

const linearErrors = (op: typeof linear): ErrorCase[] => [
  shapeError(/^linear: input has 3 features but weight expects 4/, () =>
    op(zeros([2, 3]), zeros([5, 4])),
  ),
  shapeError(/^linear: bias must be \[5\], got \[4\]/, () =>
    op(zeros([2, 3]), zeros([5, 3]), zeros([4])),
  ),
  shapeError(/^linear: needs x \[..., in\]/, () => op(zeros([]), zeros([1, 1]))),
];

const conv = { stride: 1, padding: 0 };

/** Every op, by the name of its function in src/engine/ops. */
export const operations: Readonly<Record<string, Operation>> = {
  // ---- elementwise ------------------------------------------------------------------------
  relu: unary(relu),
  sigmoid: unary(sigmoid),
  tanh: unary(tanh),
  gelu: {
    call: ([x], options) => gelu(x, options),
    errors: [
      argumentError(/^gelu: approximate must be "none" or "tanh", got "exact"/, () =>
        gelu(zeros([2]), { approximate: 'exact' as 'none' }),
      ),
    ],
  },
  softplus: {
    call: ([x], options) => softplus(x, options),
    errors: [
      argumentError(/^softplus: beta must be a finite number other than 0, got 0/, () =>
        softplus(zeros([2]), { beta: 0 }),
      ),
    ],
  },
  silu: unary(silu),
  elu: { call: ([x], options) => elu(x, option(options, 'alpha')), errors: [] },
  sign: unary(sign),
  floor: unary(floor),
  ceil: unary(ceil),
  round: unary(round),
  sin: unary(sin),
  cos: unary(cos),
  log1p: unary(log1p),
  expm1: unary(expm1),
  erf: unary(erf),
  square: unary(square),
  reciprocal: unary(reciprocal),
  rsqrt: unary(rsqrt),
  neg: unary(neg),
  exp: unary(exp),
  log: unary(log),
  sqrt: unary(sqrt),
  abs: unary(abs),
  leakyRelu: { call: ([x], options) => leakyRelu(x, option(options, 'slope')), errors: [] },
  scaleShift: {
    call: ([x], options) => scaleShift(x, option(options, 'factor'), option(options, 'summand')),
    errors: [],
  },
  pow: {
    call: ([x, y], options) => {
      const base = option<number | undefined>(options, 'base');
      if (base !== undefined) return pow(base, x);
      return pow(x, option<number | undefined>(options, 'exponent') ?? y);
    },
    covers: ['powTensor'],
    errors: [
      shapeError(/^pow: cannot broadcast \[2\] with \[3\]/, () => pow(zeros([2]), zeros([3]))),
    ],
  },
  clamp: {
    call: ([x], options) => clamp(x, option(options, 'low'), option(options, 'high')),
    errors: [
      argumentError(/^clamp: low 1 must not exceed high 0/, () => clamp(zeros([2]), 1, 0)),
      argumentError(/^clamp: low NaN/, () => clamp(zeros([2]), NaN, 0)),
    ],
  },
  add: binary(add, 'add'),
  sub: binary(sub, 'sub'),
  mul: binary(mul, 'mul'),
  div: binary(div, 'div'),
  maximum: binary(maximum, 'maximum'),
  minimum: binary(minimum, 'minimum'),
  where: {
    call: ([condition, a, b]) => where(condition, a, b),
    errors: [
      shapeError(/^where: cannot broadcast \[2\] with \[3\]/, () =>
        where(zeros([2]), zeros([3]), 0),
      ),
    ],
  },
  dropout: {
    call: ([x], options) => {
      const rng = new Rng({ key: option(options, 'key'), drawn: 0 });
      return dropout(x, option(options, 'probability'), rng);
    },
    errors: [
      argumentError(/^dropout: probability must be at least 0 and below 1, got 1$/, () =>
        dropout(zeros([2]), 1, new Rng(1)),
      ),
      argumentError(/^dropout: probability .* got NaN/, () => dropout(zeros([2]), NaN, new Rng(1))),
    ],
  },

  // ---- views and joins --------------------------------------------------------------------
  reshape: {
    call: ([x], options) => reshape(x, option(options, 'shape')),
    errors: [
      shapeError(/^reshape: cannot view \[2,3\] \(6 elements\) as \[4\]/, () =>
        reshape(zeros([2, 3]), [4]),
      ),
      shapeError(/only one size may be -1/, () => reshape(zeros([2, 3]), [-1, -1])),
    ],
  },
  flatten: {
    call: ([x], options) => flatten(x, option(options, 'startAxis')),
    errors: [axisError('flatten', () => flatten(zeros([2, 3]), 2))],
  },
  permute: {
    call: ([x], options) => permute(x, option(options, 'order')),
    errors: [
      shapeError(/^permute: order \[0,0\] must contain each axis of \[2,3\] once/, () =>
        permute(zeros([2, 3]), [0, 0]),
      ),
    ],
  },
  transpose: {
    call: ([x], options) => transpose(x, option(options, 'axisA'), option(options, 'axisB')),
    errors: [axisError('transpose', () => transpose(zeros([2, 3]), 0, 2))],
  },
  expand: {
    call: ([x], options) => expand(x, option(options, 'shape')),
    errors: [
      shapeError(/^expand: cannot expand \[2\] to \[3\]/, () => expand(zeros([2]), [3])),
      shapeError(/^expand: cannot expand \[2,1\] to \[1\]/, () => expand(zeros([2, 1]), [1])),
    ],
  },
  slice: {
    call: ([x], options) =>
      slice(
        x,
        option(options, 'axis'),
        option(options, 'start'),
        option(options, 'end'),
        option(options, 'step'),
      ),
    errors: [
      shapeError(/^slice: 0 to 4 is not within axis 1 of \[2,3\]/, () =>
        slice(zeros([2, 3]), 1, 0, 4),
      ),
      argumentError(/^slice: step must be at least 1, got 0/, () =>
        slice(zeros([2, 3]), 1, 0, 3, 0),
      ),
      axisError('slice', () => slice(zeros([2, 3]), 2, 0)),
    ],
  },
  concat: {
    call: (parts, options) => concat(parts, option(options, 'axis')),
    errors: [
      shapeError(/^concat: \[2,3\] and \[2,4\] may differ along axis 0 only/, () =>
        concat([zeros([2, 3]), zeros([2, 4])]),
      ),
      argumentError(/^concat: needs at least one tensor/, () => concat([])),
    ],
  },
  gatherRows: {
    call: ([table, indices]) => gatherRows(table, indices),
    errors: [
      shapeError(/^gatherRows: the table must have 2 axes, got \[3\]/, () =>
        gatherRows(zeros([3]), zeros([2])),
      ),
    ],
  },

  ...arrangementOperations,
  gather: {
    call: ([x, index], options) => gather(x, option(options, 'axis'), index),
    errors: [
      axisError('gather', () => gather(zeros([2, 3]), 2, zeros([2, 3]))),
      shapeError(/^gather: index \[2\] and x \[2,3\] must have equally many axes/, () =>
        gather(zeros([2, 3]), 0, zeros([2])),
      ),
      shapeError(/^gather: index \[3,3\] is larger than x \[2,3\] at axis 0/, () =>
        gather(zeros([2, 3]), 1, zeros([3, 3])),
      ),
    ],
  },
  scatterAdd: {
    call: ([x, index, source], options) => scatterAdd(x, option(options, 'axis'), index, source),
    errors: [
      axisError('scatterAdd', () => scatterAdd(zeros([2, 3]), 2, zeros([2, 3]), zeros([2, 3]))),
      shapeError(/^scatterAdd: index \[2,4\] is larger than x \[2,3\] at axis 1/, () =>
        scatterAdd(zeros([2, 3]), 0, zeros([2, 4]), zeros([2, 4])),
      ),
      shapeError(/^scatterAdd: index \[2,3\] is larger than source \[2,2\] at axis 1/, () =>
        scatterAdd(zeros([2, 3]), 1, zeros([2, 3]), zeros([2, 2])),
      ),
    ],
  },
  indexSelect: {
    call: ([x, indices], options) => {
      const list = option<number[] | undefined>(options, 'list');
      return indexSelect(x, option(options, 'axis'), list ?? indices);
    },
    errors: [
      axisError('indexSelect', () => indexSelect(zeros([2, 3]), 2, [0])),
      shapeError(/^indexSelect: indices must have one axis, got \[1,1\]/, () =>
        indexSelect(zeros([2, 3]), 0, zeros([1, 1])),
      ),
      argumentError(/^indexSelect: index 3 at index 1 must be a whole number from 0 to 2/, () =>
        indexSelect(zeros([2, 3]), 1, [0, 3]),
      ),
    ],
  },
  sort: {
    call: ([x], options) => sort(x, options),
    errors: [axisError('sort', () => sort(zeros([2, 3]), { axis: 2 }))],
  },
  argsort: {
    call: ([x], options) => argsort(x, options),
    errors: [axisError('argsort', () => argsort(zeros([2, 3]), { axis: 2 }))],
  },
  topk: {
    call: ([x], { k, ...options }) => topk(x, k as number, options),
    errors: [
      axisError('topk', () => topk(zeros([2, 3]), 1, { axis: 2 })),
      argumentError(/^topk: k must be a whole number from 0 to 3, .* of \[2,3\], got 4/, () =>
        topk(zeros([2, 3]), 4),
      ),
      argumentError(/^topk: k must be .*, got 1.5/, () => topk(zeros([2, 3]), 1.5)),
    ],
  },
  ...spaceOperations,

  // ---- reductions -------------------------------------------------------------------------
  sum: { call: ([x], options) => sum(x, options), errors: reductionErrors(sum, 'sum') },
  mean: { call: ([x], options) => mean(x, options), errors: reductionErrors(mean, 'mean') },
  prod: { call: ([x], options) => prod(x, options), errors: reductionErrors(prod, 'prod') },
  cumsum: {
    call: ([x], options) => cumsum(x, option(options, 'axis')),
    errors: [axisError('cumsum', () => cumsum(zeros([2, 3]), 2))],
  },
  max: {
    call: ([x], options) => max(x, options),
    covers: ['amax'],
    errors: [
      ...reductionErrors(max, 'max'),
      shapeError(/^max: axis 0 of \[0,2\] has size 0/, () => max(zeros([0, 2]), { axes: 0 })),
    ],
  },
  variance: {
    call: ([x], options) => variance(x, options),
    errors: reductionErrors(variance, 'variance'),
  },
  min: {
    call: ([x], options) => min(x, options),
    covers: ['amin'],
    errors: [
      ...reductionErrors(min, 'min'),
      shapeError(/^min: axis 0 of \[0,2\] has size 0/, () => min(zeros([0, 2]), { axes: 0 })),
    ],
  },
  argmax: {
    call: ([x], { axis }) => (axis === undefined ? argmax(x) : argmax(x, axis as number)),
    errors: [
      axisError('argmax', () => argmax(zeros([2, 3]), 2)),
      shapeError(/^argmax: axis 1 of \[2,0\] has size 0/, () => argmax(zeros([2, 0]))),
    ],
  },
  argmin: {
    call: ([x], { axis }) => (axis === undefined ? argmin(x) : argmin(x, axis as number)),
    errors: [
      axisError('argmin', () => argmin(zeros([2, 3]), 2)),
      shapeError(/^argmin: axis 1 of \[2,0\] has size 0/, () => argmin(zeros([2, 0]))),
    ],
  },
  softmax: {
    call: ([x], { axis }) => (axis === undefined ? softmax(x) : softmax(x, axis as number)),
    errors: [axisError('softmax', () => softmax(zeros([2, 3]), 2))],
  },
  logSoftmax: {
    call: ([x], { axis }) => (axis === undefined ? logSoftmax(x) : logSoftmax(x, axis as number)),
    errors: [axisError('logSoftmax', () => logSoftmax(zeros([2, 3]), 2))],
  },

  // ---- products ---------------------------------------------------------------------------
  matmul: {
    call: ([a, b]) => matmul(a, b),
    errors: [
      shapeError(/^matmul: inner sizes differ, 3 and 4 \(a \[2,3\], b \[4,5\]\)/, () =>
        matmul(zeros([2, 3]), zeros([4, 5])),
      ),
      shapeError(/^matmul: both operands need at least 2 axes/, () =>
        matmul(zeros([3]), zeros([3, 2])),
      ),
      shapeError(/^matmul: cannot broadcast \[2\] with \[3\]/, () =>
        matmul(zeros([2, 1, 1]), zeros([3, 1, 1])),
      ),
    ],
  },
  einsum: {
    call: (operands, options) => einsum(option(options, 'equation'), ...operands),
    errors: [
      argumentError(/^einsum: "ij,jk" must describe 1 operands/, () =>
        einsum('ij,jk', zeros([2, 2])),
      ),
      argumentError(/^einsum: "i1" of "i1->" must consist of letters and at most one/, () =>
        einsum('i1->', zeros([2, 2])),
      ),
      argumentError(/^einsum: "k" of the output of "ij->k" must occur in an operand/, () =>
        einsum('ij->k', zeros([2, 2])),
      ),
      argumentError(/^einsum: "i" of the output of "ij->ii" must occur .* once/, () =>
        einsum('ij->ii', zeros([2, 2])),
      ),
      shapeError(/^einsum: "ij" names 2 axes, operand 0 has 3 \(\[2,2,2\]\)/, () =>
        einsum('ij', zeros([2, 2, 2])),
      ),
      shapeError(/^einsum: "i" names axes of sizes 2 and 3 of one operand \(\[2,3\]\)/, () =>
        einsum('ii', zeros([2, 3])),
      ),
      shapeError(/^einsum: "j" has sizes 3 and 4 \(\[2,3\] and \[4,2\]\)/, () =>
        einsum('ij,jk', zeros([2, 3]), zeros([4, 2])),
      ),
    ],
  },
  linear: {
    call: ([x, weight, bias]) => linear(x, weight, bias),
    errors: linearErrors(linear),
  },
  linearRelu: {
    call: ([x, weight, bias]) => linearRelu(x, weight, bias),
    errors: linearErrors(linearRelu),
  },
  conv2d: {
    call: ([x, weight, bias], options) => conv2d(x, weight, bias, options),
    errors: [
      shapeError(/^conv2d: input has 3 channels but weight expects 1 \(x \[1,3,4,4\], w/, () =>
        conv2d(zeros([1, 3, 4, 4]), zeros([2, 1, 3, 3])),
      ),
      shapeError(/^conv2d: the window is larger than the padded image/, () =>
        conv2d(zeros([1, 1, 2, 2]), zeros([1, 1, 3, 3])),
      ),
      shapeError(/^conv2d: 3 output channels do not divide into 2 groups/, () =>
        conv2d(zeros([1, 4, 4, 4]), zeros([3, 2, 1, 1]), null, { groups: 2 }),
      ),
      shapeError(/^conv2d: bias must be \[2\], got \[3\]/, () =>
        conv2d(zeros([1, 1, 4, 4]), zeros([2, 1, 1, 1]), zeros([3])),
      ),
      shapeError(/^conv2d: needs images \[N, C, H, W\], got \[4,4\]/, () =>
        conv2d(zeros([4, 4]), zeros([2, 1, 1, 1])),
      ),
      argumentError(/^conv2d: stride must be whole numbers of at least 1, got \[0,0\]/, () =>
        conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 1, 1]), null, { stride: 0 }),
      ),
      argumentError(/^conv2d: padding "same" requires stride 1, got stride 2/, () =>
        conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 3, 3]), null, { padding: 'same', stride: 2 }),
      ),
      argumentError(/^conv2d: padding must be whole numbers of at least 0, got \[-1,-1\]/, () =>
        conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 1, 1]), null, { padding: -1 }),
      ),
    ],
  },

  // ---- pooling ----------------------------------------------------------------------------
  maxPool2d: {
    call: ([x], options) => maxPool2d(x, options as unknown as { window: number }),
    errors: poolErrors(maxPool2d, 'maxPool2d'),
  },
  avgPool2d: {
    call: ([x], options) => avgPool2d(x, options as unknown as { window: number }),
    errors: poolErrors(avgPool2d, 'avgPool2d'),
  },
  globalAvgPool2d: {
    call: ([x]) => globalAvgPool2d(x),
    errors: [
      shapeError(/^globalAvgPool2d: needs images \[N, C, H, W\], got \[2,3\]/, () =>
        globalAvgPool2d(zeros([2, 3])),
      ),
    ],
  },

  // ---- normalization ----------------------------------------------------------------------
  batchNorm: normalization(batchNorm, 'batchNorm'),
  batchNormReluPool: normalization(batchNormReluPool, 'batchNormReluPool'),
  convNormReluPool: {
    call: (inputs, options) => {
      const [x, weight, gamma, beta, mean, variance] = inputs;
      const { epsilon, momentum } = options as unknown as NormOptions;
      const attributes = { epsilon, momentum, training: false, running: { mean, variance } };
      const bias = inputs.at(6) ?? null;
      return noGrad(() => convNormReluPool(x, { weight, bias, options, gamma, beta, attributes }));
    },
    errors: [
      argumentError(/^convNormReluPool: has no gradient; call it under noGrad/, () =>
        convNormReluPool(zeros([1, 1, 4, 4]), {
          weight: zeros([1, 1, 1, 1]),
          bias: null,
          options: conv,
          gamma: zeros([1]),
          beta: zeros([1]),
          attributes: trainingOptions,
        }),
      ),
      argumentError(/^convNormReluPool: needs running statistics/, () =>
        noGrad(() =>
          convNormReluPool(zeros([1, 1, 4, 4]), {
            weight: zeros([1, 1, 1, 1]),
            bias: null,
            options: conv,
            gamma: zeros([1]),
            beta: zeros([1]),
            attributes: trainingOptions,
          }),
        ),
      ),
    ],
  },
  layerNorm: {
    call: ([x, weight, bias], options) => layerNorm(x, weight, bias, options),
    errors: [
      shapeError(/^layerNorm: the last axes of x \[2,3\] must be those of weight \[2\]/, () =>
        layerNorm(zeros([2, 3]), zeros([2]), zeros([2])),
      ),
    ],
  },

  ...lossOperations,
};
