// Elementwise overrides: pick the common layout of the operands, then one pass over memory. Imports the machine.

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

/** An override that runs `pass` over the operands' addresses into an output of the same layout. */
function pass(
  run: (
    machine: Machine,
    addresses: number[],
    out: number,
    length: number,
    scalars: readonly number[],
  ) => void,
): KernelOverride {
  return (machine, inputs, { length, scalars, donate }) => {
    const addresses = aligned(machine, inputs);
    const layout = (inputs[0] as WasmBuffer | undefined)?.layout ?? null;
    const output = donate === undefined ? machine.allocate(length, layout) : inputs[donate];
    run(machine, addresses, output.address, length, scalars);
    return output;
  };
}

export const elementwiseOverrides: Readonly<Record<string, KernelOverride>> = {
  fill: pass(({ simd }, _, y, length, [value]) => simd.fill(y, value, 0, length)),
  add: pass(({ simd }, [a, b], y, length) => simd.add(a, b, y, 0, length)),
  sub: pass(({ simd }, [a, b], y, length) => simd.sub(a, b, y, 0, length)),
  mul: pass(({ simd }, [a, b], y, length) => simd.mul(a, b, y, 0, length)),
  scaleShift: pass(({ simd }, [x], y, length, [factor, summand]) =>
    simd.scale(x, factor, summand, y, 0, length),
  ),
  relu: pass(({ simd }, [x], y, length) => simd.relu(x, y, 0, length)),
  reluGrad: pass(({ simd }, [grad, x], y, length) => simd.reluGrad(grad, x, y, 0, length)),
};
