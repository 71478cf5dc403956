// Elementwise ops: activations, arithmetic, powers, rounding, comparisons.

import {
  abs,
  add,
  ceil,
  clamp,
  cos,
  div,
  dropout,
  elu,
  eq,
  erf,
  exp,
  expm1,
  floor,
  ge,
  gelu,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  leakyRelu,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  maximum,
  minimum,
  mul,
  ne,
  neg,
  pow,
  reciprocal,
  relu,
  Rng,
  round,
  rsqrt,
  scaleShift,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  where,
  type Tensor,
} from '../../../src/index.js';
import { constants, flags, floats, op, type OpCase, type Sizes } from '../case.js';

/** Draws dropout masks. */
const rng = new Rng(1);

// prettier-ignore
export function elementwiseCases({ n, side }: Sizes): OpCase[] {
  const x = [floats([n])];
  const positive = [floats([n], 0.1, 4)];
  const pair = [floats([n]), floats([n])];
  const compared = [constants([n]), constants([n])];
  const comparison = (name: string, call: (a: Tensor, b: Tensor) => Tensor): OpCase =>
    op(name, compared, ([a, b]) => call(a, b), `torch.${name}(a, b)`);
  return [
    // Activations
    op('relu', x, ([a]) => relu(a), 'F.relu(a)'),
    op('leakyRelu', x, ([a]) => leakyRelu(a, 0.1), 'F.leaky_relu(a, 0.1)'),
    op('elu', x, ([a]) => elu(a), 'F.elu(a)'),
    op('gelu', x, ([a]) => gelu(a), 'F.gelu(a)'),
    op('gelu', x, ([a]) => gelu(a, { approximate: 'tanh' }), 'F.gelu(a, approximate="tanh")', { detail: 'tanh' }),
    op('sigmoid', x, ([a]) => sigmoid(a), 'torch.sigmoid(a)'),
    op('silu', x, ([a]) => silu(a), 'F.silu(a)'),
    op('softplus', x, ([a]) => softplus(a), 'F.softplus(a)'),
    op('tanh', x, ([a]) => tanh(a), 'torch.tanh(a)'),
    op('dropout', x, ([a]) => dropout(a, 0.5, rng), 'F.dropout(a, 0.5)', { random: true }),

    // Functions of one number
    op('abs', x, ([a]) => abs(a), 'torch.abs(a)'),
    op('neg', x, ([a]) => neg(a), 'torch.neg(a)'),
    op('sign', x, ([a]) => sign(a), 'torch.sign(a)'),
    op('clamp', x, ([a]) => clamp(a, -1, 1), 'torch.clamp(a, -1, 1)'),
    op('ceil', x, ([a]) => ceil(a), 'torch.ceil(a)'),
    op('floor', x, ([a]) => floor(a), 'torch.floor(a)'),
    op('round', x, ([a]) => round(a), 'torch.round(a)'),
    op('exp', x, ([a]) => exp(a), 'torch.exp(a)'),
    op('expm1', x, ([a]) => expm1(a), 'torch.expm1(a)'),
    op('log', positive, ([a]) => log(a), 'torch.log(a)'),
    op('log1p', positive, ([a]) => log1p(a), 'torch.log1p(a)'),
    op('sqrt', positive, ([a]) => sqrt(a), 'torch.sqrt(a)'),
    op('rsqrt', positive, ([a]) => rsqrt(a), 'torch.rsqrt(a)'),
    op('reciprocal', positive, ([a]) => reciprocal(a), 'torch.reciprocal(a)'),
    op('square', x, ([a]) => square(a), 'torch.square(a)'),
    op('sin', x, ([a]) => sin(a), 'torch.sin(a)'),
    op('cos', x, ([a]) => cos(a), 'torch.cos(a)'),
    op('erf', x, ([a]) => erf(a), 'torch.erf(a)'),
    op('pow', x, ([a]) => pow(a, 3), 'torch.pow(a, 3)', { detail: 'exponent 3' }),
    op('pow', positive, ([a]) => pow(a, 1.7), 'torch.pow(a, 1.7)', { detail: 'exponent 1.7' }),
    op('pow', [...positive, floats([n])], ([a, b]) => pow(a, b), 'torch.pow(a, b)', { detail: 'two tensors' }),
    op('scaleShift', x, ([a]) => scaleShift(a, 3, 1), 'a * 3 + 1'),

    // Arithmetic
    op('add', pair, ([a, b]) => add(a, b), 'a + b'),
    op('add', [floats([side, side]), floats([side])], ([a, b]) => add(a, b), 'a + b', { detail: 'a row' }),
    op('add', [floats([side, side]), floats([side, 1])], ([a, b]) => add(a, b), 'a + b', { detail: 'a column' }),
    op('sub', pair, ([a, b]) => sub(a, b), 'a - b'),
    op('mul', pair, ([a, b]) => mul(a, b), 'a * b'),
    op('mul', x, ([a]) => mul(a, 2), 'a * 2', { detail: 'a number' }),
    op('mul', [floats([side, side]), floats([side])], ([a, b]) => mul(a, b), 'a * b', { detail: 'a row' }),
    op('div', [floats([n]), ...positive], ([a, b]) => div(a, b), 'a / b'),
    op('maximum', pair, ([a, b]) => maximum(a, b), 'torch.maximum(a, b)'),
    op('minimum', pair, ([a, b]) => minimum(a, b), 'torch.minimum(a, b)'),
    op('where', [flags([n]), ...pair], ([c, a, b]) => where(c, a, b), 'torch.where(a, b, c)'),

    // Comparisons
    comparison('eq', eq),
    comparison('ne', ne),
    comparison('lt', lt),
    comparison('le', le),
    comparison('gt', gt),
    comparison('ge', ge),
    op('logicalAnd', [flags([n]), flags([n])], ([a, b]) => logicalAnd(a, b), 'torch.logical_and(a, b)'),
    op('logicalOr', [flags([n]), flags([n])], ([a, b]) => logicalOr(a, b), 'torch.logical_or(a, b)'),
    op('logicalNot', [flags([n])], ([a]) => logicalNot(a), 'torch.logical_not(a)'),
    op('isnan', [constants([n])], ([a]) => isnan(a), 'torch.isnan(a)'),
    op('isinf', [constants([n])], ([a]) => isinf(a), 'torch.isinf(a)'),
    op('isfinite', [constants([n])], ([a]) => isfinite(a), 'torch.isfinite(a)'),
  ];
}
