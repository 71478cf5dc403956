// Elementwise kernels: convert the operands to one layout, then make one pass over memory.

import type { NamedScalars } from '../../../../kernels/kernel.js';
import {
  type KernelOverride,
  MIN_FLOATS,
  type Machine,
  type RangedName,
  type WasmBuffer,
  type WithoutRange,
} from './machine.js';

/** Addresses of all operands in one layout: channels-last if any of them is. */
function aligned(machine: Machine, inputs: readonly WasmBuffer[]): number[] {
  const layout = inputs.find((input) => input.layout !== null)?.layout ?? null;
  return inputs.map((input) =>
    layout === null ? machine.rowMajor(input) : machine.channelsLast(input, layout),
  );
}

/** Elements below which one thread computes a function of many instructions, such as exp. */
const MIN_HEAVY = MIN_FLOATS / 4;

/** An override that runs an elementwise SIMD function into an output of the operands' layout. */
function elementwise<Name extends RangedName>(
  name: Name,
  args: (addresses: number[], out: number, scalars: NamedScalars) => WithoutRange<Name>,
  minUnits = MIN_FLOATS,
): KernelOverride {
  const options = { minUnits, multiple: 64 };
  return (machine, inputs, { length, scalars, donate }) => {
    const addresses = aligned(machine, inputs);
    const layout = (inputs[0] as WasmBuffer | undefined)?.layout ?? null;
    const output = donate === undefined ? machine.allocate(length, layout) : inputs[donate];
    machine.parallel(name, args(addresses, output.address, scalars), length, options);
    return output;
  };
}

/** Functions of one, two, three and four arrays without scalars: name(inputs..., output). */
type MapName<Arrays extends number> = {
  [Name in RangedName]: WithoutRange<Name>['length'] extends Arrays ? Name : never;
}[RangedName];

const map1 = (name: MapName<2>, minUnits?: number): KernelOverride =>
  elementwise(name, ([x], y) => [x, y], minUnits);

const map2 = (name: MapName<3>, minUnits?: number): KernelOverride =>
  elementwise(name, ([a, b], y) => [a, b, y], minUnits);

const map3 = (name: MapName<4>, minUnits?: number): KernelOverride =>
  elementwise(name, ([a, b, c], y) => [a, b, c, y], minUnits);

const map4 = (name: MapName<5>, minUnits?: number): KernelOverride =>
  elementwise(name, ([a, b, c, d], y) => [a, b, c, d, y], minUnits);

const arithmetic: Readonly<Record<string, KernelOverride>> = {
  fill: elementwise('fill', (_, y, { value }) => [y, value]),
  add: map2('add'),
  sub: map2('sub'),
  mul: map2('mul'),
  div: map2('div'),
  divGradDenominator: map3('divGradDenominator'),
  scaleShift: elementwise('scale', ([x], y, { factor, summand }) => [x, factor, summand, y]),
  movingAverage: elementwise('blend', ([average, x], y, { beta, alpha }) => [
    average,
    beta,
    x,
    alpha,
    y,
  ]),
  sqrt: map1('sqrt'),
  sqrtGrad: map2('sqrtGrad'),
  abs: map1('abs'),
  absGrad: map2('absGrad'),
  clamp: elementwise('clamp', ([x], y, { low, high }) => [x, low, high, y]),
  clampGrad: elementwise('clampGrad', ([grad, x], y, { low, high }) => [grad, x, low, high, y]),
  sign: map1('sign'),
  floor: map1('floor'),
  ceil: map1('ceil'),
  round: map1('round'),
};

const comparisons: Readonly<Record<string, KernelOverride>> = {
  eq: map2('eq'),
  ne: map2('ne'),
  lt: map2('lt'),
  le: map2('le'),
  isnan: map1('isnan'),
  logicalAnd: map2('logicalAnd'),
  logicalOr: map2('logicalOr'),
  logicalNot: map1('logicalNot'),
  maximum: map2('maximum'),
  minimum: map2('minimum'),
  maximumGrad: map3('maximumGrad'),
  where: map3('where'),
  maskedFill: elementwise('maskedFill', ([x, mask], y, { value }) => [x, mask, value, y]),
};

const functions: Readonly<Record<string, KernelOverride>> = {
  exp: map1('exp', MIN_HEAVY),
  log: map1('log', MIN_HEAVY),
  expm1: map1('expm1', MIN_HEAVY),
  expm1Grad: map2('expm1Grad'),
  log1p: map1('log1p', MIN_HEAVY),
  log1pGrad: map2('log1pGrad'),
  sin: elementwise('sin', ([x], y, { quadrants }) => [x, quadrants, y], MIN_HEAVY),
  erf: elementwise('erf', ([x], y, { factor }) => [x, factor, y], MIN_HEAVY),
  erfGrad: map2('erfGrad', MIN_HEAVY),
  pow: elementwise('pow', ([x], y, { exponent, sign }) => [x, exponent, sign, y], MIN_HEAVY),
  powGrad: elementwise('powGrad', ([grad, lower], y, { exponent }) => [grad, lower, exponent, y]),
  powTensor: map2('powTensor', MIN_HEAVY),
  powTensorGradBase: map3('powTensorGradBase'),
  powTensorGradExponent: map4('powTensorGradExponent', MIN_HEAVY),
};

const activations: Readonly<Record<string, KernelOverride>> = {
  relu: map1('relu'),
  reluGrad: map2('reluGrad'),
  leakyRelu: elementwise('leakyRelu', ([x], y, { slope }) => [x, slope, y]),
  leakyReluGrad: elementwise('leakyReluGrad', ([grad, x], y, { slope }) => [grad, x, slope, y]),
  sigmoid: map1('sigmoid', MIN_HEAVY),
  sigmoidGrad: map2('sigmoidGrad'),
  tanh: map1('tanh', MIN_HEAVY),
  tanhGrad: map2('tanhGrad'),
  silu: map1('silu', MIN_HEAVY),
  siluGrad: map2('siluGrad', MIN_HEAVY),
  elu: elementwise('elu', ([x], y, { alpha }) => [x, alpha, y], MIN_HEAVY),
  eluGrad: elementwise('eluGrad', ([grad, x], y, { alpha }) => [grad, x, alpha, y], MIN_HEAVY),
  gelu: map2('gelu'),
  geluGrad: map3('geluGrad', MIN_HEAVY),
  geluTanh: map1('geluTanh', MIN_HEAVY),
  geluTanhGrad: map2('geluTanhGrad', MIN_HEAVY),
  softplus: elementwise(
    'softplus',
    ([x], y, { beta, threshold }) => [x, beta, threshold, y],
    MIN_HEAVY,
  ),
  softplusGrad: elementwise(
    'softplusGrad',
    ([grad, x], y, { beta, threshold }) => [grad, x, beta, threshold, y],
    MIN_HEAVY,
  ),
};

const losses: Readonly<Record<string, KernelOverride>> = {
  binaryCrossEntropy: map2('binaryCrossEntropy', MIN_HEAVY),
  binaryCrossEntropyGrad: map3('binaryCrossEntropyGrad'),
  binaryCrossEntropyTargetGrad: map2('binaryCrossEntropyTargetGrad', MIN_HEAVY),
  binaryCrossEntropyWithLogits: map3('binaryCrossEntropyWithLogits', MIN_HEAVY),
  binaryCrossEntropyWithLogitsGrad: map4('binaryCrossEntropyWithLogitsGrad', MIN_HEAVY),
  binaryCrossEntropyWithLogitsTargetGrad: map3('binaryCrossEntropyWithLogitsTargetGrad', MIN_HEAVY),
  huber: elementwise('huber', ([prediction, target], y, { delta }) => [
    prediction,
    target,
    delta,
    y,
  ]),
  huberGrad: elementwise('huberGrad', ([grad, prediction, target], y, { delta }) => [
    grad,
    prediction,
    target,
    delta,
    y,
  ]),
};

export const elementwiseOverrides: Readonly<Record<string, KernelOverride>> = {
  ...arithmetic,
  ...comparisons,
  ...functions,
  ...activations,
  ...losses,
};
