// Transformer block: self-attention and a feed-forward network, each with a residual connection and
// layer normalization.

import { ArgumentError } from '../../engine/errors.js';
import { checkOptions, describeValue } from '../../engine/options.js';
import { gelu, relu } from '../../engine/ops/activation.js';
import { add } from '../../engine/ops/arithmetic.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { checkCount } from '../options.js';
import { Dropout } from './dropout.js';
import { LayerNorm } from './layerNorm.js';
import { Linear } from './linear.js';
import { MultiheadAttention, type MultiheadAttentionMasks } from './multiheadAttention.js';

/** Options of `TransformerEncoderLayer`. */
export interface TransformerEncoderLayerOptions {
  /** Size of inputs and outputs; a multiple of `numHeads`. */
  readonly dModel: number;
  /** Number of attention heads. */
  readonly numHeads: number;
  /** Size of the hidden layer of the feed-forward network. Default 2048. */
  readonly dimFeedforward?: number;
  /** Probability of all dropouts in training. Default 0.1. */
  readonly dropout?: number;
  /** Activation of the feed-forward network, or a function of a tensor. Default `relu`. */
  readonly activation?: 'relu' | 'gelu' | ((x: Tensor) => Tensor);
  /** Added to the variance in layer normalization. Default 1e-5. */
  readonly epsilon?: number;
  /** Whether inputs and outputs are [batch, length, size], not [length, batch, size]. Default false. */
  readonly batchFirst?: boolean;
  /**
   * Whether layer normalization comes before attention and feed-forward network (pre-norm, as in
   * GPT-2) or after the residual connection (post-norm, as in the original). Default false.
   */
  readonly normFirst?: boolean;
  /** Whether no position attends to later ones, as in a language model. Default false. */
  readonly causal?: boolean;
  /** Stream that the initial weights and the dropout masks are drawn from. */
  readonly rng: Rng;
}

/**
 * A block of a transformer: x [length, batch, dModel] -> the same shape, or [batch, length, dModel]
 * with `batchFirst`.
 *
 * Post-norm: y = norm1(x + attention(x)), then norm2(y + feedForward(y)). Pre-norm (`normFirst`): y =
 * x + attention(norm1(x)), then y + feedForward(norm2(y)). The feed-forward network is linear2 of the
 * activation of linear1. With `causal` and `normFirst` it is the block of GPT-2.
 *
 * @example
 * const options = { dModel: 8, numHeads: 2, dimFeedforward: 32, causal: true, rng: new Rng(1) };
 * const blocks = new Sequential(
 *   new TransformerEncoderLayer(options),
 *   new TransformerEncoderLayer(options),
 * );
 * scope(() => print(blocks.forward(ones([5, 2, 8])).shape)); // [5, 2, 8]
 * blocks.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 */
export class TransformerEncoderLayer extends Module {
  /** Self-attention. */
  readonly self_attn: MultiheadAttention;
  /** First layer of the feed-forward network, dModel to dimFeedforward. */
  readonly linear1: Linear;
  /** Dropout after the activation. */
  readonly dropout: Dropout;
  /** Second layer of the feed-forward network, dimFeedforward to dModel. */
  readonly linear2: Linear;
  /** Normalization of the attention's input (pre-norm) or of the sum after it. */
  readonly norm1: LayerNorm;
  /** Normalization of the feed-forward network's input (pre-norm) or of the sum after it. */
  readonly norm2: LayerNorm;
  /** Dropout of the attention's output. */
  readonly dropout1: Dropout;
  /** Dropout of the feed-forward network's output. */
  readonly dropout2: Dropout;
  /** Activation of the feed-forward network. */
  readonly activation: (x: Tensor) => Tensor;
  /** Whether normalization comes first. */
  readonly normFirst: boolean;
  /** Whether no position attends to later ones. */
  readonly causal: boolean;

  constructor(options: TransformerEncoderLayerOptions) {
    super();
    checkOptions('TransformerEncoderLayer', options, {
      dModel: true,
      numHeads: true,
      dimFeedforward: true,
      dropout: true,
      activation: true,
      epsilon: true,
      batchFirst: true,
      normFirst: true,
      causal: true,
      rng: true,
    });
    const { dModel, numHeads, dimFeedforward = 2048, dropout = 0.1, epsilon = 1e-5, rng } = options;
    checkCount('TransformerEncoderLayer', 'dModel', dModel);
    checkCount('TransformerEncoderLayer', 'dimFeedforward', dimFeedforward);
    this.activation = activationOf(options.activation ?? 'relu');
    const { batchFirst = false, normFirst = false, causal = false } = options;
    this.self_attn = new MultiheadAttention({
      embedDim: dModel,
      numHeads,
      dropout,
      batchFirst,
      rng,
    });
    this.linear1 = new Linear({ inFeatures: dModel, outFeatures: dimFeedforward, rng });
    this.dropout = new Dropout({ probability: dropout, rng });
    this.linear2 = new Linear({ inFeatures: dimFeedforward, outFeatures: dModel, rng });
    this.norm1 = new LayerNorm({ normalizedShape: dModel, epsilon });
    this.norm2 = new LayerNorm({ normalizedShape: dModel, epsilon });
    this.dropout1 = new Dropout({ probability: dropout, rng });
    this.dropout2 = new Dropout({ probability: dropout, rng });
    this.normFirst = normFirst;
    this.causal = causal;
  }

  /** @throws ShapeError if the shape of the input or of a mask does not match */
  override forward(x: Tensor, masks: MultiheadAttentionMasks = {}): Tensor {
    if (this.normFirst) {
      const y = add(x, this.#attention(this.norm1.forward(x), masks));
      return add(y, this.#feedForward(this.norm2.forward(y)));
    }
    const y = this.norm1.forward(add(x, this.#attention(x, masks)));
    return this.norm2.forward(add(y, this.#feedForward(y)));
  }

  #attention(x: Tensor, masks: MultiheadAttentionMasks): Tensor {
    const causal = this.causal || masks.causal === true;
    return this.dropout1.forward(this.self_attn.forward(x, x, x, { ...masks, causal }));
  }

  #feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.forward(this.activation(this.linear1.forward(x)));
    return this.dropout2.forward(this.linear2.forward(hidden));
  }
}

/** @throws ArgumentError for an unknown name */
function activationOf(activation: unknown): (x: Tensor) => Tensor {
  if (activation === 'relu') return relu;
  if (activation === 'gelu') return gelu;
  if (typeof activation === 'function') return activation as (x: Tensor) => Tensor;
  throw new ArgumentError(
    'TransformerEncoderLayer: activation must be "relu", "gelu" or a function, ' +
      `got ${describeValue(activation)}`,
  );
}
