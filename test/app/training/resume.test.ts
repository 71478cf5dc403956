// Tests interruption and resumption in this process: wherever a run stops, the final result is
// bit-for-bit identical. test/cli/resume.test.ts covers runs that are killed from outside.

import { describe, expect, it } from 'vitest';
import { Trainer } from '../../../src/app/training/trainer.js';
import { readProgress, type Progress } from '../../../src/app/training/progress.js';
import { type EpochEvent, type StepEvent } from '../../../src/app/training/trainerEvents.js';
import { loadState } from '../../../src/nn/index.js';
import {
  ALL_COMPONENTS,
  checkpoint,
  digest,
  eventsOf,
  fingerprint,
  onWasm,
  SMALL,
  takeSteps,
  tinyTrainer,
  type TinyOptions,
} from '../support.js';

const EPOCHS = 2;
/** Steps per epoch of a small trainer. */
const STEPS = 5;

const smallTrainer = (options: TinyOptions = {}): Trainer => tinyTrainer({ ...SMALL, ...options });

const timeless = (event: StepEvent | EpochEvent): object => ({
  ...event,
  seconds: 0,
  imagesPerSecond: 0,
});

/** A trainer that resumes from a checkpoint. */
function resumed(saved: Uint8Array, options: TinyOptions = {}): Trainer {
  const trainer = smallTrainer({ ...options, epochs: EPOCHS });
  const { rngs, extra } = loadState(saved, trainer);
  trainer.resume({ rngs, progress: readProgress(extra) });
  return trainer;
}

describe('resuming after an interruption', () => {
  it.each<[string, TinyOptions]>([
    ['the original recipe', {}],
    ['all components of the recipes', { ...ALL_COMPONENTS, teacherSeeds: [1, 2] }],
  ])(
    'at any event equals an uninterrupted run, with %s: all later events, and every byte of the final state',
    (_, options) =>
      onWasm(async () => {
        const uninterrupted = smallTrainer({ ...options, epochs: EPOCHS });
        const events: object[] = [];
        const saved: Uint8Array[] = [];
        for await (const event of uninterrupted.run()) {
          events.push(timeless(event));
          saved.push(await checkpoint(uninterrupted)); // saving must not affect the run either
        }
        expect(events).toHaveLength(EPOCHS * (STEPS + 1));
        const end = await fingerprint(uninterrupted);

        const checkpointed = smallTrainer({ ...options, epochs: EPOCHS });
        await eventsOf(checkpointed);
        expect(await fingerprint(checkpointed)).toBe(end);

        // The first step, the middle, the last step before the evaluation, right after it, and the
        // second epoch.
        for (const index of [0, 2, STEPS - 1, STEPS, STEPS + 1, STEPS + 3, 2 * STEPS]) {
          const trainer = resumed(saved[index], options);
          expect(await fingerprint(trainer), `state after event ${index}`).toBe(
            digest(saved[index]),
          );
          const later = await eventsOf(trainer);
          expect(later.map(timeless), `events after ${index}`).toEqual(events.slice(index + 1));
          expect(await fingerprint(trainer), `final state after a break at ${index}`).toBe(end);
          trainer.dispose();
        }
        uninterrupted.dispose();
        checkpointed.dispose();
      })(),
  );

  it(
    'requires the random streams: a new one for the dropout masks changes the final state',
    onWasm(async () => {
      const uninterrupted = smallTrainer({ epochs: EPOCHS });
      await takeSteps(uninterrupted, 3);
      const saved = await checkpoint(uninterrupted);
      await eventsOf(uninterrupted);

      const withoutStreams = smallTrainer({ epochs: EPOCHS });
      const { extra } = loadState(saved, withoutStreams);
      withoutStreams.resume({ rngs: withoutStreams.rngs, progress: readProgress(extra) });
      await eventsOf(withoutStreams);
      expect(withoutStreams.progress.epoch).toBe(EPOCHS);
      expect(await fingerprint(withoutStreams)).not.toBe(await fingerprint(uninterrupted));
      uninterrupted.dispose();
      withoutStreams.dispose();
    }),
  );

  it(
    'twice in one trainer, without a file, gives the same run, and leaves no buffer',
    onWasm(async (backend) => {
      const uninterrupted = smallTrainer();
      await eventsOf(uninterrupted);
      const end = await fingerprint(uninterrupted);
      uninterrupted.dispose();

      const trainer = smallTrainer();
      await takeSteps(trainer, 1);
      const { live } = backend.memory; // weights, gradients, moments
      await takeSteps(trainer, 2);
      expect(backend.memory.live).toBe(live);
      expect(trainer.progress).toMatchObject({ epoch: 0, step: 3 });
      await eventsOf(trainer);
      expect(await fingerprint(trainer)).toBe(end);
      trainer.dispose();
    }),
  );

  const good: Progress = {
    epoch: 1,
    step: 2,
    lossSum: 1,
    correct: 3,
    bestEpoch: 1,
    bestAccuracy: 0.5,
    modelEpoch: 1,
    modelAccuracy: 0.5,
  };

  it(
    'rejects progress that is impossible in this run, and changes nothing',
    onWasm(async () => {
      const trainer = tinyTrainer();
      const before = await fingerprint(trainer);
      const { rngs } = trainer;
      expect(() => trainer.resume({ rngs: {}, progress: good })).toThrow(
        /lacks the random stream dropout/,
      );
      for (const wrong of [
        { step: STEPS + 1 },
        { correct: 65 },
        { bestEpoch: 2 },
        { modelEpoch: 2 },
      ]) {
        expect(() => trainer.resume({ rngs, progress: { ...good, ...wrong } })).toThrow(
          /impossible position: .* this run has 5 steps per epoch/,
        );
      }
      expect(await fingerprint(trainer)).toBe(before);
      trainer.dispose();
    }),
  );

  it('validates each field of saved progress', () => {
    expect(readProgress({ ...good })).toEqual(good);
    const { modelEpoch, modelAccuracy, ...old } = good;
    expect(readProgress(old), 'of version 0.1').toEqual({ ...old, modelEpoch, modelAccuracy });
    expect(() => readProgress(null)).toThrow('progress: expected');
    expect(() => readProgress({ epoch: 1, bestEpoch: 1, bestAccuracy: 0.5 })).toThrow(
      /progress\.step: expected/,
    );
    const wrong = {
      epoch: -1,
      step: 0.5,
      lossSum: 'NaN',
      correct: '3',
      bestEpoch: null,
      bestAccuracy: 2,
      modelEpoch: -1,
      modelAccuracy: 1.5,
    };
    for (const [key, value] of Object.entries(wrong)) {
      expect(() => readProgress({ ...good, [key]: value })).toThrow(`progress.${key}: expected`);
    }
  });
});
