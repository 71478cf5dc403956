// A small GPT: a decoder-only transformer that predicts the next character of a text.

import {
  add,
  AdamW,
  arange,
  crossEntropy,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  normal,
  reshape,
  scope,
  slice,
  TransformerEncoderLayer,
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
/** Length of the vector of one position. */
const WIDTH = 64;
/** Characters of an input. */
const CONTEXT = 64;
const BATCH = 8;

/** Characters [N, CONTEXT] -> logits of the following ones [N, CONTEXT, VOCABULARY]. */
class Gpt extends Module {
  readonly tokens: Embedding;
  readonly positions: Embedding;
  readonly blocks: TransformerEncoderLayer[];
  readonly norm: LayerNorm;
  readonly head: Linear;

  constructor(rng: Rng) {
    super();
    this.tokens = new Embedding({ numEmbeddings: VOCABULARY, embeddingDim: WIDTH, rng });
    this.positions = new Embedding({ numEmbeddings: CONTEXT, embeddingDim: WIDTH, rng });
    for (const { weight } of [this.tokens, this.positions])
      weight.assign(normal({ deviation: 0.02, rng })(weight.shape));
    const block = {
      dModel: WIDTH,
      numHeads: 4,
      dimFeedforward: 4 * WIDTH,
      dropout: 0,
      activation: 'gelu',
      batchFirst: true,
      normFirst: true,
      causal: true,
      rng,
    } as const;
    this.blocks = [new TransformerEncoderLayer(block), new TransformerEncoderLayer(block)];
    this.norm = new LayerNorm({ normalizedShape: WIDTH });
    // The output layer shares the table of the characters (tied weights).
    const { weight } = this.tokens;
    this.head = new Linear({
      inFeatures: WIDTH,
      outFeatures: VOCABULARY,
      bias: false,
      weight,
      rng,
    });
  }

  override forward(text: Tensor): Tensor {
    let x = add(this.tokens.forward(text), this.positions.forward(arange(CONTEXT)));
    for (const block of this.blocks) x = block.forward(x);
    return this.head.forward(this.norm.forward(x));
  }
}

export const gpt: NetworkProgram = {
  batch: BATCH,
  data: (rng) => ({
    text: arrayOf([BATCHES * BATCH, CONTEXT + 1], () => rng.below(VOCABULARY)),
  }),
  build: (rng) => network(new Gpt(rng), train),
};

function train(model: Gpt, { text }: Data): Trainer {
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.1 });
  return {
    step: async (index) => [
      await scope(() => {
        const windows = batchOf(text, index, BATCH);
        const logits = model.forward(slice(windows, 1, 0, CONTEXT));
        const targets = slice(windows, 1, 1);
        const loss = crossEntropy(reshape(logits, [-1, VOCABULARY]), reshape(targets, [-1]));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      }),
    ],
    dispose: () => optimizer.dispose(),
  };
}
