// Tests the search for a change of the prediction: on a linear network with a known answer, and on
// the page's model.

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { characterModelFrom } from '../../../src/app/model/modelContents.js';
import { SHIPPED_MODEL } from '../../../src/app/model/shippedModel.js';
import { withDab } from '../../../src/app/web/why/dab.js';
import {
  logOdds,
  MAX_DABS,
  scoredNetwork,
  searchFlip,
  type ScoredNetwork,
} from '../../../src/app/web/why/flip.js';
import { SyntheticCharacters } from '../../../src/data/strokes/synthetic.js';
import { currentBackend } from '../../../src/engine/index.js';
import { wasm, withFreshBackend } from '../../support/backends.js';

const [GOOD, BAD] = [5 * 28 + 5, 20 * 28 + 20];
const blank = new Uint8Array(784);
const pause = (): Promise<void> => Promise.resolve();
const options = { target: 1, temperature: 1, pause };

/** Class 1 leads by the ink near one pixel, minus that near another one, minus 12. */
const linear: ScoredNetwork = {
  logits: (images) => Promise.resolve(images.map((image) => [0, lead(image), -50])),
  gradient: (_, weights) =>
    Promise.resolve(Float64Array.from(blank, (__, i) => weights[1] * slope(i))),
};

function slope(index: number): number {
  const isNear = (center: number): boolean =>
    Math.abs(Math.floor(index / 28) - Math.floor(center / 28)) <= 2 &&
    Math.abs((index % 28) - (center % 28)) <= 2;
  return isNear(GOOD) ? 1 : isNear(BAD) ? -1 : 0;
}

function lead(image: Uint8Array): number {
  return image.reduce((sum, ink, index) => sum + (slope(index) * ink) / 255, -12);
}

describe('searchFlip', () => {
  it('adds ink where it helps and erases ink where it hurts', async () => {
    const inked = withDab(blank, { index: BAD, kind: 'add' });
    const flip = await searchFlip(linear, inked, options);
    expect(flip.found).toBe(true);
    expect(flip.dabs).toContainEqual({ index: BAD, kind: 'erase' });
    expect(flip.dabs.filter(({ kind }) => kind === 'add').length).toBeGreaterThan(0);
    expect(flip.dabs.length).toBeLessThanOrEqual(4);
  });

  it('shows every step, of which the last alone has the target as its prediction', async () => {
    const { dabs, frames } = await searchFlip(linear, blank, options);
    expect(frames).toHaveLength(dabs.length + 1);
    expect(frames[0].image).toBe(blank);
    dabs.forEach((dab, i) => expect(frames[i + 1].image).toEqual(withDab(frames[i].image, dab)));
    expect(frames.map(({ logits }) => logOdds(logits, 1, 1) > 0)).toEqual([
      ...dabs.map(() => false),
      true,
    ]);
  });

  it('changes nothing if the target is the prediction', async () => {
    const { found, dabs } = await searchFlip(linear, blank, { ...options, target: 0 });
    expect([found, dabs.length]).toEqual([true, 0]);
  });

  it('reports that nothing was found, for a target out of reach and for one that is not accepted', async () => {
    const impossible = await searchFlip(linear, blank, { ...options, target: 2 });
    expect(impossible.found).toBe(false);
    const refused = await searchFlip(linear, blank, { ...options, accepts: () => false });
    expect(refused.found).toBe(false);
    expect(refused.dabs.length).toBeLessThanOrEqual(MAX_DABS);
  });

  it('can be canceled between steps', async () => {
    const cancel = (): Promise<void> => Promise.reject(new Error('canceled'));
    await expect(searchFlip(linear, blank, { ...options, pause: cancel })).rejects.toThrow(
      'canceled',
    );
  });

  it('flips most predictions of the page’s model to the second likeliest, and is deterministic', () =>
    withFreshBackend(wasm(1).make, async () => {
      const bytes = new Uint8Array(await readFile(SHIPPED_MODEL));
      const { model, temperature } = await characterModelFrom('m', bytes, 'test', currentBackend());
      const network = scoredNetwork(model);
      const characters = new SyntheticCharacters({ seed: 21, part: 'test' });
      let [found, dabs] = [0, 0];
      for (let i = 0; i < 8; i++) {
        const { image } = characters.sample(6 * i);
        const [logits] = await network.logits([image]);
        const order = [...Array(47).keys()].sort((a, b) => logits[b] - logits[a]);
        const search = { target: order[1], temperature, pause };
        const flip = await searchFlip(network, image, search);
        if (i === 0) expect(await searchFlip(network, image, search)).toEqual(flip);
        if (!flip.found) continue;
        found += 1;
        dabs += flip.dabs.length;
        expect(logOdds(flip.frames.at(-1)!.logits, order[1], temperature)).toBeGreaterThan(0);
      }
      expect(found).toBeGreaterThanOrEqual(6);
      expect(dabs / found).toBeLessThan(9);
      model.dispose();
    }));
});

describe('logOdds', () => {
  it('is log(p / (1 - p)) of the calibrated probability', () => {
    const logits = [1, 3, -2];
    const exponentials = logits.map((value) => Math.exp(value / 0.7));
    const p = exponentials[1] / exponentials.reduce((sum, value) => sum + value, 0);
    expect(logOdds(logits, 1, 0.7)).toBeCloseTo(Math.log(p / (1 - p)), 10);
  });
});
