// The real network and a few synthetic characters, shared by the tests of the trainer and of
// threads.

import { createHash } from 'node:crypto';
import { selectImages, type ImageDataset } from '../../src/data/loading/imageDataset.js';
import { stratifiedSplit } from '../../src/data/loading/split.js';
import { syntheticDataset } from '../../src/data/strokes/synthetic.js';
import { CharacterNet } from '../../src/app/model/characterNet.js';
import { Trainer, type TrainerOptions } from '../../src/app/training/trainer.js';
import type { EpochEvent, StepEvent } from '../../src/app/training/trainerEvents.js';
import { Rng, type Backend } from '../../src/engine/index.js';
import { saveState } from '../../src/nn/index.js';
import { wasm, withFreshBackend } from '../support/backends.js';

export const SEED = 11;

const parts = stratifiedSplit(syntheticDataset({ seed: SEED, count: 4 * 47 }), 0.25, new Rng(SEED));
/** Three drawings of each of the 47 classes. */
export const train: ImageDataset = parts.train;
/** One drawing of each class. */
export const validation: ImageDataset = parts.validation;

/**
 * Options of a run with the default five steps per epoch but an eighth of the images, for tests
 * with many runs.
 */
export const SMALL: TinyOptions = {
  train: selectImages(train, firstNumbers(18)),
  validation: selectImages(validation, firstNumbers(6)),
  batchSize: 4, // 4, 4, 4, 4 and 2 images
};

function firstNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Runs a test body on a new wasm backend with one thread. */
export function onWasm(body: (backend: Backend) => void | Promise<void>): () => Promise<void> {
  return () => withFreshBackend(wasm(1).make, body);
}

export type TinyOptions = Partial<TrainerOptions> & {
  readonly seed?: number;
  readonly dropout?: number;
  /** Adds one teacher with new weights for each seed. */
  readonly teacherSeeds?: readonly number[];
};

/** All components of a recipe that the original lacks. */
export const ALL_COMPONENTS: TinyOptions = {
  schedule: 'one-cycle',
  weightDecay: 0.01,
  labelSmoothing: 0.1,
  balance: true,
  average: 0.9,
  augment: { shift: 2, rotation: 10, scale: 0.1, shear: 0.15, stroke: 0.5 },
  teacherSeeds: [1, 2, 3],
};

/** A trainer of a new network on the current backend. Default: one epoch of five steps. */
export function tinyTrainer(overrides: TinyOptions = {}): Trainer {
  const { seed = SEED, dropout = 0.5, teacherSeeds = [], ...options } = overrides;
  const classes = train.classes.length;
  const rng = new Rng(seed);
  const model = new CharacterNet({ classes, rng, dropout });
  const teachers = teacherSeeds.map((seed) =>
    new CharacterNet({ classes, rng: new Rng(seed) }).eval(),
  );
  return new Trainer({
    model,
    train,
    validation,
    rng,
    teachers,
    epochs: 1,
    batchSize: 32,
    ...options,
  });
}

/** Runs until `isLast` holds for an event, or to the end; returns all events. */
export async function eventsOf(
  trainer: Trainer,
  isLast: (event: StepEvent | EpochEvent) => boolean = () => false,
): Promise<(StepEvent | EpochEvent)[]> {
  const events = [];
  for await (const event of trainer.run()) {
    events.push(event);
    if (isLast(event)) break;
  }
  return events;
}

/** Runs a number of steps. */
export async function takeSteps(trainer: Trainer, count: number): Promise<void> {
  let done = 0;
  await eventsOf(trainer, ({ event }) => event === 'step' && ++done === count);
}

/**
 * The contents of a checkpoint: weights, running statistics, moments, schedule, streams and
 * progress.
 */
export function checkpoint(trainer: Trainer): Promise<Uint8Array> {
  const { model, optimizer, scheduler, average, rngs, progress } = trainer;
  return saveState({ model, optimizer, scheduler, average, rngs, extra: { ...progress } });
}

/** Digest of bytes; comparing megabytes element by element would take longer than the training. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Digest of a trainer's complete state. */
export async function fingerprint(trainer: Trainer): Promise<string> {
  return digest(await checkpoint(trainer));
}
