// Tests `train` of the public API: progress, reproducibility, the returned model, and invalid
// options. The trainer itself is tested in test/app/training.

import { describe, expect, it } from 'vitest';
import {
  loadCharacterModel,
  recognize,
  saveCharacterModel,
  train,
  type EpochEvent,
  type TrainEvent,
  type TrainOptions,
} from '../../../src/app/library/character.js';
import { ImageDataset, imageAt, limitImages } from '../../../src/data/loading/imageDataset.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { currentBackend, createWasmBackend, type Backend } from '../../../src/engine/index.js';
import { onReference } from '../../support/backends.js';
import { digest, onWasm } from '../support.js';

/** Two short epochs on four drawings of each class. */
const SHORT: TrainOptions = {
  limit: 4 * 47,
  valFraction: 0.25,
  epochs: 2,
  batchSize: 32,
  lr: 0.002,
};

/** Trains and returns the events, except the steps, and the model's bytes. */
async function trainShort(
  options: TrainOptions = {},
): Promise<{ events: TrainEvent[]; bytes: Uint8Array }> {
  const events: TrainEvent[] = [];
  const model = await train({ ...SHORT, ...options, onProgress: (event) => events.push(event) });
  const bytes = await saveCharacterModel(model);
  model.dispose();
  return { events, bytes };
}

/** One image of another size. */
const small = new ImageDataset({
  name: 'dots',
  images: Uint8Array.of(0, 255),
  height: 2,
  width: 1,
  labels: Uint8Array.of(0),
  classes: ['dot'],
  synthetic: true,
});

describe('train', () => {
  it(
    'reports its progress, improves the loss, and gives equal models for equal seeds',
    onWasm(async () => {
      const { events, bytes } = await trainShort();
      expect(events[0]).toEqual({
        event: 'start',
        data: 'synthetic characters (not EMNIST)',
        synthetic: true,
        images: 3 * 47,
        validationImages: 47,
        epochs: 2,
      });
      expect(events.filter(({ event }) => event === 'step')).toHaveLength(10);
      const [first, second] = events.filter(
        (event): event is EpochEvent => event.event === 'epoch',
      );
      expect(second.trainLoss).toBeLessThan(first.trainLoss - 0.2);
      expect(second.valLoss).toBeLessThan(first.valLoss);

      const again = await trainShort();
      expect(digest(again.bytes)).toBe(digest(bytes));
      const other = await trainShort({ seed: 1 });
      expect(digest(other.bytes)).not.toBe(digest(bytes));
    }),
  );

  it(
    'returns a model that recognizes, with the options of the best recipe, on data of the caller',
    onWasm(async () => {
      const data = limitImages(syntheticDataset({ seed: 3, count: 4 * 47 }), 4 * 47);
      const model = await train({ ...SHORT, data, recipe: 'best', epochs: 1 });
      expect(model.training).toMatchObject({ data: data.name, synthetic: true, seed: 42 });
      expect(model.training.logPriors).toHaveLength(47);
      expect(model.training.temperature).toBe(1); // too few validation images to fit it
      const result = await recognize(model, imageAt(data, 0));
      const copy = await loadCharacterModel(await saveCharacterModel(model));
      expect(await recognize(copy, imageAt(data, 0))).toEqual(result);
      copy.dispose();
      model.dispose();
    }),
  );

  it(
    'trains on the given backend, whatever the current one is, and frees all buffers',
    onReference(async (current) => {
      const backend = await createWasmBackend({ threads: 1 });
      const model = await train({ ...SHORT, epochs: 1, limit: 2 * 47, valFraction: 0.5, backend });
      expect(currentBackend()).toBe(current);
      expect(model.backend).toBe(backend);
      model.dispose();
      expect(backend.memory.live).toBe(0);
      await backend.dispose();
    }),
  );

  it(
    'stops at a signal and at an error of the callback, and frees all buffers',
    onWasm(async () => {
      const controller = new AbortController();
      const onProgress = ({ event }: TrainEvent): void => {
        if (event === 'step') controller.abort(new Error('enough'));
      };
      const { signal } = controller;
      await expect(train({ ...SHORT, signal, onProgress })).rejects.toThrow('enough');
      const failing = (): Promise<never> => Promise.reject(new Error('full'));
      await expect(train({ ...SHORT, onProgress: failing })).rejects.toThrow('full');
    }),
  );

  it.each<[object, string]>([
    [{ epoch: 1 }, 'train: unknown option epoch; the options are recipe'],
    [{ epochs: 0 }, 'train: epochs must be a whole number of at least 1, got 0'],
    [{ schedule: 'linear' }, 'train: schedule must be one of plateau, cosine, one-cycle, got "lin'],
    [{ recipe: 'worst' }, 'train: recipe must be one of original, best, got "worst"'],
    [{ limit: 0 }, 'train: limit must be a whole number of at least 1, got 0'],
    [{ limit: 10 }, 'train: valFraction 0.1 of 10 images leaves 10 to train on and 0 to validate'],
    [{ data: {} }, 'train: data must be an ImageDataset (inkgrad/data), got [object Object]'],
    [{ data: small }, 'at least 2 classes; dots has 2 x 1 and 1'],
    [{ backend: {} as Backend }, 'train: backend must be a backend'],
  ])('rejects %o', async (options, message) => {
    await expect(train(options)).rejects.toThrow(message);
  });
});
