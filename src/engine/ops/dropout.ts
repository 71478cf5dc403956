// Dropout: in training a random part of the values is set to 0 and the rest scaled up, so that the expected sum
// stays the same (Srivastava et al., 2014). A routine lets a backend generate the mask.

import { mul } from '../../../kernels/elementwise.js';
import { ArgumentError } from '../errors.js';
import { elementwise } from '../launch.js';
import { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { Rng } from '../rng.js';
import { defineRoutine } from '../routine.js';
import { anywhere } from '../sample.js';
import type { Tensor } from '../tensor.js';

export interface DropoutAttributes {
  /** Chance that a value is dropped. */
  readonly probability: number;
  /** Key of the stream the mask is drawn from: the same key, the same mask. */
  readonly key: readonly [number, number];
}

type DropoutScalars = Readonly<Record<'probability' | 'key0' | 'key1', number>>;

/**
 * x -> y = x * mask, and the mask: element i is 0 if number i of the stream with this key is below the probability, else
 * 1 / (1 - probability). The mask is the same on every backend, bit for bit.
 */
export const dropoutForward = defineRoutine<Readonly<Record<'length', number>>, DropoutScalars>({
  name: 'dropoutForward',
  outputs: ({ length }) => [[length], [length]],
  compose: ([x], { length }, { probability, key0, key1 }) => {
    const rng = new Rng({ key: [key0, key1], drawn: 0 });
    const scale = 1 / (1 - probability);
    const draw = (): number => (rng.uniform() < probability ? 0 : scale);
    const mask = NdArray.upload(Float32Array.from({ length }, draw), [length], x.backend);
    return [elementwise(mul, [x.reshape([length]), mask]), mask];
  },
});

export const dropoutOp = defineOp<DropoutAttributes>({
  name: 'dropout',
  infer: ([x], { probability }) => {
    if (!(probability >= 0 && probability < 1)) {
      throw new ArgumentError(`dropout: probability must be at least 0 and below 1, got ${probability}`);
    }
    return x;
  },
  forward: ([x], { probability, key }, save) => {
    const scalars = { probability, key0: key[0], key1: key[1] };
    const [y, mask] = dropoutForward([x], { length: x.size }, scalars);
    save(mask.reshape(x.shape));
    return y.reshape(x.shape);
  },
  backward: ({ grad, saved: [mask] }) => [() => elementwise(mul, [grad, mask])], // dx = grad * mask
  samples: [
    { title: 'half', inputs: [anywhere(4, 5)], attributes: { probability: 0.5, key: [1, 0] } },
    { title: 'a fifth', inputs: [anywhere(3, 7)], attributes: { probability: 0.2, key: [2, 4_000_000_000] } },
  ],
});

/**
 * Sets values to 0 with a probability and scales the others by 1 / (1 - probability).
 *
 * Draws two numbers from `rng`, the key of the mask's own stream, so a checkpoint of `rng` repeats every later mask.
 * For evaluation do not call it: the layer (nn/dropout.ts) is then the identity.
 */
export function dropout(x: Tensor, probability: number, rng: Rng): Tensor {
  return dropoutOp([x], { probability, key: [rng.bits(), rng.bits()] });
}
