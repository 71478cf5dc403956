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
  reshape,
  Rng,
  scope,
  slice,
  tensor,
  TransformerEncoderLayer,
  type HostState,
  type SavedArray,
  type Tensor,
} from '../../src/index.js';
import { ArrayDataset, DataLoader } from '../../src/data/index.js';

interface GptOptions {
  /** Number of different characters. */
  readonly vocabulary: number;
  /** Most characters of an input. */
  readonly context: number;
  /** Length of the vector of one position. */
  readonly size: number;
  readonly rng: Rng;
}

/** Characters [N, length] -> logits of the following ones [N, length, vocabulary]. */
class Gpt extends Module {
  readonly tokens: Embedding;
  readonly positions: Embedding;
  readonly blocks: TransformerEncoderLayer[];
  readonly norm: LayerNorm;
  readonly head: Linear;

  constructor({ vocabulary, context, size, rng }: GptOptions) {
    super();
    this.tokens = new Embedding({ numEmbeddings: vocabulary, embeddingDim: size, rng });
    this.positions = new Embedding({ numEmbeddings: context, embeddingDim: size, rng });
    const block = {
      dModel: size,
      numHeads: 4,
      dimFeedforward: 4 * size,
      dropout: 0,
      activation: 'gelu',
      batchFirst: true,
      normFirst: true,
      causal: true,
      rng,
    } as const;
    this.blocks = [new TransformerEncoderLayer(block), new TransformerEncoderLayer(block)];
    this.norm = new LayerNorm({ normalizedShape: size });
    // The output layer shares the table of the characters (tied weights).
    this.head = new Linear({
      inFeatures: size,
      outFeatures: vocabulary,
      bias: false,
      weight: this.tokens.weight,
      rng,
    });
  }

  override forward(tokens: Tensor): Tensor {
    const positions = arange(tokens.shape[1]);
    let x = add(this.tokens.forward(tokens), this.positions.forward(positions));
    for (const block of this.blocks) x = block.forward(x);
    return this.head.forward(this.norm.forward(x));
  }
}

/** AdamW that decays matrices, but not biases and the scales of layer normalization. */
function optimizerOf(model: Module): AdamW {
  const parameters = model.parameters();
  const decayed = parameters.filter(({ shape }) => shape.length >= 2);
  const others = parameters.filter(({ shape }) => shape.length < 2);
  return new AdamW([{ params: decayed }, { params: others, weightDecay: 0 }], {
    lr: 3e-3,
    betas: [0.9, 0.95],
    weightDecay: 0.1,
  });
}

/**
 * Trains for one epoch; returns the loss of each step.
 *
 * @param data windows [40, length + 1] of a text
 */
export async function trainGpt(
  weights: HostState,
  data: Readonly<Record<string, SavedArray>>,
): Promise<number[]> {
  const [vocabulary, size] = weights['tokens.weight'].shape;
  const context = data.windows.shape[1] - 1;
  const model = new Gpt({ vocabulary, context, size, rng: new Rng(1) });
  model.loadStateDict(weights);
  const optimizer = optimizerOf(model);
  const loader = new DataLoader(new ArrayDataset({ windows: data.windows }), { batchSize: 4 });
  const losses: number[] = [];
  for (const { windows } of loader.batches(0)) {
    const loss = scope(() => {
      const text = tensor(windows);
      const logits = model.forward(slice(text, 1, 0, context));
      const targets = slice(text, 1, 1);
      const loss = crossEntropy(reshape(logits, [-1, vocabulary]), reshape(targets, [-1]));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    losses.push(await loss);
  }
  optimizer.dispose();
  model.dispose();
  return losses;
}
