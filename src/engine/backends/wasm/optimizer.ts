// Optimizer steps: parameter, gradient and running averages in one pass, in place. Imports the machine.

import type { Machine, WasmBuffer } from './machine.js';
import type { RoutineOverride } from './override.js';

/** Parameters that are worth a thread's while. */
const LEAST = 16_384;

const plain = (machine: Machine, inputs: readonly WasmBuffer[]): number[] =>
  inputs.map((input) => machine.plain(input));

export const optimizerRoutines: Readonly<Record<string, RoutineOverride>> = {
  adamStep: (machine, inputs, { scalars }) => {
    const [parameter, grad, first, second] = plain(machine, inputs);
    const [stepSize, beta1, beta2, root, epsilon, decay, shrink] = scalars;
    const { length } = inputs[0];
    if (shrink !== 1) machine.run('scale', [parameter, shrink, 0, parameter, 0, length]); // AdamW's decay comes before the step
    const arrays = [parameter, grad, first, second] as const;
    const factors = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, root, epsilon, decay] as const;
    machine.parallel('adamStep', [...arrays, ...factors], length, { least: LEAST, multiple: 64 });
    return [inputs[0], inputs[2], inputs[3]];
  },

  sgdStep: (machine, inputs, { scalars }) => {
    const [parameter, grad, velocity] = plain(machine, inputs);
    const [rate, momentum, added, decay, nesterov] = scalars;
    const factors = [rate, momentum, added, decay, nesterov] as const;
    machine.run('sgdStep', [parameter, grad, velocity, ...factors, 0, inputs[0].length]);
    return [inputs[0], inputs[2]];
  },
};
