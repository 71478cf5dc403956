// Optimizer steps: parameter, gradient and running averages in one pass, in place. Imports the machine.

import type { Machine, WasmBuffer } from './machine.js';
import type { RoutineOverride } from './override.js';

/** Numbers that one unit of Adam's step covers: adamStep in kernels/simd/optimizer.ts. */
const UNIT = 64;
/** Units that are worth a thread's while. */
const LEAST = 256;
/** Words of a row of its table: four addresses, the first unit, the length. */
const ROW = 6;

const plain = (machine: Machine, inputs: readonly WasmBuffer[]): number[] =>
  inputs.map((input) => machine.plain(input));

export const optimizerRoutines: Readonly<Record<string, RoutineOverride>> = {
  adamStep: (machine, inputs, { scalars }) => {
    const addresses = plain(machine, inputs);
    const parameters = inputs.filter((_, index) => index % 4 === 0);
    const rows: number[] = [];
    let units = 0;
    for (const [i, { length }] of parameters.entries()) {
      rows.push(...addresses.slice(4 * i, 4 * i + 4), units, length);
      units += Math.ceil(length / UNIT);
    }
    // Memory is handed out again in the same order at every step, so the table of the step before will do.
    const table = machine.table(`adam ${rows.join(' ')}`, ROW * parameters.length, (words) =>
      words.set(rows),
    );
    const [stepSize, beta1, beta2, root, epsilon, decay, shrink] = scalars;
    const factors = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, root, epsilon, decay, shrink] as const;
    machine.parallel('adamStep', [table, parameters.length, ...factors], units, { least: LEAST });
    return inputs.filter((_, index) => index % 4 !== 1);
  },

  sgdStep: (machine, inputs, { scalars }) => {
    const [parameter, grad, velocity] = plain(machine, inputs);
    const [rate, momentum, added, decay, nesterov] = scalars;
    const factors = [rate, momentum, added, decay, nesterov] as const;
    machine.run('sgdStep', [parameter, grad, velocity, ...factors, 0, inputs[0].length]);
    return [inputs[0], inputs[2]];
  },
};
