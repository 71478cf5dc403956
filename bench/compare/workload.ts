// The workload of every contender: the same images, labels and initial weights, as little-endian
// float32 files that any language can read. Written by compare.ts, read by the contenders.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CharacterNet } from '../../src/app/model/characterNet.js';
import { syntheticDataset } from '../../src/data/strokes/synthetic.js';
import { Normalizer } from '../../src/data/loading/transform.js';
import { ReferenceBackend, Rng, useBackend } from '../../src/index.js';
import { PEERS } from '../support/paths.js';

export const WORKLOAD = join(PEERS, 'workload');
export const PIXELS = 28 * 28;
export const CLASSES = 47;
export const BATCH = 64;
/** Enough batches that no contender can memorize them during a comparison. */
const BATCHES = 40;

/** A named array of the network, row-major, with PyTorch's names and shapes. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Workload {
  /** [BATCHES * BATCH, 1, 28, 28], -1 to 1. */
  readonly images: Float32Array;
  /** [BATCHES * BATCH], class indices. */
  readonly labels: Float32Array;
  /** Initial parameters and running statistics. */
  readonly weights: readonly NamedArray[];
}

interface Manifest {
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** Generates the images and the weights and writes the files. */
export async function writeWorkload(): Promise<void> {
  const dataset = syntheticDataset({ seed: 1, count: BATCHES * BATCH });
  const images = new Float32Array(dataset.images.length);
  new Normalizer().apply(dataset.images, images);

  useBackend(new ReferenceBackend());
  const model = new CharacterNet({ classes: CLASSES, rng: new Rng(1) });
  const arrays: NamedArray[] = [];
  for (const [name, tensor] of Object.entries(model.stateDict())) {
    if (name.endsWith('num_batches_tracked')) continue;
    arrays.push({ name, shape: tensor.shape, data: Float32Array.from(await tensor.data()) });
  }
  model.dispose();
  // Running statistics other than 0 and 1, so that the check detects a contender that ignores them.
  const rng = new Rng(2);
  for (const { name, data } of arrays) {
    if (name.endsWith('running_mean')) data.forEach((_, i) => (data[i] = rng.between(-0.2, 0.2)));
    if (name.endsWith('running_var')) data.forEach((_, i) => (data[i] = rng.between(0.5, 1.5)));
  }

  mkdirSync(WORKLOAD, { recursive: true });
  writeFileSync(join(WORKLOAD, 'images.f32'), images);
  writeFileSync(join(WORKLOAD, 'labels.f32'), Float32Array.from(dataset.labels));
  writeFileSync(
    join(WORKLOAD, 'weights.f32'),
    Buffer.concat(arrays.map(({ data }) => Buffer.from(data.buffer))),
  );
  const manifest: Manifest = { weights: arrays.map(({ name, shape }) => ({ name, shape })) };
  writeFileSync(join(WORKLOAD, 'manifest.json'), JSON.stringify(manifest));
}

function readFloats(name: string): Float32Array {
  const bytes = readFileSync(join(WORKLOAD, name));
  return new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  );
}

/** Reads the files of `writeWorkload`. */
export function readWorkload(): Workload {
  const { weights } = JSON.parse(readFileSync(join(WORKLOAD, 'manifest.json'), 'utf8')) as Manifest;
  const all = readFloats('weights.f32');
  let start = 0;
  const arrays = weights.map(({ name, shape }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    start += size;
    return { name, shape, data: all.slice(start - size, start) };
  });
  return { images: readFloats('images.f32'), labels: readFloats('labels.f32'), weights: arrays };
}

/** Images and labels of one step. */
export interface Batch {
  /** [count, 1, 28, 28] */
  readonly images: Float32Array;
  /** [count] */
  readonly labels: Float32Array;
}

/** Batch number `index` of `count` images; wraps around after the last one. */
export function batchOf(workload: Workload, index: number, count: number): Batch {
  const first = (index % (workload.labels.length / count)) * count;
  return {
    images: workload.images.subarray(first * PIXELS, (first + count) * PIXELS),
    labels: workload.labels.subarray(first, first + count),
  };
}
