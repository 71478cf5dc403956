// Long short-term memory (Hochreiter and Schmidhuber, 1997): one cell, and layers of cells over a
// sequence.

import { lstmOp } from '../../engine/ops/lstm.js';
import { reshape } from '../../engine/ops/view.js';
import type { Tensor } from '../../engine/tensor.js';
import {
  RecurrentCell,
  RecurrentLayer,
  select,
  sequenceOf,
  type RecurrentCellOptions,
  type RecurrentOptions,
} from './recurrent.js';

/**
 * The state of an LSTM: the hidden state h and the cell state c. To continue a sequence in another
 * training step, pass `state.map((tensor) => tensor.detach())`.
 */
export type LSTMState = readonly [hidden: Tensor, cell: Tensor];

/**
 * One step of an LSTM: x [batch, inputSize] and a state of tensors [batch, hiddenSize] -> the next
 * state.
 *
 * With the gates i, f, g, o = x weight_ihT + bias_ih + h weight_hhT + bias_hh, the next state is c'
 * = sigmoid(f) c + sigmoid(i) tanh(g) and h' = sigmoid(o) tanh(c'). All parameters are initialized
 * from U(-1 / sqrt(hiddenSize), 1 / sqrt(hiddenSize)), as in PyTorch.
 *
 * @example
 * const cell = new LSTMCell({ inputSize: 3, hiddenSize: 4, rng: new Rng(1) });
 * scope(() => {
 *   let state = cell.forward(ones([2, 3])); // starts with zeros
 *   state = cell.forward(ones([2, 3]), state);
 *   print(state.map((tensor) => tensor.shape)); // [[2, 4], [2, 4]]
 * });
 * cell.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export class LSTMCell extends RecurrentCell<LSTMState> {
  constructor(options: RecurrentCellOptions) {
    super(options, 4, 2);
  }

  /**
   * The next state [h', c'].
   *
   * @param state default: zeros
   * @throws ShapeError if the input or the state has another shape
   */
  override forward(x: Tensor, state: LSTMState | null = null): LSTMState {
    return this.run(x, state);
  }

  override sequence(
    projected: Tensor,
    [hidden, cell]: LSTMState,
    reversed: boolean,
  ): [Tensor, LSTMState] {
    const bias = this.bias_hh === null ? [] : [this.bias_hh];
    const states = lstmOp([projected, this.weight_hh, hidden, cell, ...bias], { reversed });
    // All hidden states, then all cell states; see lstmOp.
    const [steps, batch] = projected.shape;
    const slots = reshape(states, [2 * (steps + 1), batch, this.hiddenSize]);
    const last = reversed ? 0 : steps;
    const final = [last, steps + 1 + last].map((slot) => select(slots, slot));
    return [sequenceOf(slots, steps, reversed), [final[0], final[1]]];
  }
}

/**
 * One or more layers of LSTM over a sequence.
 *
 * x [steps, batch, inputSize] -> [output, [h, c]]: output [steps, batch, directions * hiddenSize],
 * the hidden states of the last layer, and the state after the last step, tensors [numLayers *
 * directions, batch, hiddenSize]. With `batchFirst`, x and output are [batch, steps, ...]; the state
 * is not. `LSTMCell` has the formulas and the initialization. The state dict has PyTorch's names
 * (`weight_ih_l0`, `bias_hh_l1_reverse`). All sequences of a batch have the same length.
 *
 * @example
 * const lstm = new LSTM({ inputSize: 3, hiddenSize: 4, batchFirst: true, rng: new Rng(1) });
 * scope(() => {
 *   const [output, [h, c]] = lstm.forward(ones([2, 5, 3])); // 2 sequences of 5 steps
 *   print(output.shape, h.shape, c.shape); // [2, 5, 4] [1, 2, 4] [1, 2, 4]
 * });
 * lstm.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
export class LSTM extends RecurrentLayer<LSTMState, LSTMCell> {
  constructor(options: RecurrentOptions) {
    super(options, (cellOptions) => new LSTMCell(cellOptions), 2);
  }

  /**
   * The outputs and the final state.
   *
   * @param state initial state, tensors [numLayers * directions, batch, hiddenSize]; default: zeros
   * @throws ShapeError if the input or the state has another shape, or there are no steps
   */
  override forward(x: Tensor, state: LSTMState | null = null): [Tensor, LSTMState] {
    const [output, [hidden, cell]] = this.run(x, state);
    return [output, [hidden, cell]];
  }
}
