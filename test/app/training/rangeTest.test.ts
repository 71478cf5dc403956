// Tests the learning-rate range test: its rates, that it restores the trainer's state, and its
// suggestion.

import { describe, expect, it } from 'vitest';
import {
  rangeTest,
  rateAt,
  suggestLearningRate,
  type RatePoint,
} from '../../../src/app/training/rangeTest.js';
import { eventsOf, fingerprint, onWasm, SMALL, takeSteps, tinyTrainer } from '../support.js';

describe('the range test', () => {
  it(
    'restores weights, statistics, moments, rate and streams, and the run continues unaffected',
    onWasm(async (backend) => {
      const trainer = tinyTrainer(SMALL);
      await takeSteps(trainer, 2);
      const before = await fingerprint(trainer);
      const { live } = backend.memory;
      const points = await rangeTest(trainer, { from: 1e-4, to: 1e-1, steps: 7 });
      expect(points.length).toBeGreaterThan(3);
      expect(await fingerprint(trainer)).toBe(before);
      // Gradients are freed until the next step.
      expect(backend.memory.live).toBeLessThanOrEqual(live);

      await eventsOf(trainer);
      const uninterrupted = tinyTrainer(SMALL);
      await eventsOf(uninterrupted);
      expect(await fingerprint(trainer)).toBe(await fingerprint(uninterrupted));
      trainer.dispose();
      uninterrupted.dispose();
    }),
  );

  it(
    'also restores a run that has not started, and is reproducible',
    onWasm(async () => {
      const trainer = tinyTrainer(SMALL);
      const before = await fingerprint(trainer);
      const rates = { from: 1e-6, to: 1e-3, steps: 6 };
      const first = await rangeTest(trainer, rates);
      expect(await fingerprint(trainer)).toBe(before);
      expect(await rangeTest(trainer, rates)).toEqual(first);
      expect(first.map(({ lr }) => lr)).toEqual(
        [0, 1, 2, 3, 4, 5].map((i) => rateAt(i, 6, 1e-6, 1e-3)),
      );
      trainer.dispose();
    }),
  );

  it(
    'ends when the loss explodes, and when it is told to stop',
    onWasm(async () => {
      const trainer = tinyTrainer(SMALL);
      const exploding = await rangeTest(trainer, { from: 1, to: 1e30, steps: 12 });
      expect(exploding.length).toBeLessThan(12);
      for (const { smoothed } of exploding) expect(Number.isFinite(smoothed)).toBe(true);
      const reportedSteps: number[] = [];
      const short = await rangeTest(trainer, {
        steps: 9,
        onStep: (done) => {
          reportedSteps.push(done);
          return done === 3;
        },
      });
      expect(short).toHaveLength(3);
      expect(reportedSteps).toEqual([1, 2, 3]);
      trainer.dispose();
    }),
  );

  it('multiplies the rate by the same factor every step', () => {
    const rates = [0, 1, 2, 3].map((index) => rateAt(index, 4, 1e-4, 1e-1));
    for (const [index, rate] of rates.entries()) expect(rate).toBeCloseTo(1e-4 * 10 ** index, 12);
  });

  it('suggests a tenth of the rate with the lowest loss, to one digit', () => {
    const point = (lr: number, smoothed: number): RatePoint => ({ lr, smoothed, loss: smoothed });
    expect(
      suggestLearningRate([point(1e-5, 3.9), point(1e-3, 3.1), point(0.0237, 2.5), point(0.5, 4)]),
    ).toBe(0.002);
    expect(suggestLearningRate([point(0.01, 1)])).toBe(0.001);
  });
});
