// What LSTM and GRU share: the parameters of a cell, and cells applied over time, in layers and in
// one or two directions.

import { ArgumentError, ShapeError } from '../../engine/errors.js';
import { checkOptions, checkRng } from '../../engine/options.js';
import { squeeze, stack, unsqueeze } from '../../engine/ops/axes.js';
import { concat } from '../../engine/ops/join.js';
import { linear } from '../../engine/ops/linear.js';
import { slice, transpose } from '../../engine/ops/view.js';
import type { Rng } from '../../engine/rng.js';
import { format, sameShape, type Shape } from '../../engine/shape.js';
import { checkTensor, zeros, type Tensor } from '../../engine/tensor.js';
import { uniform } from '../init.js';
import { Module } from '../module.js';
import { checkCount } from '../options.js';
import { Parameter } from '../parameter.js';
import { Dropout } from './dropout.js';

/** Options of `LSTMCell` and `GRUCell`. */
export interface RecurrentCellOptions {
  /** Size of the last axis of the input. */
  readonly inputSize: number;
  /** Size of the hidden state. */
  readonly hiddenSize: number;
  /** Whether the gates have biases. Default true. */
  readonly bias?: boolean;
  /** Stream that the initial weights are drawn from. */
  readonly rng: Rng;
}

/** Options of `LSTM` and `GRU`. */
export interface RecurrentOptions extends RecurrentCellOptions {
  /** Number of layers; each reads the outputs of the one below. Default 1. */
  readonly numLayers?: number;
  /** Whether inputs and outputs are [batch, steps, size], not [steps, batch, size]. Default false. */
  readonly batchFirst?: boolean;
  /**
   * Probability of the dropout on the outputs of every layer except the last, in training. It has
   * no effect with one layer. Default 0.
   */
  readonly dropout?: number;
  /**
   * Whether every layer also runs from the last step to the first; the outputs of both directions
   * are concatenated. Default false.
   */
  readonly bidirectional?: boolean;
  /** Stream that the initial weights and the dropout masks are drawn from. */
  readonly rng: Rng;
}

/** Base class of a cell: its parameters, named and initialized as in PyTorch. */
export abstract class RecurrentCell<State extends readonly Tensor[]> extends Module {
  /** Weights of the input, shape [gates * hiddenSize, inputSize]. */
  readonly weight_ih: Parameter;
  /** Weights of the hidden state, shape [gates * hiddenSize, hiddenSize]. */
  readonly weight_hh: Parameter;
  /** Shape [gates * hiddenSize]; null without bias. */
  readonly bias_ih: Parameter | null;
  /** Shape [gates * hiddenSize]; null without bias. */
  readonly bias_hh: Parameter | null;
  readonly #stateCount: number;

  /**
   * @param gates number of gates, including the candidate
   * @param stateCount number of tensors in the state
   */
  protected constructor(options: RecurrentCellOptions, gates: number, stateCount: number) {
    super();
    this.#stateCount = stateCount;
    const caller = this.constructor.name;
    checkOptions(caller, options, { inputSize: true, hiddenSize: true, bias: true, rng: true });
    const { inputSize, hiddenSize, bias = true, rng } = options;
    checkCount(caller, 'inputSize', inputSize);
    checkCount(caller, 'hiddenSize', hiddenSize);
    checkRng(caller, rng);
    const rows = gates * hiddenSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    const initial = uniform({ low: -bound, high: bound, rng });
    this.weight_ih = new Parameter([rows, inputSize], initial);
    this.weight_hh = new Parameter([rows, hiddenSize], initial);
    this.bias_ih = bias ? new Parameter([rows], initial) : null;
    this.bias_hh = bias ? new Parameter([rows], initial) : null;
  }

  /** Size of the hidden state. */
  get hiddenSize(): number {
    return this.weight_hh.shape[1];
  }

  /** Size of the last axis of the input. */
  get inputSize(): number {
    return this.weight_ih.shape[1];
  }

  /**
   * x weight_ihT + bias_ih: the part of the gates that does not depend on the state. All steps of a
   * sequence can be projected at once: x [..., inputSize] -> [..., gates * hiddenSize].
   */
  project(x: Tensor): Tensor {
    return linear(x, this.weight_ih, this.bias_ih);
  }

  /**
   * All steps of a sequence.
   *
   * @param projected result of `project`, [steps, batch, gates * hiddenSize]
   * @param state tensors [batch, hiddenSize], the hidden state first
   * @param reversed whether the sequence runs from the last step to the first
   * @returns the hidden states [steps, batch, hiddenSize] in the order of `projected`, and the state
   *   after the last step (the first, if reversed)
   */
  abstract sequence(projected: Tensor, state: State, reversed: boolean): [Tensor, State];

  /** Validates x [batch, inputSize] and the state, and computes the next state. Null: zeros. */
  protected run(x: Tensor, state: State | null): State {
    const caller = this.constructor.name;
    checkTensor(x, `${caller}: x`);
    if (x.shape.length !== 2 || x.shape[1] !== this.inputSize) {
      throw new ShapeError(
        `${caller}: x must be [batch, ${this.inputSize}], got ${format(x.shape)}`,
      );
    }
    const shape = [x.shape[0], this.hiddenSize];
    if (state !== null) checkState(caller, state, this.#stateCount, shape);
    const initial = state ?? (zeroState(shape, this.#stateCount, x) as State);
    return this.sequence(unsqueeze(this.project(x), 0), initial, false)[1];
  }

  protected override describe(): string {
    const bias = this.bias_ih === null ? ', bias=false' : '';
    return `${this.inputSize}, ${this.hiddenSize}${bias}`;
  }
}

/**
 * Base class of LSTM and GRU: one cell for each layer and direction. In the state dict the
 * parameters of a cell have PyTorch's names: `weight_ih_l0`, `bias_hh_l1_reverse`.
 */
export abstract class RecurrentLayer<
  State extends readonly Tensor[],
  Cell extends RecurrentCell<State>,
> extends Module {
  /** The cells by layer and direction: `cells[0][0]` is the first layer, forward in time. */
  readonly cells: readonly (readonly Cell[])[];
  /** Whether inputs and outputs are [batch, steps, size]. */
  readonly batchFirst: boolean;
  /** The dropout between layers. */
  readonly dropout: Dropout;
  readonly #stateCount: number;

  /** @param stateCount number of tensors in the state */
  protected constructor(
    options: RecurrentOptions,
    createCell: (options: RecurrentCellOptions) => Cell,
    stateCount: number,
  ) {
    super();
    this.#stateCount = stateCount;
    const caller = this.constructor.name;
    checkOptions(caller, options, {
      inputSize: true,
      hiddenSize: true,
      bias: true,
      numLayers: true,
      batchFirst: true,
      dropout: true,
      bidirectional: true,
      rng: true,
    });
    const { inputSize, hiddenSize, bias = true, numLayers = 1, batchFirst = false, rng } = options;
    checkCount(caller, 'inputSize', inputSize);
    checkCount(caller, 'hiddenSize', hiddenSize);
    checkCount(caller, 'numLayers', numLayers);
    this.dropout = new Dropout({ probability: options.dropout ?? 0, rng });
    const directions = options.bidirectional === true ? 2 : 1;
    this.batchFirst = batchFirst;
    this.cells = Array.from({ length: numLayers }, (_, layer) => {
      const size = layer === 0 ? inputSize : directions * hiddenSize;
      return Array.from({ length: directions }, () =>
        createCell({ inputSize: size, hiddenSize, bias, rng }),
      );
    });
  }

  protected override members(): [string, unknown][] {
    const parameters = this.cells.flatMap((directions, layer) =>
      directions.flatMap((cell, direction) =>
        cell
          .namedParameters()
          .map(([name, parameter]): [string, unknown] => [
            `${name}_l${layer}${direction === 1 ? '_reverse' : ''}`,
            parameter,
          ]),
      ),
    );
    return [...parameters, ['dropout', this.dropout]];
  }

  /**
   * Runs all layers over a sequence.
   *
   * @param initial tensors [layers * directions, batch, hiddenSize]; null: zeros
   * @returns the outputs of the last layer, and the final state, shaped like `initial`
   */
  protected run(x: Tensor, initial: readonly Tensor[] | null): [Tensor, Tensor[]] {
    this.#checkInput(x);
    const sequence = this.batchFirst ? transpose(x, 0, 1) : x; // [steps, batch, inputSize]
    const states = this.#initialStates(sequence, initial);
    const finals: State[] = [];
    let output = sequence;
    for (const [layer, directions] of this.cells.entries()) {
      const input = layer === 0 ? sequence : this.dropout.forward(output);
      const outputs = directions.map((cell, direction) => {
        const projected = cell.project(input); // one matrix product for all steps
        const [hidden, final] = cell.sequence(projected, states[finals.length], direction === 1);
        finals.push(final);
        return hidden;
      });
      output = concat(outputs, 2); // [steps, batch, directions * hiddenSize]
    }
    const finalState = finals[0].map((_, index) => stack(finals.map((state) => state[index])));
    return [this.batchFirst ? transpose(output, 0, 1) : output, finalState];
  }

  #checkInput(x: Tensor): void {
    const caller = this.constructor.name;
    checkTensor(x, `${caller}: x`);
    const { inputSize } = this.cells[0][0];
    const axes = this.batchFirst ? 'batch, steps' : 'steps, batch';
    if (x.shape.length !== 3 || x.shape[2] !== inputSize) {
      throw new ShapeError(
        `${caller}: x must be [${axes}, ${inputSize}] (batchFirst: ${this.batchFirst}), ` +
          `got ${format(x.shape)}`,
      );
    }
    if (x.shape[this.batchFirst ? 1 : 0] === 0) {
      throw new ShapeError(
        `${caller}: needs at least one step, got x ${format(x.shape)} = [${axes}, ${inputSize}]`,
      );
    }
  }

  /** The initial state of every cell: layer 0 forward, layer 0 backward, layer 1 forward, ... */
  #initialStates(sequence: Tensor, initial: readonly Tensor[] | null): State[] {
    const cells = this.cells.flat();
    const shape = [sequence.shape[1], cells[0].hiddenSize];
    if (initial === null) {
      const state = zeroState(shape, this.#stateCount, sequence) as State;
      return cells.map(() => state);
    }
    checkState(this.constructor.name, initial, this.#stateCount, [cells.length, ...shape]);
    const perCell = initial.map((states) => cells.map((_, index) => select(states, index)));
    return cells.map(
      (_, index) => perCell.map((states) => states[index]) as readonly Tensor[] as State,
    );
  }

  protected override describe(): string {
    const [cell] = this.cells[0];
    return (
      `${cell.inputSize}, ${cell.hiddenSize}` +
      (this.cells.length > 1 ? `, numLayers=${this.cells.length}` : '') +
      (cell.bias_ih === null ? ', bias=false' : '') +
      (this.batchFirst ? ', batchFirst=true' : '') +
      (this.cells[0].length > 1 ? ', bidirectional=true' : '')
    );
  }
}

/** Zeros for every tensor of a state, on the backend of x. */
function zeroState(shape: Shape, count: number, x: Tensor): readonly Tensor[] {
  const zero = zeros(shape, { backend: x.array.backend });
  return Array.from({ length: count }, () => zero);
}

/** @throws ArgumentError or ShapeError unless a state has `count` tensors of the given shape */
function checkState(caller: string, state: readonly Tensor[], count: number, shape: Shape): void {
  if (!Array.isArray(state) || state.length !== count) {
    throw new ArgumentError(
      `${caller}: the state must be a list of ${count} tensors, [hidden, cell]`,
    );
  }
  for (const tensor of state as readonly Tensor[]) {
    checkTensor(tensor, `${caller}: state`);
    if (!sameShape(tensor.shape, shape)) {
      throw new ShapeError(
        `${caller}: the state must be ${format(shape)}, got ${format(tensor.shape)}`,
      );
    }
  }
}

/** Element `index` of the first axis, without that axis. */
export const select = (x: Tensor, index: number): Tensor =>
  squeeze(slice(x, 0, index, index + 1), 0);

/**
 * The states after every step: a part of states [slots, batch, hiddenSize], which begin with those
 * before and after the first step (after and before the first, if reversed).
 */
export const sequenceOf = (states: Tensor, steps: number, reversed: boolean): Tensor =>
  slice(states, 0, reversed ? 0 : 1, reversed ? steps : steps + 1);
