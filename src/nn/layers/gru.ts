// Gated recurrent unit (Cho et al., 2014): one cell, and layers of cells over a sequence.

import { gruOp } from '../../engine/ops/gru.js';
import type { Tensor } from '../../engine/tensor.js';
import {
  RecurrentCell,
  RecurrentLayer,
  select,
  sequenceOf,
  type RecurrentCellOptions,
  type RecurrentOptions,
} from './recurrent.js';

type GRUState = readonly [hidden: Tensor];

/**
 * One step of a GRU: x [batch, inputSize] and a hidden state [batch, hiddenSize] -> the next hidden
 * state.
 *
 * With the three parts r, z, n of p = x weight_ihT + bias_ih and of q = h weight_hhT + bias_hh: r =
 * sigmoid(p_r + q_r), z = sigmoid(p_z + q_z), n = tanh(p_n + r q_n), and h' = (1 - z) n + z h. All
 * parameters are initialized from U(-1 / sqrt(hiddenSize), 1 / sqrt(hiddenSize)), as in PyTorch.
 *
 * @example
 * const cell = new GRUCell({ inputSize: 3, hiddenSize: 4, rng: new Rng(1) });
 * scope(() => {
 *   const hidden = cell.forward(ones([2, 3])); // starts with zeros
 *   print(cell.forward(ones([2, 3]), hidden).shape); // [2, 4]
 * });
 * cell.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 */
export class GRUCell extends RecurrentCell<GRUState> {
  constructor(options: RecurrentCellOptions) {
    super(options, 3, 1);
  }

  /**
   * The next hidden state.
   *
   * @param hidden default: zeros
   * @throws ShapeError if the input or the hidden state has another shape
   */
  override forward(x: Tensor, hidden: Tensor | null = null): Tensor {
    return this.run(x, hidden === null ? null : [hidden])[0];
  }

  override sequence(projected: Tensor, [hidden]: GRUState, reversed: boolean): [Tensor, GRUState] {
    const bias = this.bias_hh === null ? [] : [this.bias_hh];
    const states = gruOp([projected, this.weight_hh, hidden, ...bias], { reversed });
    const [steps] = projected.shape;
    return [sequenceOf(states, steps, reversed), [select(states, reversed ? 0 : steps)]];
  }
}

/**
 * One or more layers of GRU over a sequence.
 *
 * x [steps, batch, inputSize] -> [output, hidden]: output [steps, batch, directions * hiddenSize],
 * the hidden states of the last layer, and the hidden state after the last step, [numLayers *
 * directions, batch, hiddenSize]. With `batchFirst`, x and output are [batch, steps, ...]; the
 * hidden state is not. `GRUCell` has the formulas and the initialization. The state dict has
 * PyTorch's names (`weight_ih_l0`, `bias_hh_l1_reverse`). All sequences of a batch have the same
 * length.
 *
 * @example
 * const gru = new GRU({ inputSize: 3, hiddenSize: 4, numLayers: 2, rng: new Rng(1) });
 * scope(() => {
 *   const [output, hidden] = gru.forward(ones([5, 2, 3])); // 5 steps of 2 sequences
 *   print(output.shape, hidden.shape); // [5, 2, 4] [2, 2, 4]
 * });
 * gru.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export class GRU extends RecurrentLayer<GRUState, GRUCell> {
  constructor(options: RecurrentOptions) {
    super(options, (cellOptions) => new GRUCell(cellOptions), 1);
  }

  /**
   * The outputs and the final hidden state.
   *
   * @param hidden initial state [numLayers * directions, batch, hiddenSize]; default: zeros
   * @throws ShapeError if the input or the state has another shape, or there are no steps
   */
  override forward(x: Tensor, hidden: Tensor | null = null): [Tensor, Tensor] {
    const [output, [final]] = this.run(x, hidden === null ? null : [hidden]);
    return [output, final];
  }
}
