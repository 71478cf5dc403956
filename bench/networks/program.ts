// What bench/networks.ts needs of a network: how to draw its data and weights, and how to train it.

import type { Module, Rng, ShapedNumbers, Tensor } from '../../src/index.js';
import { tensor } from '../../src/index.js';

/** Number of different batches. Training repeats them. */
export const BATCHES = 8;

/** Named arrays; the first axis of each has `BATCHES` times the batch size. */
export type Data = Readonly<Record<string, ShapedNumbers>>;

/** A network in training. */
export interface Trainer {
  /** One step on batch number `index`; the losses before the update. */
  step(index: number): Promise<readonly number[]>;
  /** Frees the optimizers. */
  dispose(): void;
}

/** A model and how to train it. */
export interface Network {
  readonly model: Module;
  readonly train: (data: Data) => Trainer;
}

/** Binds `train` to a model. */
export const network = <M extends Module>(
  model: M,
  train: (model: M, data: Data) => Trainer,
): Network => ({ model, train: (data) => train(model, data) });

export interface NetworkProgram {
  /** Examples in one step. */
  readonly batch: number;
  /** Draws the data. */
  readonly data: (rng: Rng) => Data;
  /** Builds the network with initial weights. */
  readonly build: (rng: Rng) => Network;
}

/** Uploads batch number `index` of `count` examples. */
export function batchOf({ data, shape }: ShapedNumbers, index: number, count: number): Tensor {
  const size = data.length / shape[0];
  const first = (index % (shape[0] / count)) * count * size;
  const values = (data as Float32Array).subarray(first, first + count * size);
  return tensor(values, { shape: [count, ...shape.slice(1)] });
}

/** An array with `values(i)` as its elements in row-major order. */
export function arrayOf(shape: readonly number[], value: (i: number) => number): ShapedNumbers {
  const length = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length }, (_, i) => value(i)), shape };
}
