// The embedding layer: a learned row of numbers for each of a set of things. Imports module and the gatherRows op.

import { gatherRows } from '../../engine/ops/join.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { normal } from '../init.js';
import { Module } from '../module.js';
import { checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

export interface EmbeddingOptions {
  /** How many things there are. */
  readonly numEmbeddings: number;
  /** Length of the row each has. */
  readonly embeddingDim: number;
  /** Where the first rows are drawn from. */
  readonly rng: Rng;
}

/**
 * Row i of the table for each number i of the input: x [...] whole numbers -> y [..., embeddingDim]. The table starts
 * standard normal. A number that is not a row is undefined: check what comes from outside.
 *
 * @example
 * const layer = new Embedding({ numEmbeddings: 10, embeddingDim: 3, rng: new Rng(1) });
 * scope(() => print(layer.forward(tensor([[1, 2, 4, 5]])).shape)); // [1, 4, 3]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Module {
  readonly weight: Parameter;

  constructor({ numEmbeddings, embeddingDim, rng }: EmbeddingOptions) {
    super();
    checkCount('Embedding', 'numEmbeddings', numEmbeddings);
    checkCount('Embedding', 'embeddingDim', embeddingDim);
    this.weight = new Parameter([numEmbeddings, embeddingDim], normal({ rng }));
  }

  override forward(x: Tensor): Tensor {
    return gatherRows(this.weight, x);
  }

  protected override describe(): string {
    return this.weight.shape.join(', ');
  }
}
