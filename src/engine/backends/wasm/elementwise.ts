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

/** An override that runs an elementwise SIMD function into an output of the operands' layout. */
function elementwise<Name extends RangedName>(
  name: Name,
  args: (addresses: number[], out: number, scalars: NamedScalars) => WithoutRange<Name>,
): KernelOverride {
  return (machine, inputs, { length, scalars, donate }) => {
    const addresses = aligned(machine, inputs);
    const layout = (inputs[0] as WasmBuffer | undefined)?.layout ?? null;
    const output = donate === undefined ? machine.allocate(length, layout) : inputs[donate];
    machine.parallel(name, args(addresses, output.address, scalars), length, {
      minUnits: MIN_FLOATS,
      multiple: 64,
    });
    return output;
  };
}

export const elementwiseOverrides: Readonly<Record<string, KernelOverride>> = {
  fill: elementwise('fill', (_, y, { value }) => [y, value]),
  add: elementwise('add', ([a, b], y) => [a, b, y]),
  sub: elementwise('sub', ([a, b], y) => [a, b, y]),
  mul: elementwise('mul', ([a, b], y) => [a, b, y]),
  eq: elementwise('eq', ([a, b], y) => [a, b, y]),
  ne: elementwise('ne', ([a, b], y) => [a, b, y]),
  lt: elementwise('lt', ([a, b], y) => [a, b, y]),
  le: elementwise('le', ([a, b], y) => [a, b, y]),
  maximum: elementwise('maximum', ([a, b], y) => [a, b, y]),
  minimum: elementwise('minimum', ([a, b], y) => [a, b, y]),
  maximumGrad: elementwise('maximumGrad', ([grad, x, other], y) => [grad, x, other, y]),
  where: elementwise('where', ([condition, a, b], y) => [condition, a, b, y]),
  maskedFill: elementwise('maskedFill', ([x, mask], y, { value }) => [x, mask, value, y]),
  scaleShift: elementwise('scale', ([x], y, { factor, summand }) => [x, factor, summand, y]),
  movingAverage: elementwise('blend', ([average, x], y, { beta, alpha }) => [
    average,
    beta,
    x,
    alpha,
    y,
  ]),
  relu: elementwise('relu', ([x], y) => [x, y]),
  reluGrad: elementwise('reluGrad', ([grad, x], y) => [grad, x, y]),
  sigmoid: elementwise('sigmoid', ([x], y) => [x, y]),
  sigmoidGrad: elementwise('sigmoidGrad', ([grad, x], y) => [grad, x, y]),
  tanh: elementwise('tanh', ([x], y) => [x, y]),
  tanhGrad: elementwise('tanhGrad', ([grad, x], y) => [grad, x, y]),
};
