// Tests the map of influence: occlusion equals the difference of two evaluations in float64, and
// edits without effect are not evaluated.

import { expect, it } from 'vitest';
import { withDab } from '../../../src/app/web/why/dab.js';
import {
  dabEffects,
  gainsOf,
  influenceOn,
  PLACES_SIDE,
} from '../../../src/app/web/why/dabEffects.js';
import { scoredNetwork } from '../../../src/app/web/why/flip.js';
import { Rng } from '../../../src/engine/index.js';
import { wasm, withFreshBackend } from '../../support/backends.js';
import { withNetwork } from '../support/network.js';

const pause = (): Promise<void> => Promise.resolve();
const rng = new Rng(4);
const WEIGHTS = Array.from({ length: 8 }, () =>
  Float64Array.from({ length: 784 }, () => rng.between(-1, 1)),
);
/** Eight scores, each the hyperbolic tangent of a weighted sum of the ink, in float64. */
const small = {
  logits: (images: readonly Uint8Array[]): Promise<Float64Array[]> =>
    Promise.resolve(
      images.map((image) =>
        Float64Array.from(WEIGHTS, (weights) =>
          Math.tanh(image.reduce((sum, ink, i) => sum + (weights[i] * ink) / 2550, 0)),
        ),
      ),
    ),
};

it('equals the difference of two evaluations, in float64', async () => {
  const image = Uint8Array.from({ length: 784 }, (_, i) => (i % 28 < 12 ? 0 : i % 256));
  const [logits] = await small.logits([image]);
  const effects = await dabEffects(small, image, logits, pause);
  const influence = influenceOn(effects, 5);
  const gains = gainsOf(effects, 7, 3);
  const lead = ([, , , reference, , , , target]: ArrayLike<number> & Iterable<number>): number =>
    target - reference;
  for (let place = 0; place < PLACES_SIDE * PLACES_SIDE; place++) {
    const index = 2 * (28 * Math.floor(place / PLACES_SIDE) + (place % PLACES_SIDE));
    const edited = (['add', 'erase'] as const).map((kind) => withDab(image, { index, kind }));
    const [added, erased] = await small.logits(edited);
    expect(influence[place]).toBeCloseTo(added[5] - erased[5], 14);
    const [adding, erasing] = [added, erased].map((row) => lead(row) - lead(logits));
    const gain = Math.max(adding, erasing, 0);
    expect(gains[place]).toBeCloseTo(adding >= erasing ? gain : -gain, 14);
  }
  expect(gains.some((gain) => gain > 0) && gains.some((gain) => gain < 0)).toBe(true);
});

it('pauses between batches, evaluates only edits that change the image, and leaves no buffer', () =>
  withFreshBackend(wasm(1).make, (backend) =>
    withNetwork(async (model) => {
      const blank = new Uint8Array(784);
      const network = scoredNetwork(model);
      const [logits] = await network.logits([blank]);
      const { live } = backend.memory;
      let pauses = 0;
      const effects = await dabEffects(network, blank, logits, () => {
        pauses += 1;
        return Promise.resolve();
      });
      expect(pauses).toBe(Math.ceil(196 / 16) - 1); // on paper there is nothing to erase
      expect(effects.erased.every((row) => row === logits)).toBe(true);
      expect(backend.memory.live).toBe(live);
    }),
  ));
