// Networks and images for the export tests.

import { originalArchitecture, type Architecture } from '../../src/app/model/architecture.js';
import { CharacterNet, type Convolutions } from '../../src/app/model/characterNet.js';
import { noGrad, Rng, scope, tensor } from '../../src/engine/index.js';

/** Four blocks with channels that no SIMD width divides, and several convolutions. */
export const UNUSUAL: Architecture = {
  blocks: [
    { channels: 5, convolutions: 2 },
    { channels: 14, convolutions: 1 },
    { channels: 9, convolutions: 3 },
    { channels: 33, convolutions: 1 },
  ],
  hidden: 10,
};

/** A network in evaluation mode with running statistics that differ from their initial values. */
export function randomNetwork(
  classes: number,
  seed = 5,
  convolutions: Convolutions | Architecture = [1, 1, 1],
): CharacterNet {
  const rng = new Rng(seed);
  const architecture = 'blocks' in convolutions ? convolutions : originalArchitecture(convolutions);
  const model = new CharacterNet({ classes, rng, architecture });
  for (const [name, buffer] of model.namedBuffers()) {
    if (name.endsWith('num_batches_tracked')) buffer.assign([1234]);
    else
      buffer.assign(
        Array.from(
          { length: buffer.size },
          () => (name.endsWith('var') ? 0.5 : -0.5) + rng.uniform(),
        ),
      );
  }
  return model.eval();
}

/** Random images with pixels from -1 to 1, flat. */
export function randomImages(images: number, seed = 8): Float32Array {
  const rng = new Rng(seed);
  return Float32Array.from({ length: images * 784 }, () => 2 * rng.uniform() - 1);
}

/** The logits of a network for flat images. */
export function logitsOf(model: CharacterNet, images: Float32Array): Promise<ArrayLike<number>> {
  const shape = [images.length / 784, 1, 28, 28];
  return scope(() => noGrad(() => model.forward(tensor(images, { shape }))).data());
}

export function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) return Infinity;
  return Array.from(one, (value, i) => Math.abs(value - other[i])).reduce(
    (a, b) => Math.max(a, b),
    0,
  );
}
