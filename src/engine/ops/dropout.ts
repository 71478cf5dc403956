// Dropout: in training, sets random elements to 0 and scales the others up, so the expected sum
// stays the same (Srivastava et al., 2014).
// A routine lets a backend generate the mask.

import { mul } from '../../../kernels/elementwise.js';
import { ArgumentError } from '../errors.js';
import { elementwise } from '../launch.js';
import { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { checkRng } from '../options.js';
import { Rng } from '../rng.js';
import { defineRoutine } from '../routine.js';
import { anywhere } from '../sample.js';
import type { Tensor } from '../tensor.js';

/** Attributes of `dropoutOp`. */
export interface DropoutAttributes {
  /** Probability that an element is dropped. */
  readonly probability: number;
  /** Key of the stream that the mask is drawn from: equal keys give equal masks. */
  readonly key: readonly [number, number];
}

type DropoutScalars = Readonly<Record<'probability' | 'key0' | 'key1', number>>;

/**
 * x -> y = x * mask, and the mask. Element i of the mask depends on number i of the stream with
 * this key. It is 0 if that number is below the probability, otherwise 1 / (1 - probability). The
 * mask is bit-for-bit identical on every backend.
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

/** The op behind `dropout`: one input of any shape. */
export const dropoutOp = defineOp<DropoutAttributes>({
  name: 'dropout',
  infer: ([x], { probability }) => {
    if (!(probability >= 0 && probability < 1)) {
      throw new ArgumentError(
        `dropout: probability must be at least 0 and below 1, got ${probability}`,
      );
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
    {
      title: 'a fifth',
      inputs: [anywhere(3, 7)],
      attributes: { probability: 0.2, key: [2, 4_000_000_000] },
    },
  ],
});

/**
 * Sets elements to 0 with a probability and scales the others by 1 / (1 - probability).
 *
 * Draws two words from `rng`, which are the key of the mask's own stream. A checkpoint of `rng`
 * therefore reproduces every later mask. Do not call it in evaluation, where the layer
 * (nn/layers/dropout.ts) is the identity.
 *
 * @throws ArgumentError if the probability is not at least 0 and below 1
 * @example
 * const y = scope(() => dropout(ones([4]), 0.5, new Rng(1)).data());
 * print((await y).every((value) => value === 0 || value === 2)); // true
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export function dropout(x: Tensor, probability: number, rng: Rng): Tensor {
  checkRng('dropout', rng);
  return dropoutOp([x], { probability, key: [rng.bits(), rng.bits()] });
}
