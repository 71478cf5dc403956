// Rows of the elementwise functions.

import {
  abs,
  add,
  ceil,
  clamp,
  cos,
  div,
  elu,
  erf,
  exp,
  expm1,
  floor,
  gelu,
  leakyRelu,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  relu,
  round,
  scaleShift,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  sub,
  tanh,
  type Tensor,
  where,
} from '../../../src/engine/index.js';
import { broadcast, type Draw, type Planner, type Range, type Value } from '../planner.js';
import { anyLeaf, type OpRow, spread, magnitude, symmetric } from './shared.js';

/** An elementwise function of one tensor. */
const unary =
  (
    name: string,
    range: (x: Value) => Range,
    call: (x: Tensor) => Tensor,
    operand: (planner: Planner, draw: Draw) => Value = (p, d) => p.any(d),
  ): OpRow =>
  (p, d) => {
    const x = operand(p, d);
    return p.op(name, [x], '', { shape: x.shape, range: range(x) }, ([t]) => call(t));
  };

/** An elementwise function of two tensors that broadcast. */
const binary =
  (
    name: string,
    range: (a: Value, b: Value) => Range,
    call: (a: Tensor, b: Tensor) => Tensor,
    right: (p: Planner, x: Value) => Value = (_, x) => x,
  ): OpRow =>
  (p, d) => {
    const a = p.any(d);
    const b = right(p, p.partner(d, a));
    const shape = broadcast(a.shape, b.shape);
    if (shape === null) return null;
    return p.op(name, [a, b], '', { shape, range: range(a, b) }, ([x, y]) => call(x, y));
  };

/** A tensor with elements of at least 0.5: itself, or 0.5 plus its sigmoid. */
function positive(p: Planner, x: Value): Value {
  if (x.low >= 0.4) return x;
  const { shape } = x;
  const y = p.op('sigmoid', [x], '', { shape, range: [0, 1] }, ([t]) => sigmoid(t));
  return p.op('scaleShift', [y], '1, 0.5', { shape, range: [0.5, 1.5] }, ([t]) =>
    scaleShift(t, 1, 0.5),
  );
}

const anyPositive = (p: Planner, d: Draw): Value => positive(p, p.any(d));
/** Small enough for exponentials. */
const anySmall = (p: Planner, d: Draw): Value => p.bounded(p.any(d), 3);

const whereRow: OpRow = (p, d) => {
  const a = p.any(d);
  const b = p.partner(d, a);
  const shape = broadcast(a.shape, b.shape);
  if (shape === null) return null;
  const conditionShape = d.chance(2) ? shape.map((size) => (d.chance(3) ? 1 : size)) : shape;
  const condition = p.newLeaf(d, conditionShape, 'binary');
  const range = spread(a.low, a.high, b.low, b.high);
  return p.op('where', [condition, a, b], '', { shape, range }, ([c, x, y]) => where(c, x, y));
};

const powRow: OpRow = (p, d) => {
  const exponent = d.oneOf([2, 3, 0.5, -1, -0.5, 1.5]);
  const integer = exponent > 0 && Number.isInteger(exponent);
  const x = integer ? p.bounded(p.any(d), 8) : anyPositive(p, d);
  const range = integer
    ? symmetric(magnitude(x) ** exponent)
    : spread(Math.min(x.low, 0.4) ** exponent, x.high ** exponent, 0);
  return p.op('pow', [x], String(exponent), { shape: x.shape, range }, ([t]) => pow(t, exponent));
};

/** The exponent is a tensor too; with a base of at least 0.4 every power exists. */
const powTensorRow: OpRow = (p, d) => {
  const base = p.bounded(anyPositive(p, d), 8);
  const exponent = p.bounded(p.partner(d, base), 3);
  const shape = broadcast(base.shape, exponent.shape);
  if (shape === null) return null;
  const limit = Math.max(base.high, 2.5) ** magnitude(exponent);
  return p.op('powTensor', [base, exponent], '', { shape, range: [0, limit] }, ([x, y]) =>
    pow(x, y),
  );
};

const clampRow: OpRow = (p, d) => {
  const x = p.any(d);
  const [low, high] = [d.oneOf([-1, -0.5, 0]), d.oneOf([1, 0.5, 0])];
  const result = { shape: x.shape, range: [low, high] as const };
  return p.op('clamp', [x], `${low}, ${high}`, result, ([t]) => clamp(t, low, high));
};

const scaleShiftRow: OpRow = (p, d) => {
  const x = p.any(d);
  const [factor, summand] = [d.oneOf([0.5, -1.5, 2, 0.3]), d.oneOf([0, 0.25, -1])];
  const range = spread(factor * x.low + summand, factor * x.high + summand);
  return p.op('scaleShift', [x], `${factor}, ${summand}`, { shape: x.shape, range }, ([t]) =>
    scaleShift(t, factor, summand),
  );
};

export const elementwiseRows: Readonly<Record<string, OpRow>> = {
  relu: unary('relu', ({ high }) => [0, Math.max(0, high)], relu),
  leakyRelu: unary('leakyRelu', ({ low, high }) => spread(low, high), leakyRelu),
  sigmoid: unary('sigmoid', () => [0, 1], sigmoid),
  tanh: unary('tanh', () => [-1, 1], tanh),
  gelu: (p, d) => {
    const approximate = d.oneOf(['none', 'tanh'] as const);
    const x = p.any(d);
    const result = { shape: x.shape, range: [-0.2, Math.max(0, x.high)] as const };
    return p.op('gelu', [x], approximate, result, ([t]) => gelu(t, { approximate }));
  },
  softplus: unary('softplus', ({ high }) => [0, Math.max(0, high) + 0.7], softplus),
  silu: unary('silu', ({ high }) => [-0.3, Math.max(0, high)], silu),
  elu: unary('elu', ({ high }) => [-1, Math.max(0, high)], elu),
  sign: unary('sign', () => [-1, 1], sign, anyLeaf),
  floor: unary('floor', ({ low, high }) => [low - 1, high], floor, anyLeaf),
  ceil: unary('ceil', ({ low, high }) => [low, high + 1], ceil, anyLeaf),
  round: unary('round', ({ low, high }) => [low - 1, high + 1], round, anyLeaf),
  sin: unary('sin', () => [-1, 1], sin),
  cos: unary('cos', () => [-1, 1], cos),
  erf: unary('erf', () => [-1, 1], erf),
  log1p: unary('log1p', (x) => [0, Math.log1p(x.high)], log1p, anyPositive),
  expm1: unary('expm1', ({ low, high }) => [Math.expm1(low), Math.expm1(high)], expm1, anySmall),
  powTensor: powTensorRow,
  exp: unary('exp', ({ low, high }) => [Math.exp(low), Math.exp(high)], exp, anySmall),
  log: unary('log', ({ low, high }) => [Math.log(low), Math.log(high)], log, anyPositive),
  sqrt: unary('sqrt', ({ low, high }) => [Math.sqrt(low), Math.sqrt(high)], sqrt, anyPositive),
  abs: unary('abs', (x) => [0, magnitude(x)], abs),
  neg: unary('neg', ({ low, high }) => [-high, -low], neg),
  pow: powRow,
  clamp: clampRow,
  scaleShift: scaleShiftRow,
  add: binary('add', (a, b) => [a.low + b.low, a.high + b.high], add),
  sub: binary('sub', (a, b) => [a.low - b.high, a.high - b.low], sub),
  mul: binary('mul', (a, b) => symmetric(magnitude(a) * magnitude(b)), mul),
  div: binary('div', (a) => symmetric(2.5 * magnitude(a)), div, positive),
  maximum: binary('maximum', (a, b) => [Math.max(a.low, b.low), Math.max(a.high, b.high)], maximum),
  minimum: binary('minimum', (a, b) => [Math.min(a.low, b.low), Math.min(a.high, b.high)], minimum),
  where: whereRow,
};
