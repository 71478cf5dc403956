// Elementwise overrides: pick the common layout of the operands, then one pass over memory. Imports the machine.

import type { RangedName, WithoutRange } from './jobTypes.js';
import type { Machine, WasmBuffer } from './machine.js';
import type { KernelOverride } from './override.js';

/**
 * Addresses of all operands in one layout: channels-last if any of them is, since an elementwise function does not
 * mind the order as long as all agree.
 */
function aligned(machine: Machine, inputs: readonly WasmBuffer[]): number[] {
  const layout = inputs.find((input) => input.layout !== null)?.layout ?? null;
  return inputs.map((input) =>
    layout === null ? machine.plain(input) : machine.channelsLast(input, layout),
  );
}

/** A pass over fewer numbers than this is over before another thread has woken up. */
const LEAST = 16_384;

/** An override that runs an elementwise SIMD function into an output of the operands' layout. */
function pass<Name extends RangedName>(
  name: Name,
  args: (addresses: number[], out: number, scalars: readonly number[]) => WithoutRange<Name>,
): KernelOverride {
  return (machine, inputs, { length, scalars, donate }) => {
    const addresses = aligned(machine, inputs);
    const layout = (inputs[0] as WasmBuffer | undefined)?.layout ?? null;
    const output = donate === undefined ? machine.allocate(length, layout) : inputs[donate];
    machine.parallel(name, args(addresses, output.address, scalars), length, { least: LEAST, multiple: 64 });
    return output;
  };
}

export const elementwiseOverrides: Readonly<Record<string, KernelOverride>> = {
  fill: pass('fill', (_, y, [value]) => [y, value]),
  add: pass('add', ([a, b], y) => [a, b, y]),
  sub: pass('sub', ([a, b], y) => [a, b, y]),
  mul: pass('mul', ([a, b], y) => [a, b, y]),
  scaleShift: pass('scale', ([x], y, [factor, summand]) => [x, factor, summand, y]),
  movingAverage: pass('blend', ([average, x], y, [kept, added]) => [average, kept, x, added, y]),
  relu: pass('relu', ([x], y) => [x, y]),
  reluGrad: pass('reluGrad', ([grad, x], y) => [grad, x, y]),
};
