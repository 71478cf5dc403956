// A network in evaluation mode and an input, for tests of the figures of the page.

import { CharacterNet, type Convolutions } from '../../../src/app/model/characterNet.js';
import { SyntheticCharacters } from '../../../src/data/strokes/synthetic.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { Rng, tensor, type Tensor } from '../../../src/engine/index.js';

export const CLASSES = 47;
const IMAGE = [1, 1, 28, 28];
/** A normalized synthetic character, [28, 28]. */
export const pixels = new Float32Array(784);
new Normalizer().apply(new SyntheticCharacters({ seed: 5 }).sample(11).image, pixels);
// The maximum of four equal paper pixels has no gradient, so a little noise makes all pixels
// different.
const noise = new Rng(3);
pixels.forEach((value, i) => {
  pixels[i] = value + noise.between(-0.1, 0.1);
});
/** Its ink: 0 paper, 1 ink, up to the noise. */
export const ink = Float64Array.from(pixels, (value) => (value + 1) / 2);
/** Makes the network's input, [1, 1, 28, 28]. */
export const input = (): Tensor => tensor(pixels, { shape: IMAGE });

/**
 * Runs `body` with a network in evaluation mode whose batch norms have an effect, then disposes of
 * it.
 */
export async function withNetwork(
  body: (model: CharacterNet) => Promise<void>,
  convolutions: Convolutions = [1, 1, 1],
): Promise<void> {
  const rng = new Rng(11);
  const model = new CharacterNet({ classes: CLASSES, rng, convolutions });
  for (const [name, buffer] of model.namedBuffers()) {
    const between = (low: number, high: number): Float64Array =>
      Float64Array.from({ length: buffer.size }, () => rng.between(low, high));
    if (name.endsWith('running_var')) buffer.assign(between(0.02, 0.2));
    if (name.endsWith('running_mean')) buffer.assign(between(-0.1, 0.1));
  }
  await body(model.eval());
  model.dispose();
}
