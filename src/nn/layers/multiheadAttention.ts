// Multi-head attention: attention in several subspaces at once.

import { ShapeError } from '../../engine/errors.js';
import { checkOptions, checkRng } from '../../engine/options.js';
import { attentionOp } from '../../engine/ops/attention.js';
import { split } from '../../engine/ops/axes.js';
import { logicalOr } from '../../engine/ops/comparison.js';
import { linear } from '../../engine/ops/linear.js';
import { matmul } from '../../engine/ops/matmul.js';
import { permute, reshape } from '../../engine/ops/view.js';
import type { Rng } from '../../engine/rng.js';
import { format, sameShape, type Shape } from '../../engine/shape.js';
import { checkTensor, Tensor } from '../../engine/tensor.js';
import { attentionWeights, fitsOneOp, isPlain, type AttentionMasks } from '../attention.js';
import { hasOwnForward } from '../hooks.js';
import { constant, xavierUniform } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Parameter } from '../parameter.js';
import { Dropout } from './dropout.js';
import { Linear } from './linear.js';

/** Options of `MultiheadAttention`. */
export interface MultiheadAttentionOptions {
  /** Size of queries, keys, values and outputs; a multiple of `numHeads`. */
  readonly embedDim: number;
  /** Number of heads. */
  readonly numHeads: number;
  /** Probability that an attention weight is set to 0 in training. Default 0. */
  readonly dropout?: number;
  /** Whether the projections have biases. Default true. */
  readonly bias?: boolean;
  /** Whether inputs and outputs are [batch, length, size], not [length, batch, size]. Default false. */
  readonly batchFirst?: boolean;
  /** Stream that the initial weights and the dropout masks are drawn from. */
  readonly rng: Rng;
}

/**
 * Which keys a query may attend to. `mask` and `bias` are [queries, keys], [batch * heads, queries,
 * keys] as in PyTorch, or broadcast to [batch, heads, queries, keys].
 */
export interface MultiheadAttentionMasks extends AttentionMasks {
  /** Not 0 at the keys that no query attends to, such as padding; [batch, keys]. Default null. */
  readonly keyPaddingMask?: Tensor | null;
}

const MASK_OPTIONS = { mask: true, bias: true, causal: true, keyPaddingMask: true } as const;

/**
 * Attention in `numHeads` subspaces: query, key and value are projected, each head attends in its
 * part of size embedDim / numHeads, and the concatenated results are projected again.
 *
 * query [queries, batch, embedDim], key and value [keys, batch, embedDim] -> [queries, batch,
 * embedDim]; the first two axes swap with `batchFirst`. With one input it is self-attention.
 * `in_proj_weight` is initialized as `xavierUniform`, the biases are 0, as in PyTorch.
 *
 * @example
 * const attention = new MultiheadAttention({ embedDim: 8, numHeads: 2, rng: new Rng(1) });
 * scope(() => {
 *   const x = ones([5, 1, 8]); // 5 positions of one sequence
 *   print(attention.forward(x, x, x, { causal: true }).shape); // [5, 1, 8]
 *   const memory = ones([7, 1, 8]);
 *   const [output, weights] = attention.attend(x, memory, memory);
 *   print(output.shape, weights.shape); // [5, 1, 8] [1, 2, 5, 7]
 * });
 * attention.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */
export class MultiheadAttention extends Module {
  /** Projections of query, key and value, one below the other: [3 * embedDim, embedDim]. */
  readonly in_proj_weight: Parameter;
  /** Shape [3 * embedDim]; null without bias. */
  readonly in_proj_bias: Parameter | null;
  /** Projection of the concatenated heads. */
  readonly out_proj: Linear;
  /** The dropout of the attention weights. */
  readonly dropout: Dropout;
  /** Number of heads. */
  readonly numHeads: number;
  /** Whether inputs and outputs are [batch, length, size]. */
  readonly batchFirst: boolean;

  constructor(options: MultiheadAttentionOptions) {
    super();
    checkOptions('MultiheadAttention', options, {
      embedDim: true,
      numHeads: true,
      dropout: true,
      bias: true,
      batchFirst: true,
      rng: true,
    });
    const { embedDim, numHeads, bias = true, batchFirst = false, rng } = options;
    checkCount('MultiheadAttention', 'embedDim', embedDim);
    checkCount('MultiheadAttention', 'numHeads', numHeads);
    const rule = `a divisor of embedDim (${embedDim})`;
    check('MultiheadAttention', 'numHeads', numHeads, rule, embedDim % numHeads === 0);
    checkRng('MultiheadAttention', rng);
    this.in_proj_weight = new Parameter([3 * embedDim, embedDim], xavierUniform({ rng }));
    this.in_proj_bias = bias ? new Parameter([3 * embedDim], constant(0)) : null;
    this.out_proj = new Linear({ inFeatures: embedDim, outFeatures: embedDim, bias, rng });
    this.out_proj.bias?.assign(new Float32Array(embedDim));
    this.dropout = new Dropout({ probability: options.dropout ?? 0, rng });
    this.numHeads = numHeads;
    this.batchFirst = batchFirst;
  }

  /**
   * The output of the attention.
   *
   * @param key default: `query`
   * @param value default: `key`
   * @throws ShapeError if the shapes do not match
   */
  override forward(
    query: Tensor,
    key: Tensor = query,
    value: Tensor = key,
    masks: MultiheadAttentionMasks = {},
  ): Tensor {
    if (!this.#needsWeights(query, key, masks))
      return this.#attendInOneOp([query, key, value], masks);
    return this.attend(query, key, value, masks)[0];
  }

  /** Whether a mask or dropout changes single weights, or a subclass computes them. */
  #needsWeights(query: Tensor, key: Tensor, masks: MultiheadAttentionMasks): boolean {
    const length = this.batchFirst ? 1 : 0;
    return (
      this.attend !== MultiheadAttention.prototype.attend ||
      hasOwnForward(this.dropout) ||
      (this.dropout.training && this.dropout.probability > 0) ||
      !isPlain(masks) ||
      (masks.keyPaddingMask ?? null) !== null ||
      [query, key].some((x) => !(x instanceof Tensor) || x.size === 0) ||
      !fitsOneOp(query.shape[length], key.shape[length])
    );
  }

  #attendInOneOp([query, key, value]: readonly Tensor[], masks: MultiheadAttentionMasks): Tensor {
    checkOptions('MultiheadAttention', masks, MASK_OPTIONS);
    this.#checkInputs(query, key, value);
    const embedDim = this.in_proj_weight.shape[1];
    // Self-attention is one projection of one input; the op reads its parts.
    const projected =
      query === key && key === value
        ? [linear(query, this.in_proj_weight, this.in_proj_bias)]
        : this.#projectEach([query, key, value]);
    const output = attentionOp(projected, {
      heads: this.numHeads,
      lengthFirst: !this.batchFirst,
      causal: masks.causal ?? false,
      scale: 1 / Math.sqrt(embedDim / this.numHeads),
    });
    return this.out_proj.forward(output);
  }

  /**
   * The output, and the attention weights [batch, heads, queries, keys] after dropout.
   *
   * @throws ShapeError if the shapes do not match
   */
  attend(
    query: Tensor,
    key: Tensor = query,
    value: Tensor = key,
    masks: MultiheadAttentionMasks = {},
  ): [output: Tensor, weights: Tensor] {
    checkOptions('MultiheadAttention', masks, MASK_OPTIONS);
    this.#checkInputs(query, key, value);
    const [q, k, v] = this.#project([query, key, value]);
    const scores = [q.shape[0], this.numHeads, q.shape[2], k.shape[2]];
    const options = {
      mask: withPadding(perHead('mask', masks.mask, scores), masks.keyPaddingMask, scores),
      bias: perHead('bias', masks.bias, scores),
      causal: masks.causal ?? false,
    };
    const weights = this.dropout.forward(attentionWeights(q, k, options));
    const heads = permute(matmul(weights, v), this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]);
    return [this.out_proj.forward(reshape(heads, query.shape)), weights];
  }

  /** Projected query, key and value, [batch, heads, length, embedDim / heads] each. */
  #project(inputs: readonly Tensor[]): Tensor[] {
    return this.#projectEach(inputs).map((projected) => {
      const [first, second, embedDim] = projected.shape;
      const heads = reshape(projected, [first, second, this.numHeads, embedDim / this.numHeads]);
      return permute(heads, this.batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);
    });
  }

  /** Projected query, key and value, in the layout of the inputs. */
  #projectEach(inputs: readonly Tensor[]): Tensor[] {
    const embedDim = this.in_proj_weight.shape[1];
    const weights = split(this.in_proj_weight, embedDim);
    const biases = this.in_proj_bias === null ? null : split(this.in_proj_bias, embedDim);
    return inputs.map((input, index) => linear(input, weights[index], biases?.[index]));
  }

  #checkInputs(query: Tensor, key: Tensor, value: Tensor): void {
    const embedDim = this.in_proj_weight.shape[1];
    const axes = this.batchFirst ? 'batch, length' : 'length, batch';
    for (const [name, input] of Object.entries({ query, key, value })) {
      checkTensor(input, `MultiheadAttention: ${name}`);
      if (input.shape.length !== 3 || input.shape[2] !== embedDim) {
        throw new ShapeError(
          `MultiheadAttention: ${name} must be [${axes}, ${embedDim}] ` +
            `(batchFirst: ${this.batchFirst}), got ${format(input.shape)}`,
        );
      }
    }
    const batch = this.batchFirst ? 0 : 1;
    if (query.shape[batch] !== key.shape[batch] || !sameShape(key.shape, value.shape)) {
      throw new ShapeError(
        'MultiheadAttention: query and key must have the same batch size, key and value the same ' +
          `shape (query ${format(query.shape)}, key ${format(key.shape)}, value ${format(value.shape)})`,
      );
    }
  }

  protected override describe(): string {
    return `${this.in_proj_weight.shape[1]}, numHeads=${this.numHeads}`;
  }
}

/** A mask or bias that broadcasts to the scores [batch, heads, queries, keys]. */
function perHead(name: string, mask: Tensor | null = null, scores: Shape): Tensor | null {
  if (mask === null) return null;
  checkTensor(mask, `MultiheadAttention: ${name}`);
  const [batch, heads, ...matrix] = scores;
  if (sameShape(mask.shape, [batch * heads, ...matrix])) return reshape(mask, scores);
  const broadcasts =
    (mask.shape.length === 2 || mask.shape.length === 4) &&
    mask.shape.every((size, axis) => [1, scores[axis - mask.shape.length + 4]].includes(size));
  if (broadcasts) return mask;
  throw new ShapeError(
    `MultiheadAttention: ${name} must be ${format(matrix)}, ${format([batch * heads, ...matrix])} ` +
      `or broadcast to ${format(scores)}, got ${format(mask.shape)}`,
  );
}

/** Combines a mask with the keys that no query attends to, [batch, keys]. */
function withPadding(
  mask: Tensor | null,
  padding: Tensor | null = null,
  [batch, , , keys]: Shape,
): Tensor | null {
  if (padding === null) return mask;
  checkTensor(padding, 'MultiheadAttention: keyPaddingMask');
  if (!sameShape(padding.shape, [batch, keys])) {
    throw new ShapeError(
      `MultiheadAttention: keyPaddingMask must be [batch, keys] = ${format([batch, keys])}, ` +
        `got ${format(padding.shape)}`,
    );
  }
  const keysOfAllHeads = reshape(padding, [batch, 1, 1, keys]);
  return mask === null ? keysOfAllHeads : logicalOr(mask, keysOfAllHeads);
}
