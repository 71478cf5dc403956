// A hundred training steps of a small network with every kind of layer that the big one has, and the GPU objects alive after each.
// Imports the engine, layers, the gpu backend and the count.

import { createGpuBackend, type GpuMode } from '../../../src/engine/backends/gpu.js';
import { crossEntropy, Rng, scope, tensor, useBackend } from '../../../src/engine/index.js';
import {
  Adam,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../../../src/nn/index.js';
import { countObjects, type LiveObjects } from './liveObjects.js';

export interface LeakReport {
  /** After each step. */
  readonly steps: readonly LiveObjects[];
  /** The backend's own count, after the network is gone. */
  readonly buffersLeft: number;
  readonly afterDispose: LiveObjects;
}

const BATCH = 4;
const SIDE = 8;
const CLASSES = 5;

/** Trains on one batch of noise. */
export async function watchObjects(mode: GpuMode, steps: number): Promise<LeakReport> {
  const objects = countObjects();
  const backend = await createGpuBackend({ mode });
  useBackend(backend);
  const rng = new Rng(3);
  const model = new Sequential(
    new Conv2d({ inChannels: 1, outChannels: 3, kernelSize: 3, padding: 1, rng }),
    new BatchNorm2d({ numFeatures: 3 }),
    new ReLU(),
    new MaxPool2d({ kernelSize: 2 }),
    new Flatten(),
    new Dropout({ probability: 0.5, rng: rng.split('dropout') }),
    new Linear({ inFeatures: (3 * SIDE * SIDE) / 4, outFeatures: CLASSES, rng }),
  );
  const optimizer = new Adam(model.parameters());
  const images = Float32Array.from({ length: BATCH * SIDE * SIDE }, () => rng.between(-1, 1));
  const labels = Float32Array.from({ length: BATCH }, () => rng.below(CLASSES));
  const found: LiveObjects[] = [];
  for (let step = 0; step < steps; step++) {
    await scope(() => {
      const x = tensor(images, { shape: [BATCH, 1, SIDE, SIDE] });
      const loss = crossEntropy(model.forward(x), tensor(labels));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    await scope(() => tensor([0]).item()); // behind everything that the step gave back
    found.push(objects.live());
  }
  model.dispose();
  optimizer.dispose();
  const buffersLeft = backend.memory.live;
  await backend.dispose();
  const afterDispose = objects.live();
  objects.end();
  return { steps: found, buffersLeft, afterDispose };
}
