// A recurrent network that predicts the next character of a text.

import {
  Adam,
  clipGradNorm,
  crossEntropy,
  Embedding,
  Linear,
  LSTM,
  Module,
  reshape,
  scope,
  slice,
  type Rng,
  type Tensor,
} from '../../src/index.js';
import {
  arrayOf,
  batchOf,
  BATCHES,
  network,
  type Data,
  type NetworkProgram,
  type Trainer,
} from './program.js';

const VOCABULARY = 65;
const HIDDEN = 128;
const BATCH = 32;
/** Characters per sequence. */
const LENGTH = 32;

/** Characters [N, LENGTH] -> logits of the following ones [N, LENGTH, VOCABULARY]. */
class CharLstm extends Module {
  readonly embedding: Embedding;
  readonly lstm: LSTM;
  readonly head: Linear;

  constructor(rng: Rng) {
    super();
    this.embedding = new Embedding({ numEmbeddings: VOCABULARY, embeddingDim: 32, rng });
    this.lstm = new LSTM({ inputSize: 32, hiddenSize: HIDDEN, batchFirst: true, rng });
    this.head = new Linear({ inFeatures: HIDDEN, outFeatures: VOCABULARY, rng });
  }

  override forward(text: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(text));
    return this.head.forward(output);
  }
}

export const charLstm: NetworkProgram = {
  batch: BATCH,
  data: (rng) => ({
    text: arrayOf([BATCHES * BATCH, LENGTH + 1], () => rng.below(VOCABULARY)),
  }),
  build: (rng) => network(new CharLstm(rng), train),
};

function train(model: CharLstm, { text }: Data): Trainer {
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  return {
    step: async (index) => [
      await scope(() => {
        const windows = batchOf(text, index, BATCH);
        const logits = model.forward(slice(windows, 1, 0, LENGTH));
        const targets = slice(windows, 1, 1);
        const loss = crossEntropy(reshape(logits, [-1, VOCABULARY]), reshape(targets, [-1]));
        optimizer.zeroGrad();
        loss.backward();
        clipGradNorm(model.parameters(), 0.5);
        optimizer.step();
        return loss.item();
      }),
    ],
    dispose: () => optimizer.dispose(),
  };
}
