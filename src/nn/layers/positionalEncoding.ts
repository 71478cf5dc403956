// Sinusoidal positional encoding (Vaswani et al., "Attention is all you need", 2017, section 3.5).
// Attention does not depend on the order of its inputs; the encoding makes positions distinguishable.

import { ShapeError } from '../../engine/errors.js';
import { checkOptions } from '../../engine/options.js';
import { add } from '../../engine/ops/arithmetic.js';
import { unsqueeze } from '../../engine/ops/axes.js';
import { slice } from '../../engine/ops/view.js';
import { format, type Shape } from '../../engine/shape.js';
import { checkTensor, tensor, type Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { checkCount } from '../options.js';
import { ModuleBuffer } from '../parameter.js';

/**
 * sin(p / 10000^(c / size)) in the even columns c of row p, and in column c + 1 the cosine of the
 * same angle; rounded to float32.
 */
function sinusoids([length, size]: Shape): Float32Array {
  return Float32Array.from({ length: length * size }, (_, index) => {
    const [position, column] = [Math.floor(index / size), index % size];
    const angle = position / 10_000 ** ((column - (column % 2)) / size);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}

/**
 * Sinusoidal encoding of the positions 0 to length - 1: [length, size].
 *
 * Row p contains sin(p w) and cos(p w) in adjacent columns, for frequencies w that decrease from 1
 * to 1 / 10000. A learned encoding is an `Embedding` of the positions.
 *
 * @throws ArgumentError if a size is not an integer of at least 0
 * @example
 * const encoding = await scope(() => sinusoidalEncoding(2, 4).data());
 * print(encoding); // [0, 1, 0, 1, 0.8415, 0.5403, 0.01, 0.9999]
 */
export function sinusoidalEncoding(length: number, size: number): Tensor {
  checkCount('sinusoidalEncoding', 'length', length, 0);
  checkCount('sinusoidalEncoding', 'size', size, 0);
  return tensor(sinusoids([length, size]), { shape: [length, size] });
}

/** Options of `PositionalEncoding`. */
export interface PositionalEncodingOptions {
  /** Size of the last axis of the input. */
  readonly embedDim: number;
  /** Length of the longest sequence. Default 5000. */
  readonly maxLength?: number;
  /** Whether the input is [batch, length, size], not [length, batch, size]. Default false. */
  readonly batchFirst?: boolean;
}

/**
 * Adds the sinusoidal encoding of its position to every element of a sequence: x [length, batch,
 * embedDim] -> the same shape, or [batch, length, embedDim] with `batchFirst`. The encoding is
 * computed once and is a buffer of the state.
 *
 * @example
 * const positions = new PositionalEncoding({ embedDim: 2, maxLength: 8, batchFirst: true });
 * const x = scope(() => positions.forward(zeros([1, 2, 2])).data());
 * print(await x); // [0, 1, 0.8415, 0.5403]
 * positions.dispose();
 */
export class PositionalEncoding extends Module {
  /** `sinusoidalEncoding(maxLength, embedDim)`. */
  readonly encoding: ModuleBuffer;
  /** Whether the input is [batch, length, size]. */
  readonly batchFirst: boolean;

  constructor(options: PositionalEncodingOptions) {
    super();
    checkOptions('PositionalEncoding', options, {
      embedDim: true,
      maxLength: true,
      batchFirst: true,
    });
    const { embedDim, maxLength = 5000, batchFirst = false } = options;
    checkCount('PositionalEncoding', 'embedDim', embedDim);
    checkCount('PositionalEncoding', 'maxLength', maxLength);
    this.encoding = new ModuleBuffer([maxLength, embedDim], sinusoids);
    this.batchFirst = batchFirst;
  }

  /** @throws ShapeError if the input has another size, or is longer than `maxLength` */
  override forward(x: Tensor): Tensor {
    checkTensor(x, 'PositionalEncoding: x');
    const [maxLength, embedDim] = this.encoding.shape;
    const axes = this.batchFirst ? 'batch, length' : 'length, batch';
    const length = x.shape[this.batchFirst ? 1 : 0];
    if (x.shape.length !== 3 || x.shape[2] !== embedDim || length > maxLength) {
      throw new ShapeError(
        `PositionalEncoding: x must be [${axes}, ${embedDim}] of length at most ${maxLength}, ` +
          `got ${format(x.shape)}`,
      );
    }
    const encoding = slice(this.encoding, 0, 0, length); // [length, embedDim]
    return add(x, this.batchFirst ? encoding : unsqueeze(encoding, 1));
  }

  protected override describe(): string {
    return `${this.encoding.shape[1]}, maxLength=${this.encoding.shape[0]}`;
  }
}
