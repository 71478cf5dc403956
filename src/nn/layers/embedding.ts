// Embedding layer: a lookup table with one trained vector per index.

import { checkOptions, checkRng } from '../../engine/options.js';
import { gatherRows } from '../../engine/ops/join.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { normal } from '../init.js';
import { Module } from '../module.js';
import { checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** Number of rows of the table. */
  readonly numEmbeddings: number;
  /** Length of each row. */
  readonly embeddingDim: number;
  /** Stream that the initial weights are drawn from. */
  readonly rng: Rng;
}

/**
 * Row i of the table for each index i of the input: x [...] of integers -> y [..., embeddingDim].
 * The initial table is standard normal. The row of an invalid index is NaN; see `gatherRows`.
 *
 * @example
 * const layer = new Embedding({ numEmbeddings: 10, embeddingDim: 3, rng: new Rng(1) });
 * scope(() => print(layer.forward(tensor([[1, 2, 4, 5]])).shape)); // [1, 4, 3]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Module {
  /** Shape [numEmbeddings, embeddingDim]. */
  readonly weight: Parameter;

  constructor(options: EmbeddingOptions) {
    super();
    checkOptions('Embedding', options, { numEmbeddings: true, embeddingDim: true, rng: true });
    const { numEmbeddings, embeddingDim, rng } = options;
    checkCount('Embedding', 'numEmbeddings', numEmbeddings, 0);
    checkCount('Embedding', 'embeddingDim', embeddingDim, 0);
    checkRng('Embedding', rng);
    this.weight = new Parameter([numEmbeddings, embeddingDim], normal({ rng }));
  }

  override forward(x: Tensor): Tensor {
    return gatherRows(this.weight, x);
  }

  protected override describe(): string {
    return this.weight.shape.join(', ');
  }
}
