// Embedding layer: a lookup table with one trained vector per index.

import { noGrad } from '../../engine/current.js';
import { checkOptions, checkRng } from '../../engine/options.js';
import { where } from '../../engine/ops/arithmetic.js';
import { unsqueeze } from '../../engine/ops/axes.js';
import { eq } from '../../engine/ops/comparison.js';
import { gatherRows } from '../../engine/ops/join.js';
import { slice } from '../../engine/ops/view.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { normal } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** Number of rows of the table. */
  readonly numEmbeddings: number;
  /** Length of each row. */
  readonly embeddingDim: number;
  /** Index of padding: its row starts as zeros and gets no gradient. Default null. */
  readonly paddingIndex?: number | null;
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
 * // Tied weights: the output layer of a language model shares the table.
 * const table = new Embedding({ numEmbeddings: 10, embeddingDim: 3, rng: new Rng(1) });
 * const head = new Linear({
 *   inFeatures: 3,
 *   outFeatures: 10,
 *   bias: false,
 *   weight: table.weight,
 *   rng: new Rng(1),
 * });
 * scope(() => print(head.forward(table.forward(tensor([1, 2]))).shape)); // [2, 10]
 * table.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Module {
  /** Shape [numEmbeddings, embeddingDim]. */
  readonly weight: Parameter;
  /** Index of the row that gets no gradient; null if all rows are trained. */
  readonly paddingIndex: number | null;

  constructor(options: EmbeddingOptions) {
    super();
    checkOptions('Embedding', options, {
      numEmbeddings: true,
      embeddingDim: true,
      paddingIndex: true,
      rng: true,
    });
    const { numEmbeddings, embeddingDim, paddingIndex = null, rng } = options;
    checkCount('Embedding', 'numEmbeddings', numEmbeddings, 0);
    checkCount('Embedding', 'embeddingDim', embeddingDim, 0);
    checkRng('Embedding', rng);
    const initial = normal({ rng })([numEmbeddings, embeddingDim]);
    if (paddingIndex !== null) {
      const valid =
        Number.isInteger(paddingIndex) && 0 <= paddingIndex && paddingIndex < numEmbeddings;
      check('Embedding', 'paddingIndex', paddingIndex, `an index below ${numEmbeddings}`, valid);
      initial.fill(0, paddingIndex * embeddingDim, (paddingIndex + 1) * embeddingDim);
    }
    this.weight = new Parameter([numEmbeddings, embeddingDim], initial);
    this.paddingIndex = paddingIndex;
  }

  override forward(x: Tensor): Tensor {
    const { weight, paddingIndex } = this;
    const rows = gatherRows(weight, x);
    if (paddingIndex === null) return rows;
    const padding = noGrad(() => slice(weight, 0, paddingIndex, paddingIndex + 1));
    return where(unsqueeze(eq(x, paddingIndex), -1), padding, rows);
  }

  protected override describe(): string {
    const padding = this.paddingIndex === null ? '' : `, paddingIndex=${this.paddingIndex}`;
    return `${this.weight.shape.join(', ')}${padding}`;
  }
}
