// The trainer on the real network and a few synthetic characters: its events, that a seed decides every bit, that a
// run can be broken off and gone on with, and that it notices divergence.

import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/app/evaluate.js';
import { DivergedError, type EpochEvent, type StepEvent } from '../../src/app/trainer.js';
import type { Progress } from '../../src/app/trainer.js';
import { subset } from '../../src/data/dataset.js';
import { loadState } from '../../src/nn/index.js';
import { checkpoint, digest, eventsOf, fingerprint, onWasm, SEED, takeSteps } from './support.js';
import { tinyTrainer, train, validation, type TinyOptions } from './support.js';

const isEpoch = (event: StepEvent | EpochEvent): event is EpochEvent => event.event === 'epoch';

/** Runs to the end and returns what stands for the state then. */
async function finalState(options: TinyOptions): Promise<string> {
  const trainer = tinyTrainer(options);
  await eventsOf(trainer);
  const state = await fingerprint(trainer);
  trainer.dispose();
  return state;
}

describe('events', () => {
  it(
    'come step by step and epoch by epoch, and their numbers agree',
    onWasm(async () => {
      const trainer = tinyTrainer({ epochs: 2, learningRate: 0.002 });
      const events = await eventsOf(trainer);
      const places = events.map((event) => (isEpoch(event) ? 'end' : event.done));
      expect(places).toEqual([32, 64, 96, 128, 141, 'end', 32, 64, 96, 128, 141, 'end']);
      expect(events.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);

      const epochs = events.filter(isEpoch);
      const lastSteps = events.filter((event) => event.event === 'step' && event.done === event.total);
      for (const [index, { trainLoss, trainAccuracy, lr, seconds, imagesPerSecond }] of epochs.entries()) {
        expect(lastSteps[index]).toMatchObject({ trainLoss, trainAccuracy, total: train.length });
        expect(Number.isInteger(Math.round(trainAccuracy * 141 * 1e9) / 1e9)).toBe(true);
        expect(lr).toBe(0.002);
        expect(seconds).toBeGreaterThan(0);
        expect(imagesPerSecond).toBeGreaterThan(0);
      }
      expect(epochs[1].trainLoss).toBeLessThan(epochs[0].trainLoss - 0.2);
      expect(epochs[0].isBest).toBe(true);
      expect(epochs[1].isBest).toBe(epochs[1].valAccuracy > epochs[0].valAccuracy);

      const { loss, accuracy } = await evaluate(trainer.model, validation);
      expect(epochs[1]).toMatchObject({ valLoss: loss, valAccuracy: accuracy });
      const bestAccuracy = Math.max(...epochs.map(({ valAccuracy }) => valAccuracy));
      const bestEpoch = epochs.find(({ valAccuracy }) => valAccuracy === bestAccuracy)?.epoch;
      expect(trainer.progress).toEqual({ epoch: 2, bestEpoch, bestAccuracy });
      expect(await eventsOf(trainer)).toEqual([]); // it has arrived
      trainer.dispose();
    }),
  );

  it(
    'the first loss is that of guessing among 47 classes',
    onWasm(async () => {
      const trainer = tinyTrainer();
      const [first] = await eventsOf(trainer, () => true);
      expect(Math.abs(first.trainLoss - Math.log(47))).toBeLessThan(0.25);
      trainer.dispose();
    }),
  );

  it(
    'the rate falls when validation gets no better',
    onWasm(async () => {
      const few = subset(train, [0, 1]);
      const trainer = tinyTrainer({ train: few, validation: few, epochs: 6, learningRate: 1e-3 });
      const step = trainer.scheduler.step.bind(trainer.scheduler);
      trainer.scheduler.step = () => step(1); // whatever the validation loss: it stays at 1
      const rates = (await eventsOf(trainer)).filter(isEpoch).map(({ lr }) => lr);
      // Better than nothing, then as many bad epochs as it bears, then one more.
      expect(rates).toEqual([1e-3, 1e-3, 1e-3, 1e-3, 1e-4, 1e-4]);
      trainer.dispose();
    }),
  );
});

describe('determinism', () => {
  it(
    `seed ${SEED} twice gives one state, byte for byte; another seed, or another order, another`,
    onWasm(async () => {
      const first = await finalState({});
      expect(await finalState({})).toBe(first);
      expect(await finalState({ seed: SEED + 1 })).not.toBe(first);
      expect(await finalState({ shuffle: false })).not.toBe(first);
      expect(await finalState({ dropout: 0 })).not.toBe(first);
    }),
  );

  it(
    'every epoch has its own order, or that of the file without shuffling',
    onWasm(async () => {
      // At so small a rate nothing is learned, so that a loss tells which images are in the batch.
      const firstLosses = async (options: TinyOptions): Promise<number[]> => {
        const frozen = { learningRate: 1e-30, dropout: 0, batchSize: 47, epochs: 2 };
        const trainer = tinyTrainer({ ...frozen, ...options });
        const events = await eventsOf(trainer);
        trainer.dispose();
        return events
          .filter((event) => !isEpoch(event) && event.done === 47)
          .map(({ trainLoss }) => trainLoss);
      };
      const [first, second] = await firstLosses({});
      expect(Math.abs(first - second)).toBeGreaterThan(1e-4);
      const inOrder = await firstLosses({ shuffle: false });
      const head = subset(
        train,
        Array.from({ length: 47 }, (_, i) => i),
      );
      expect(inOrder).toEqual(await firstLosses({ train: head, shuffle: false }));
      expect(inOrder[0]).toBe(inOrder[1]);
      expect(inOrder).not.toContain(first);
    }),
  );
});

describe('going on after a break', () => {
  it(
    'equals going straight on: weights, moments, schedule, streams and progress, byte for byte',
    onWasm(async () => {
      const straight = tinyTrainer({ epochs: 2 });
      await eventsOf(straight, isEpoch);
      const saved = await checkpoint(straight);
      const later = await eventsOf(straight);

      const resumed = tinyTrainer({ epochs: 2, seed: SEED });
      const { rngs, extra } = loadState(saved, resumed);
      resumed.resume({ rngs, progress: extra as unknown as Progress });
      expect(await fingerprint(resumed)).toBe(digest(saved));
      const timeless = (event: StepEvent | EpochEvent): object => ({
        ...event,
        seconds: 0,
        imagesPerSecond: 0,
      });
      expect((await eventsOf(resumed)).map(timeless)).toEqual(later.map(timeless));
      const end = await fingerprint(straight);
      expect(await fingerprint(resumed)).toBe(end);

      // The masks of epoch 2 depend on the saved stream: with a fresh one the end is another.
      const forgetful = tinyTrainer({ epochs: 2, seed: SEED });
      loadState(saved, forgetful);
      forgetful.resume({ rngs: forgetful.rngs, progress: extra as unknown as Progress });
      await eventsOf(forgetful);
      expect(await fingerprint(forgetful)).not.toBe(end);
      for (const trainer of [straight, resumed, forgetful]) trainer.dispose();
    }),
  );

  it(
    'refuses a run without the stream of the dropout masks, and then changes nothing',
    onWasm(async () => {
      const trainer = tinyTrainer();
      const before = await fingerprint(trainer);
      const progress = { epoch: 7, bestEpoch: 1, bestAccuracy: 1 };
      expect(() => trainer.resume({ rngs: {}, progress })).toThrow(/lacks the random stream dropout/);
      expect(await fingerprint(trainer)).toBe(before);
      trainer.dispose();
    }),
  );

  it(
    'an epoch broken off leaves no buffer behind and does not count',
    onWasm(async (backend) => {
      const trainer = tinyTrainer();
      await takeSteps(trainer, 1);
      const { live } = backend.memory; // weights, gradients, moments
      await takeSteps(trainer, 2);
      expect(backend.memory.live).toBe(live);
      expect(trainer.progress.epoch).toBe(0);
      trainer.dispose();
    }),
  );
});

describe('divergence', () => {
  it(
    'is an error that says what to do',
    onWasm(async () => {
      const trainer = tinyTrainer({ learningRate: 1e30 });
      await expect(eventsOf(trainer)).rejects.toThrow(DivergedError);
      trainer.dispose();
      const again = tinyTrainer({ learningRate: 1e30 });
      await expect(eventsOf(again)).rejects.toThrow(
        /the loss is (NaN|Infinity) at epoch 1, image \d+ \(learning rate 1e\+30\); try a lower --lr/,
      );
      again.dispose();
    }),
  );

  it(
    'is noticed at once wherever it begins: no layer turns a NaN into a number',
    onWasm(async () => {
      const trainer = tinyTrainer({ batchSize: 4 });
      const names = trainer.model.namedParameters().map(([name]) => name);
      trainer.dispose();
      const unnoticed: string[] = [];
      for (const name of names) {
        const sick = tinyTrainer({ batchSize: 4, dropout: 0 });
        const parameter = new Map(sick.model.namedParameters()).get(name)!;
        parameter.assign(new Float32Array(parameter.size).fill(NaN));
        await takeSteps(sick, 1).then(
          () => unnoticed.push(name),
          (error: unknown) => expect(error).toBeInstanceOf(DivergedError),
        );
        sick.dispose();
      }
      expect(names).toHaveLength(16);
      expect(unnoticed).toEqual([]);
    }),
  );
});
