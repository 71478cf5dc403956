// Dropout: in training a random part of the values is set to 0 and the rest scaled up, so that the expected sum
// stays (Srivastava et al., 2014). Imports the op machinery and rng.

import { mul } from '../../../kernels/elementwise.js';
import { ArgumentError } from '../errors.js';
import { elementwise } from '../launch.js';
import { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { Rng, type RngState } from '../rng.js';
import { anywhere } from '../sample.js';
import { sizeOf } from '../shape.js';
import type { Tensor } from '../tensor.js';

export interface DropoutAttributes {
  /** Chance that a value is dropped. */
  readonly probability: number;
  /** The stream the mask is drawn from: the same state, the same mask. */
  readonly stream: RngState;
}

/** 0 with the given probability, else 1 / (1 - probability). */
function drawMask(length: number, { probability, stream }: DropoutAttributes): Float32Array {
  const rng = new Rng(stream);
  const scale = 1 / (1 - probability);
  return Float32Array.from({ length }, () => (rng.uniform() < probability ? 0 : scale));
}

export const dropoutOp = defineOp<DropoutAttributes>({
  name: 'dropout',
  infer: ([x], { probability }) => {
    if (!(probability >= 0 && probability < 1)) {
      throw new ArgumentError(`dropout: probability must be at least 0 and below 1, got ${probability}`);
    }
    return x;
  },
  forward: ([x], attributes, save) => {
    const mask = NdArray.upload(drawMask(sizeOf(x.shape), attributes), x.shape, x.backend);
    save(mask);
    return elementwise(mul, [x, mask]);
  },
  backward: ({ grad, saved: [mask] }) => [() => elementwise(mul, [grad, mask])], // dx = grad * mask
  samples: [
    { title: 'half', inputs: [anywhere(4, 5)], attributes: { probability: 0.5, stream: new Rng(1).state() } },
    {
      title: 'a fifth',
      inputs: [anywhere(3, 7)],
      attributes: { probability: 0.2, stream: new Rng(2).state() },
    },
  ],
});

/**
 * Sets values to 0 with a probability and scales the others by 1 / (1 - probability).
 *
 * Draws one number from `rng` for the mask's own stream, so a checkpoint of `rng` repeats every later mask.
 * For evaluation do not call it: the layer (nn/dropout.ts) is then the identity.
 */
export function dropout(x: Tensor, probability: number, rng: Rng): Tensor {
  const stream = { key: [rng.bits(), rng.bits()] as const, drawn: 0 };
  return dropoutOp([x], { probability, stream });
}
