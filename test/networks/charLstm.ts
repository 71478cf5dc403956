// A recurrent network that predicts the next character of a text (char-rnn).

import {
  clipGradNorm,
  crossEntropy,
  Embedding,
  Linear,
  LSTM,
  Module,
  reshape,
  RMSprop,
  Rng,
  scope,
  slice,
  tensor,
  type HostState,
  type LSTMState,
  type SavedArray,
  type Tensor,
} from '../../src/index.js';

/** Characters [N, steps] -> logits of the following ones [N, steps, vocabulary], and the state. */
class CharLstm extends Module {
  readonly embedding: Embedding;
  readonly lstm: LSTM;
  readonly head: Linear;

  constructor(vocabulary: number, rng: Rng) {
    super();
    this.embedding = new Embedding({ numEmbeddings: vocabulary, embeddingDim: 16, rng });
    this.lstm = new LSTM({ inputSize: 16, hiddenSize: 32, batchFirst: true, rng });
    this.head = new Linear({ inFeatures: 32, outFeatures: vocabulary, rng });
  }

  override forward(text: Tensor, state: LSTMState | null): [Tensor, LSTMState] {
    const [output, next] = this.lstm.forward(this.embedding.forward(text), state);
    return [this.head.forward(output), next];
  }
}

/** Characters per step. */
const LENGTH = 12;

/**
 * Trains by truncated backpropagation through time: every step continues from the last state, but
 * its gradient ends there. Returns the loss of each step.
 *
 * @param data text [streams, characters], each row a text of its own
 */
export async function trainCharLstm(
  weights: HostState,
  data: Readonly<Record<string, SavedArray>>,
): Promise<number[]> {
  const vocabulary = weights['embedding.weight'].shape[0];
  const model = new CharLstm(vocabulary, new Rng(1));
  model.loadStateDict(weights);
  const optimizer = new RMSprop(model.parameters(), { lr: 0.003 });
  const text = tensor(data.text);
  const losses: number[] = [];
  let state: LSTMState | null = null;
  for (let start = 0; start + LENGTH < text.shape[1]; start += LENGTH) {
    const [loss, hidden, cell] = scope(() => {
      const inputs = slice(text, 1, start, start + LENGTH);
      const targets = slice(text, 1, start + 1, start + LENGTH + 1);
      const [logits, [hidden, cell]] = model.forward(inputs, state);
      const loss = crossEntropy(reshape(logits, [-1, vocabulary]), reshape(targets, [-1]));
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(model.parameters(), 0.5);
      optimizer.step();
      return [loss.item(), hidden.detach(), cell.detach()] as const;
    });
    state?.forEach((array) => array.dispose());
    state = [hidden, cell];
    losses.push(await loss);
  }
  state?.forEach((array) => array.dispose());
  text.dispose();
  optimizer.dispose();
  model.dispose();
  return losses;
}
