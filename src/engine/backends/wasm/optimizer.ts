// Optimizer steps: parameter, gradient and running averages in one pass, in place.

import { MIN_FLOATS, type Machine, type RoutineOverride, type WasmBuffer } from './machine.js';

/** Elements of one parameter in a unit of adamStep: UNIT in kernels/simd/optimizer.ts. */
const UNIT = 64;

/** Arrays of a parameter of adamStep: itself, its gradient, the two averages. */
const ARRAYS = 4;

const addressesOf = (machine: Machine, inputs: readonly WasmBuffer[]): number[] =>
  inputs.map((input) => machine.rowMajor(input));

/** Options of the jobs whose units are elements of one parameter. */
const ELEMENTS = { minUnits: MIN_FLOATS, multiple: 4 };

export const optimizerRoutines: Readonly<Record<string, RoutineOverride>> = {
  adamStep: (machine, inputs, { scalars }) => {
    const addresses = addressesOf(machine, inputs);
    const parameters = inputs.length / ARRAYS;
    const rows: number[] = [];
    let units = 0;
    for (let i = 0; i < inputs.length; i += ARRAYS) {
      const [parameter, grad, first, second] = addresses.slice(i, i + ARRAYS);
      const { length } = inputs[i];
      rows.push(parameter, grad, first, second, units, length);
      units += Math.ceil(length / UNIT);
    }
    // Blocks are reused in the same order at every step, so the table is that of the previous step.
    const table = machine.constantTable(rows);
    const { stepSize, beta1, beta2, biasCorrection2Sqrt, epsilon, weightDecay, shrink } = scalars;
    // prettier-ignore
    const args = [
      table, parameters, stepSize, beta1, 1 - beta1, beta2, 1 - beta2,
      biasCorrection2Sqrt, epsilon, weightDecay, shrink,
    ] as const;
    machine.parallel('adamStep', [...args], units, {
      minUnits: MIN_FLOATS / UNIT,
    });
    return inputs.filter((_, index) => index % ARRAYS !== 1);
  },

  sgdStep: (machine, inputs, { scalars }) => {
    const [parameter, grad, velocity] = addressesOf(machine, inputs);
    const { lr, momentum, oneMinusDampening, weightDecay, nesterov } = scalars;
    const factors = [lr, momentum, oneMinusDampening, weightDecay, nesterov] as const;
    machine.run('sgdStep', [parameter, grad, velocity, ...factors, 0, inputs[0].length]);
    return [inputs[0], inputs[2]];
  },

  amsgradStep: (machine, inputs, { scalars }) => {
    const [parameter, grad, first, second, maximum] = addressesOf(machine, inputs);
    const { stepSize, beta1, beta2, biasCorrection2Sqrt, epsilon, weightDecay, shrink } = scalars;
    // prettier-ignore
    const args = [
      parameter, grad, first, second, maximum, stepSize, beta1, 1 - beta1, beta2, 1 - beta2,
      biasCorrection2Sqrt, epsilon, weightDecay, shrink,
    ] as const;
    machine.parallel('amsgradStep', [...args], inputs[0].length, ELEMENTS);
    return inputs.filter((_, index) => index !== 1);
  },

  rmspropStep: (machine, inputs, { constants, scalars }) => {
    const [parameter, grad, square, ...optional] = addressesOf(machine, inputs);
    const velocity = constants.hasVelocity === 1 ? optional[0] : 0;
    const average = constants.centered === 1 ? optional[optional.length - 1] : 0;
    const { lr, alpha, epsilon, weightDecay, momentum } = scalars;
    // prettier-ignore
    const args = [
      parameter, grad, square, velocity, average, lr, alpha, 1 - alpha, epsilon, weightDecay, momentum,
    ] as const;
    machine.parallel('rmspropStep', [...args], inputs[0].length, ELEMENTS);
    return inputs.filter((_, index) => index !== 1);
  },

  adagradStep: (machine, inputs, { scalars }) => {
    const [parameter, grad, sum] = addressesOf(machine, inputs);
    const { lr, epsilon, weightDecay } = scalars;
    const args = [parameter, grad, sum, lr, epsilon, weightDecay] as const;
    machine.parallel('adagradStep', [...args], inputs[0].length, ELEMENTS);
    return [inputs[0], inputs[2]];
  },
};
