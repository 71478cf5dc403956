// Memory: after its first steps, a training loop allocates nothing, and its memory does not grow.

import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  conv2d,
  crossEntropy,
  dropout,
  flatten,
  linear,
  maxPool2d,
  noGrad,
  relu,
  ReferenceBackend,
  Rng,
  scope,
  tensor,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import { elementwise, updateInPlace } from '../../src/engine/launch.js';
import { sgdUpdate } from '../../kernels/optimizer.js';
import { add as addKernel } from '../../kernels/elementwise.js';
import { BufferPool, sizeClass } from '../../src/engine/backends/bufferPool.js';
import { backendsUnderTest, withFreshBackend } from '../support/backends.js';

/** A small convolutional network with running statistics, dropout and gradients. */
class SmallNet {
  readonly #rng = new Rng(3);
  readonly #dropout = this.#rng.split('dropout');
  readonly parameters = [[4, 1, 3, 3], [4], [4], [4], [3, 16], [3]].map((shape) =>
    tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () =>
        this.#rng.between(-0.5, 0.5),
      ),
      { shape, requiresGrad: true },
    ),
  );
  readonly running = { mean: zeros([4]), variance: zeros([4]) };

  loss(x: Tensor, labels: Tensor): Tensor {
    const [filters, filterBias, scale, shift, weight, bias] = this.parameters;
    const { running } = this;
    const norm = { epsilon: 1e-5, momentum: 0.1, training: true, running };
    const images = relu(
      batchNorm(conv2d(x, filters, filterBias, { padding: 1 }), scale, shift, norm),
    );
    const rows = dropout(flatten(maxPool2d(images, { window: 2 })), 0.2, this.#dropout);
    return crossEntropy(linear(rows, weight, bias), labels);
  }

  step(): void {
    for (const parameter of this.parameters) {
      updateInPlace(sgdUpdate, parameter.array, [parameter.grad!.array], { lr: 0.05 });
      parameter.zeroGrad();
    }
  }

  dispose(): void {
    for (const each of [...this.parameters, this.running.mean, this.running.variance])
      each.dispose();
  }
}

describe.each(backendsUnderTest)('a training loop on $name', ({ make }) => {
  it('allocates nothing after the first steps, and its memory does not grow', () =>
    withFreshBackend(make, async (backend) => {
      const rng = new Rng(4);
      const net = new SmallNet();
      const losses: number[] = [];
      let steady = backend.memory;
      for (let step = 0; step < 200; step++) {
        const pending = scope(() => {
          const pixels = Float32Array.from({ length: 5 * 16 }, () => rng.uniform());
          const loss = net.loss(tensor(pixels, { shape: [5, 1, 4, 4] }), tensor([0, 1, 2, 0, 1]));
          loss.backward();
          net.step();
          return loss.item();
        });
        losses.push(await pending);
        if (step === 3) steady = backend.memory;
      }
      expect(backend.memory.allocations).toBe(steady.allocations);
      expect(backend.memory.reservedBytes).toBe(steady.reservedBytes);
      expect(backend.memory.live).toBe(net.parameters.length + 2);
      expect(losses.every(Number.isFinite)).toBe(true);
      net.dispose();
    }));

  it('allocates nothing in evaluation after the first steps', () =>
    withFreshBackend(make, async (backend) => {
      const net = new SmallNet();
      let allocations = 0;
      for (let step = 0; step < 20; step++) {
        const x = zeros([2, 1, 4, 4]);
        await scope(() => noGrad(() => net.loss(x, tensor([0, 1]))).item());
        x.dispose();
        if (step === 1) ({ allocations } = backend.memory);
      }
      expect(backend.memory.allocations).toBe(allocations);
      net.dispose();
    }));

  it('reports live buffers and bytes correctly', () =>
    withFreshBackend(make, (backend) => {
      const before = backend.memory;
      const [x, y] = [zeros([100]), zeros([100])];
      expect(backend.memory.live).toBe(before.live + 2);
      const each = sizeClass(100) * (backend.dtype === 'float32' ? 4 : 8);
      expect(backend.memory.liveBytes).toBe(before.liveBytes + 2 * each);
      x.dispose();
      expect(backend.memory.liveBytes).toBe(before.liveBytes + each);
      expect(backend.memory.reservedBytes).toBeGreaterThanOrEqual(before.reservedBytes + 2 * each);
      y.dispose();
    }));
});

describe('an in-place update', () => {
  it('is visible in every view, and allocates nothing', () =>
    withFreshBackend(
      () => new ReferenceBackend(),
      async (backend) => {
        const x = tensor([
          [1, 2],
          [3, 4],
        ]);
        const transposed = x.array.permute([1, 0]);
        const { allocations, live } = backend.memory;
        updateInPlace(addKernel, x.array, [x.array]); // x += x
        expect([...(await transposed.read())]).toEqual([2, 6, 4, 8]);
        expect(backend.memory.live).toBe(live);
        expect(backend.memory.allocations - allocations).toBeLessThanOrEqual(1); // read()'s dense copy
        const sum = scope(() => elementwise(addKernel, [x.array, transposed]));
        expect([...(await sum.read())]).toEqual([4, 10, 10, 16]);
        for (const each of [sum, transposed, x]) each.dispose();
      },
    ));
});

describe('BufferPool', () => {
  it('reuses a freed block for the next request of the same size class only', () => {
    let nextBlock = 0;
    const pool = new BufferPool<number>(4, () => nextBlock++);
    const first = pool.take(65);
    pool.give(first, 65);
    expect(pool.take(128)).toBe(first); // 65 and 128 share the class 128
    expect(pool.take(64)).toBe(1);
    expect(pool.take(65)).toBe(2);
    expect(pool.report()).toEqual({
      live: 3,
      liveBytes: 4 * (128 + 64 + 128),
      reservedBytes: 4 * (128 + 64 + 128),
      allocations: 3,
    });
  });

  it('rounds sizes up to a multiple of 64, also for an empty array', () => {
    expect([0, 1, 64, 65, 1000].map(sizeClass)).toEqual([64, 64, 64, 128, 1024]);
  });
});
