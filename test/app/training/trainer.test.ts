// Tests the trainer with the real network and a few synthetic characters: its events,
// reproducibility from the seed, and detection of divergence. resume.test.ts covers interrupted
// runs.

import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import { logPriorsOf } from '../../../src/app/model/modelContents.js';
import { DivergedError } from '../../../src/app/training/trainerEvents.js';
import type { EpochEvent, StepEvent } from '../../../src/app/training/trainerEvents.js';
import { selectImages, type ImageDataset } from '../../../src/data/loading/imageDataset.js';
import {
  eventsOf,
  fingerprint,
  onWasm,
  SEED,
  SMALL,
  takeSteps,
  tinyTrainer,
  train,
  validation,
  type TinyOptions,
} from '../support.js';

const isEpoch = (event: StepEvent | EpochEvent): event is EpochEvent => event.event === 'epoch';

/** The first image of class 0, `count` times. */
function repeated({ labels }: ImageDataset, count: number): number[] {
  return Array.from({ length: count }, () => labels.indexOf(0));
}

/** Runs to the end and returns a digest of the final state. */
async function finalState(options: TinyOptions): Promise<string> {
  const trainer = tinyTrainer({ ...SMALL, ...options });
  await eventsOf(trainer);
  const state = await fingerprint(trainer);
  trainer.dispose();
  return state;
}

describe('events', () => {
  it(
    'are reported per step and per epoch, and their numbers agree',
    onWasm(async () => {
      const trainer = tinyTrainer({ epochs: 2, learningRate: 0.002 });
      const events = await eventsOf(trainer);
      const positions = events.map((event) => (isEpoch(event) ? 'end' : event.done));
      expect(positions).toEqual([32, 64, 96, 128, 141, 'end', 32, 64, 96, 128, 141, 'end']);
      expect(events.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);

      const epochs = events.filter(isEpoch);
      const lastSteps = events.filter(
        (event) => event.event === 'step' && event.done === event.total,
      );
      for (const [
        index,
        { trainLoss, trainAccuracy, lr, seconds, imagesPerSecond },
      ] of epochs.entries()) {
        expect(lastSteps[index]).toMatchObject({ trainLoss, trainAccuracy, total: train.length });
        expect(Number.isInteger(Math.round(trainAccuracy * 141 * 1e9) / 1e9)).toBe(true);
        expect(lr).toBe(0.002);
        expect(seconds).toBeGreaterThan(0);
        expect(imagesPerSecond).toBeGreaterThan(0);
      }
      expect(epochs[1].trainLoss).toBeLessThan(epochs[0].trainLoss - 0.2);
      expect(epochs[0].isModel).toBe(true);
      expect(epochs[1].isModel).toBe(epochs[1].valAccuracy > epochs[0].valAccuracy);

      const { loss, accuracy } = await evaluate(trainer.model, validation);
      expect(epochs[1]).toMatchObject({ valLoss: loss, valAccuracy: accuracy });
      const bestAccuracy = Math.max(...epochs.map(({ valAccuracy }) => valAccuracy));
      const bestEpoch = epochs.find(({ valAccuracy }) => valAccuracy === bestAccuracy)?.epoch;
      expect(trainer.progress).toEqual({
        epoch: 2,
        step: 0,
        lossSum: 0,
        correct: 0,
        bestEpoch,
        bestAccuracy,
        modelEpoch: bestEpoch,
        modelAccuracy: bestAccuracy,
      });
      expect(await eventsOf(trainer)).toEqual([]); // it has arrived
      trainer.dispose();
    }),
  );

  it(
    'keep selects the epoch that becomes the model: the best in validation, or the last',
    onWasm(async () => {
      // Whether right or wrong: no later epoch can be better than the first.
      const one = selectImages(validation, [0]);
      for (const keep of ['best', 'last'] as const) {
        const trainer = tinyTrainer({
          epochs: 4,
          learningRate: 0.003,
          keep,
          train: one,
          validation: one,
        });
        const epochs = (await eventsOf(trainer)).filter(isEpoch);
        const first = epochs.findIndex(({ valAccuracy }) => valAccuracy === 1);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first).toBeLessThan(3);
        const marked = epochs.map(({ isModel }) => isModel);
        expect(marked).toEqual(epochs.map((_, at) => keep === 'last' || at === 0 || at === first));
        const { bestEpoch, modelEpoch } = trainer.progress;
        expect(bestEpoch).toBe(first + 1);
        expect(modelEpoch).toBe(keep === 'last' ? 4 : first + 1);
        trainer.dispose();
      }
    }),
  );

  it(
    'the first loss equals that of random guessing among 47 classes',
    onWasm(async () => {
      const trainer = tinyTrainer();
      const [first] = await eventsOf(trainer, () => true);
      expect(Math.abs(first.trainLoss - Math.log(47))).toBeLessThan(0.25);
      trainer.dispose();
    }),
  );

  it(
    'the learning rate decreases when validation does not improve',
    onWasm(async () => {
      const few = selectImages(train, [0, 1]);
      const trainer = tinyTrainer({ train: few, validation: few, epochs: 6, learningRate: 1e-3 });
      const step = trainer.scheduler.step.bind(trainer.scheduler);
      trainer.scheduler.step = () => step(1); // constant
      const rates = (await eventsOf(trainer)).filter(isEpoch).map(({ lr }) => lr);
      // One improvement, then `patience` bad epochs, then one more.
      expect(rates).toEqual([1e-3, 1e-3, 1e-3, 1e-3, 1e-4, 1e-4]);
      trainer.dispose();
    }),
  );
});

describe('balance', () => {
  // Class 0 is a third of the images, so its prior has an effect.
  const uneven = selectImages(train, [
    ...Array.from({ length: train.length }, (_, i) => i),
    ...repeated(train, 70),
  ]);
  const options = { train: uneven, balance: true, learningRate: 0.003 };

  it(
    'validates with the class frequencies of training, unless those of validation differ',
    onWasm(async () => {
      for (const sameShares of [true, false]) {
        const trainer = tinyTrainer({ ...options, sameClassPrior: sameShares });
        const [epoch] = (await eventsOf(trainer)).filter(isEpoch);
        const { priors } = trainer;
        expect(priors![0]).toBeCloseTo(Math.log(73 / 211), 12);
        expect(priors![1]).toBeCloseTo(Math.log(3 / 211), 12);
        const [plain, weighted] = [
          await evaluate(trainer.model, validation),
          await evaluate(trainer.model, validation, { priors }),
        ];
        expect(Math.abs(weighted.loss - plain.loss)).toBeGreaterThan(0.1);
        const { loss, accuracy } = sameShares ? weighted : plain;
        expect(epoch).toMatchObject({ valLoss: loss, valAccuracy: accuracy });
        trainer.dispose();
      }
    }),
  );

  it(
    'validates with the class frequencies of the real images, and trains with those of all',
    onWasm(async () => {
      const [mixed, all] = [{ ...options, real: train }, options].map((each) => tinyTrainer(each));
      const share = train.labels.filter((label) => label === 0).length / train.length;
      expect(mixed.priors![0]).toBeCloseTo(Math.log(share), 12);
      const [epoch, other] = [await eventsOf(mixed), await eventsOf(all)].map((events) =>
        events.find(isEpoch)!,
      );
      expect(epoch.trainLoss).toBe(other.trainLoss);
      const { loss } = await evaluate(mixed.model, validation, { priors: mixed.priors });
      expect(epoch.valLoss).toBe(loss);
      expect(epoch.valLoss).not.toBe(other.valLoss);
      mixed.dispose();
      all.dispose();
    }),
  );

  it('uses the class frequencies of a part only if it has them', () => {
    const training = {
      classes: ['a', 'b'],
      data: 'some',
      synthetic: false,
      seed: 1,
      valFraction: 0.1,
      limit: null,
      logPriors: [-0.5, -1],
    };
    expect(logPriorsOf(training, 'train')).toEqual([-0.5, -1]);
    expect(logPriorsOf(training, 'val')).toEqual([-0.5, -1]);
    expect(logPriorsOf({ ...training, valOnTest: true }, 'val')).toBeNull();
    expect(logPriorsOf(training, 'test')).toBeNull();
  });

  it(
    'does not affect a run without it',
    onWasm(() => {
      const trainer = tinyTrainer();
      expect(trainer.priors).toBeNull();
      trainer.dispose();
    }),
  );
});

describe('determinism', () => {
  it(
    `seed ${SEED} gives the same state twice, byte for byte; another seed or another order does not`,
    onWasm(async () => {
      const first = await finalState({});
      expect(await finalState({})).toBe(first);
      expect(await finalState({ seed: SEED + 1 })).not.toBe(first);
      expect(await finalState({ shuffle: false })).not.toBe(first);
      expect(await finalState({ dropout: 0 })).not.toBe(first);
    }),
  );

  it(
    'every epoch has a different order, or that of the file without shuffling',
    onWasm(async () => {
      // With such a small rate nothing is learned, so the loss identifies the images of a batch.
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
      const firstImages = selectImages(
        train,
        Array.from({ length: 47 }, (_, i) => i),
      );
      expect(inOrder).toEqual(await firstLosses({ train: firstImages, shuffle: false }));
      expect(inOrder[0]).toBe(inOrder[1]);
      expect(inOrder).not.toContain(first);
    }),
  );
});

describe('divergence', () => {
  it(
    'of a weight is detected before it is saved, even if the loss is still finite',
    onWasm(async () => {
      const trainer = tinyTrainer();
      await takeSteps(trainer, 2);
      await trainer.checkWeights();
      const [name, parameter] = trainer.model.namedParameters().at(-1)!;
      const values = Float32Array.from(await parameter.data());
      values[3] = Infinity;
      parameter.assign(values);
      await expect(trainer.checkWeights()).rejects.toThrow(
        `training diverged: ${name} is not finite at epoch 1, step 3 of 5`,
      );
      trainer.dispose();
    }),
  );

  it(
    'is an error that suggests a fix',
    onWasm(async () => {
      const trainer = tinyTrainer({ learningRate: 1e30 });
      await expect(eventsOf(trainer)).rejects.toThrow(DivergedError);
      trainer.dispose();
      const again = tinyTrainer({ learningRate: 1e30 });
      await expect(eventsOf(again)).rejects.toThrow(
        /the loss is (NaN|Infinity) at epoch 1, step \d of 5 \(learning rate 1e\+30\); try a lower one \(--lr\)/,
      );
      again.dispose();
    }),
  );

  it(
    'is detected at once in every layer: no layer turns a NaN into a number',
    onWasm(async () => {
      const trainer = tinyTrainer({ batchSize: 4 });
      const names = trainer.model.namedParameters().map(([name]) => name);
      trainer.dispose();
      const undetected: string[] = [];
      for (const name of names) {
        const diverging = tinyTrainer({ batchSize: 4, dropout: 0 });
        const parameter = new Map(diverging.model.namedParameters()).get(name)!;
        parameter.assign(new Float32Array(parameter.size).fill(NaN));
        await takeSteps(diverging, 1).then(
          () => undetected.push(name),
          (error: unknown) => expect(error).toBeInstanceOf(DivergedError),
        );
        diverging.dispose();
      }
      expect(names).toHaveLength(16);
      expect(undetected).toEqual([]);
    }),
  );
});
