// LSTM and GRU over a sequence: threads divide the examples of the batch, each of which is computed
// from the first step to the last (kernels/simd/lstm.ts).

import type { RecurrentConstants } from '../../ops/internal/recurrent.js';
import type { Machine, ParallelOptions, RoutineOverride, WasmBuffer } from './machine.js';
import { packedPanels } from './matmul.js';

/** Multiply-adds of a chunk below which one thread computes all of it, as in matmul.ts. */
const MIN_MULTIPLY_ADDS = 500_000;

/** Panels of the transpose of weight [rows, hidden], for products with the hidden state. */
const transposedPanels = (machine: Machine, weight: WasmBuffer, rows: number, hidden: number) =>
  packedPanels(machine, weight, 0, { inner: hidden, columns: rows, innerB: 1, columnB: hidden });

/** Panels of weight [rows, hidden], for products with the gradients. */
const panels = (machine: Machine, weight: WasmBuffer, rows: number, hidden: number) =>
  packedPanels(machine, weight, 0, { inner: rows, columns: hidden, innerB: hidden, columnB: 1 });

/**
 * One chunk per thread: every chunk streams the weights through the cache once a step. Whole tiles
 * of rows.
 */
function division(
  machine: Machine,
  { steps, batch, hidden }: RecurrentConstants,
  gates: number,
): ParallelOptions {
  const tile = machine.tileRows;
  return {
    minUnits: Math.ceil(MIN_MULTIPLY_ADDS / (steps * gates * hidden * hidden)),
    chunk: tile * Math.ceil(batch / machine.threads / tile),
  };
}

/** Sizes in the order of the arguments of the SIMD functions. */
const sizes = ({ steps, batch, hidden, reversed }: RecurrentConstants) =>
  [steps, batch, hidden, reversed] as const;

export const recurrentRoutines: Readonly<Record<string, RoutineOverride>> = {
  lstmForward: (machine, [projected, weight, hidden, cell, bias], { constants, lengths }) => {
    const c = constants as RecurrentConstants;
    const packed = transposedPanels(machine, weight, 4 * c.hidden, c.hidden);
    const fromBias = (bias as WasmBuffer | undefined) === undefined ? 0 : machine.rowMajor(bias);
    const inputs = [machine.rowMajor(projected), machine.rowMajor(hidden), machine.rowMajor(cell)];
    const outputs = lengths.map((length) => machine.allocate(length));
    const [states, gates] = outputs.map(({ address }) => address);
    machine.parallel(
      'lstmForward',
      [inputs[0], packed, fromBias, inputs[1], inputs[2], states, gates, ...sizes(c)],
      c.batch,
      division(machine, c, 4),
    );
    return outputs;
  },
  lstmBackward: (machine, [grad, gates, states, weight], { constants, lengths }) => {
    const c = constants as RecurrentConstants;
    const packed = panels(machine, weight, 4 * c.hidden, c.hidden);
    const inputs = [grad, gates, states].map((input) => machine.rowMajor(input));
    const outputs = lengths.map((length) => machine.allocate(length));
    machine.parallel(
      'lstmBackward',
      [
        ...([inputs[0], inputs[1], inputs[2], packed] as const),
        ...([outputs[0].address, outputs[1].address] as const),
        ...sizes(c),
      ],
      c.batch,
      division(machine, c, 4),
    );
    return outputs;
  },
  gruForward: (machine, [projected, weight, hidden, bias], { constants, lengths }) => {
    const c = constants as RecurrentConstants;
    const packed = transposedPanels(machine, weight, 3 * c.hidden, c.hidden);
    const fromBias = (bias as WasmBuffer | undefined) === undefined ? 0 : machine.rowMajor(bias);
    const inputs = [machine.rowMajor(projected), machine.rowMajor(hidden)];
    const outputs = lengths.map((length) => machine.allocate(length));
    const [states, gates] = outputs.map(({ address }) => address);
    machine.parallel(
      'gruForward',
      [inputs[0], packed, fromBias, inputs[1], states, gates, ...sizes(c)],
      c.batch,
      division(machine, c, 3),
    );
    return outputs;
  },
  gruBackward: (machine, [grad, gates, states, weight], { constants, lengths }) => {
    const c = constants as RecurrentConstants;
    const packed = panels(machine, weight, 3 * c.hidden, c.hidden);
    const inputs = [grad, gates, states].map((input) => machine.rowMajor(input));
    const outputs = lengths.map((length) => machine.allocate(length));
    const [gradProjected, gradRecurrent, gradInitial] = outputs.map(({ address }) => address);
    machine.withScratch([c.batch * c.hidden], (carry) => {
      machine.parallel(
        'gruBackward',
        [
          ...([inputs[0], inputs[1], inputs[2], packed] as const),
          ...([gradProjected, gradRecurrent, gradInitial, carry] as const),
          ...sizes(c),
        ],
        c.batch,
        division(machine, c, 3),
      );
    });
    return outputs;
  },
};
