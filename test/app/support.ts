// The real network and a few synthetic characters, shared by the tests of the trainer and of
// threads.

import { createHash } from 'node:crypto';
import { stratifiedSplit, subset, type Dataset } from '../../src/data/loading/dataset.js';
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
export const train: Dataset = parts.train;
/** One more of each. */
export const validation: Dataset = parts.validation;

/** Options of a run that has five steps an epoch, as by default, but an eighth of the images: for tests of many runs. */
export const SMALL: TinyOptions = {
  train: subset(train, firstNumbers(18)),
  validation: subset(validation, firstNumbers(6)),
  batchSize: 4, // 4, 4, 4, 4 and 2 images
};

function firstNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A test body on a wasm backend of its own, on one thread. */
export function onWasm(body: (backend: Backend) => void | Promise<void>): () => Promise<void> {
  return () => withFreshBackend(wasm(1).make, body);
}

export type TinyOptions = Partial<TrainerOptions> & {
  readonly seed?: number;
  readonly dropout?: number;
  /** One teacher of fresh weights for each. */
  readonly teacherSeeds?: readonly number[];
};

/** Every ingredient that a recipe may have, on top of the original's. */
export const ALL_INGREDIENTS: TinyOptions = {
  schedule: 'one-cycle',
  weightDecay: 0.01,
  labelSmoothing: 0.1,
  balance: true,
  average: 0.9,
  augment: { shift: 2, rotation: 10, scale: 0.1, shear: 0.15, stroke: 0.5 },
  teacherSeeds: [1, 2, 3],
};

/** A trainer of a fresh network, on the current backend. One epoch of five steps unless told otherwise. */
export function tinyTrainer(given: TinyOptions = {}): Trainer {
  const { seed = SEED, dropout = 0.5, teacherSeeds = [], ...options } = given;
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

/** All that a checkpoint holds: weights, running statistics, moments, schedule, streams and progress. */
export function checkpoint(trainer: Trainer): Promise<Uint8Array> {
  const { model, optimizer, scheduler, average, rngs, progress } = trainer;
  return saveState({ model, optimizer, scheduler, average, rngs, extra: { ...progress } });
}

/** Equal for equal bytes; comparing megabytes element by element would take the test longer than the training. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Stands for every bit of a trainer's state. */
export async function fingerprint(trainer: Trainer): Promise<string> {
  return digest(await checkpoint(trainer));
}
