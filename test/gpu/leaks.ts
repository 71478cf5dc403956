// Leak checks: a training loop of a small network with every kind of layer of the character network,
// and a loop over many sizes. Both count buffers (or anything else that must not grow). No Node and
// no test runner, because a browser page runs the same functions.

import { relu } from '../../kernels/activation.js';
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

export interface SizesReport<T> {
  /** Reserved bytes after each computation. */
  readonly reservedBytes: readonly number[];
  /** Peak of the bytes in use. */
  readonly peakBytes: number;
  /** The count at the end. */
  readonly atEnd: T;
  /** Whether every result was correct. */
  readonly ok: boolean;
  /** The count after the backend was disposed of. */
  readonly afterDispose: T;
}

/**
 * Computes relu on buffers of `sizes` lengths, in three rounds, and disposes of the backend. Every
 * length needs separate kernels.
 */
export async function computeManySizes<T>(
  backend: Backend,
  count: () => T,
  sizes: number,
): Promise<SizesReport<T>> {
  const reservedBytes: number[] = [];
  let peakBytes = 0;
  let ok = true;
  for (let round = 0; round < 3; round++) {
    for (let size = 1; size <= sizes; size++) {
      const length = size * 2 ** 16;
      const x = backend.upload(new Float32Array(length).fill(-1).fill(size + round, length / 2));
      const y = backend.run({ kernel: relu, inputs: [x], constants: {}, scalars: {}, length });
      const values = await backend.read(y);
      ok &&= values.length === length && values[0] === 0 && values[length - 1] === size + round;
      peakBytes = Math.max(peakBytes, backend.memory.liveBytes);
      for (const buffer of [x, y]) backend.free(buffer);
      const last = backend.upload([0]);
      await backend.read(last); // queued after everything that was freed
      backend.free(last);
      reservedBytes.push(backend.memory.reservedBytes);
    }
  }
  const atEnd = count();
  await backend.dispose();
  return { reservedBytes, peakBytes, atEnd, ok, afterDispose: count() };
}
