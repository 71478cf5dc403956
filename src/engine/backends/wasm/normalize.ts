// Layer norm, group norm and RMS norm; threads divide the rows, and the parameters.

import { withColumnScratch } from './columnScratch.js';
import { MIN_FLOATS, type RoutineOverride } from './machine.js';

type NormConstants = Readonly<
  Record<'rows' | 'size' | 'groups' | 'perGroup' | 'inner' | 'centered', number>
>;

export const normalizeRoutines: Readonly<Record<string, RoutineOverride>> = {
  normalizeForward: (machine, inputs, { constants, scalars: { epsilon }, lengths }) => {
    const { rows, size, groups, inner, centered } = constants as NormConstants;
    const [x, weight, bias] = inputs.map((input) => machine.rowMajor(input));
    const outputs = lengths.map((length) => machine.allocate(length));
    const [y, means, inverses] = outputs.map(({ address }) => address);
    const geometry = [size, groups, inner, centered, epsilon] as const;
    machine.parallel('normalizeRows', [x, weight, bias, ...geometry, y, means, inverses], rows, {
      minUnits: Math.ceil(MIN_FLOATS / (4 * size)),
    });
    return outputs;
  },

  normalizeBackward: (machine, inputs, { constants, lengths }) => {
    const { rows, size, groups, perGroup, inner, centered } = constants as NormConstants;
    const [grad, x, weight, means, inverses] = inputs.map((input) => machine.rowMajor(input));
    const outputs = lengths.map((length) => machine.allocate(length));
    const [gradX, gradWeight, gradBias] = outputs.map(({ address }) => address);
    const operands = [grad, x, weight, means, inverses] as const;
    const geometry = [size, groups, inner, centered] as const;
    machine.parallel('normalizeRowsGrad', [...operands, ...geometry, gradX], rows, {
      minUnits: Math.ceil(MIN_FLOATS / (4 * size)),
    });
    withColumnScratch(machine, (scratch, options) => {
      const statistics = [grad, x, means, inverses] as const;
      const sizes = [rows, size, groups, inner] as const;
      const parameters = groups * perGroup;
      machine.parallel(
        'normalizeParametersGrad',
        [...statistics, ...sizes, gradWeight, gradBias, scratch],
        parameters,
        {
          minUnits: Math.ceil((MIN_FLOATS * parameters) / (2 * rows * size)),
          multiple: 16,
          ...options(10),
        },
      );
    });
    return outputs;
  },
};
