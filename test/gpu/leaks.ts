// Leak check: trains a small network with every kind of layer of the character network, and counts
// buffers (or anything else that must not grow) after each step. No Node and no test runner,
// because a browser page runs the same function.

import type { Backend } from '../../src/engine/backend.js';
import {
  crossEntropy,
  currentBackend,
  Rng,
  scope,
  tensor,
  useBackend,
} from '../../src/engine/index.js';
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
} from '../../src/nn/index.js';

export interface LeakReport<T> {
  /** The count after each step. */
  readonly afterStep: readonly T[];
  /** The backend's live buffers after the network was disposed of. */
  readonly buffersLeft: number;
  /** The count after the backend was disposed of. */
  readonly afterDispose: T;
}

const BATCH = 4;
const SIDE = 8;
const CLASSES = 5;

/**
 * Trains on one batch of noise, counts after each step, and disposes of the backend. Without leaks,
 * counts are constant from the third step on.
 */
export async function trainAndCount<T>(
  backend: Backend,
  count: () => T,
  steps: number,
): Promise<LeakReport<T>> {
  const outer = currentBackend();
  useBackend(backend);
  try {
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
    const afterStep: T[] = [];
    for (let step = 0; step < steps; step++) {
      await scope(() => {
        const x = tensor(images, { shape: [BATCH, 1, SIDE, SIDE] });
        const loss = crossEntropy(model.forward(x), tensor(labels));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      await scope(() => tensor([0]).item()); // queued after everything that the step freed
      afterStep.push(count());
    }
    model.dispose();
    optimizer.dispose();
    const buffersLeft = backend.memory.live;
    await backend.dispose();
    return { afterStep, buffersLeft, afterDispose: count() };
  } finally {
    useBackend(outer);
  }
}
