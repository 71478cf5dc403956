// Failures of the gpu backend: the documented error, where it is thrown, and that the backend
// remains usable. Runs in Node, on gpu.js's WebAssembly mode and on a fake device that can be lost.
// Browser tests are in test/browser.

import { describe, expect, it } from 'vitest';
import { upload } from '../../kernels/layout.js';
import { relu } from '../../kernels/activation.js';
import { kernel } from '../../kernels/kernel.js';
import type { Backend, Buffer, Launch } from '../../src/engine/backend.js';
import {
  createGpuBackend,
  type GpuBackend,
  type GpuOptions,
} from '../../src/engine/backends/gpu.js';
import { GpuBackend as BareBackend } from '../../src/engine/backends/gpu/backend.js';
import type { Device } from '../../src/engine/backends/gpu/device.js';
import { ProgramQueue } from '../../src/engine/backends/gpu/queue.js';
import {
  ArgumentError,
  BackendError,
  DeviceLostError,
  DisposedError,
} from '../../src/engine/errors.js';

const noArguments = { constants: {}, scalars: {} };

const onGpu =
  (body: (backend: GpuBackend) => Promise<void>, maxKernels = 512): (() => Promise<void>) =>
  async () => {
    const backend = await createGpuBackend({ mode: 'webasm', maxKernels });
    try {
      await body(backend);
    } finally {
      await backend.dispose();
    }
    expect(backend.memory).toMatchObject({ live: 0, liveBytes: 0, reservedBytes: 0 });
  };

const apply = (backend: Backend, definition: Launch['kernel'], input: Buffer): Buffer =>
  backend.run({ kernel: definition, inputs: [input], ...noArguments, length: input.length });

describe('a kernel that does not compile', () => {
  // `nowhere` is not defined: gpu.js cannot compile the kernel.
  const broken = kernel(
    'broken',
    ['x'],
    [],
    () => 0,
    'function (x) { return nowhere(x[this.thread.x]); }',
  );

  it(
    'is named when its output, or anything computed from it, is read',
    onGpu(async (backend) => {
      const x = backend.upload([1, -2, 3]);
      const y = apply(backend, broken, x);
      const z = apply(backend, relu, y);
      const message = /^gpu \(webasm\): kernel broken could not be compiled: /;
      await expect(backend.read(y)).rejects.toThrow(message);
      await expect(backend.read(z)).rejects.toThrow(BackendError);
      await expect(backend.read(z)).rejects.toThrow(message);
      expect(await backend.read(apply(backend, relu, x))).toEqual(Float32Array.of(1, 0, 3));
    }),
  );
});

describe('a buffer', () => {
  it(
    'is rejected immediately after it was freed',
    onGpu(async (backend) => {
      const x = backend.upload([1, 2]);
      backend.free(x);
      const after = 'gpu (webasm): this buffer was freed';
      expect(() => apply(backend, relu, x)).toThrow(after);
      expect(() => backend.free(x)).toThrow(DisposedError);
      await expect(backend.read(x)).rejects.toThrow(after);
    }),
  );

  it(
    'is freed when it is donated',
    onGpu(async (backend) => {
      const x = backend.upload([-1, 2]);
      const y = backend.run({ kernel: relu, inputs: [x], ...noArguments, length: 2, donate: 0 });
      expect(() => backend.free(x)).toThrow(DisposedError);
      expect(await backend.read(y)).toEqual(Float32Array.of(0, 2));
      expect(backend.memory.live).toBe(1);
    }),
  );

  it(
    'is freed only after the launches and reads that were enqueued before',
    onGpu(async (backend) => {
      const x = backend.upload([-1, 2]);
      const y = apply(backend, relu, x);
      backend.free(x);
      const pending = backend.read(y);
      backend.free(y);
      expect(await pending).toEqual(Float32Array.of(0, 2));
    }),
  );

  it(
    'may be empty',
    onGpu(async (backend) => {
      const empty = apply(backend, relu, backend.upload([]));
      expect(await backend.read(empty)).toEqual(new Float32Array(0));
    }),
  );

  it(
    'has at most 2^24 elements, and a kernel at most 7 arrays',
    onGpu((backend) => {
      const x = backend.upload([1]);
      const long = { kernel: relu, inputs: [x], ...noArguments, length: 2 ** 24 + 1 };
      expect(() => backend.run(long)).toThrow(
        /^gpu \(webasm\): relu would create 16777217 elements; .*smaller batch/,
      );
      const names = 'abcdefgh'.split('');
      const wide = kernel<Record<string, number>>('wide', names, [], () => 0);
      const inputs = names.map(() => x);
      expect(() => backend.run({ kernel: wide, inputs, ...noArguments, length: 1 })).toThrow(
        ArgumentError,
      );
      return Promise.resolve();
    }),
  );
});

describe('compiled kernels', () => {
  it(
    'are evicted from a full cache, least recently used first, after their use',
    onGpu(async (backend) => {
      const sizes = [1, 2, 3, 4, 5];
      const rows = sizes.map((size) =>
        backend.upload(Float32Array.from({ length: size }, (_, i) => i - 1)),
      );
      const outputs = rows.map((row) => apply(backend, relu, row));
      const again = rows.map((row) => apply(backend, relu, row));
      for (const [index, size] of sizes.entries()) {
        const expected = Float32Array.from({ length: size }, (_, i) => Math.max(0, i - 1));
        expect(await backend.read(outputs[index])).toEqual(expected);
        expect(await backend.read(again[index])).toEqual(expected);
      }
      expect(backend.statistics.cached).toBe(2);
      expect(backend.statistics.compiled).toBeGreaterThan(10);
    }, 2),
  );

  it(
    'may have the same name',
    onGpu(async (backend) => {
      const x = backend.upload([1]);
      const twin = kernel(
        'relu',
        ['x'],
        [],
        () => 0,
        'function (x) { return 2 * x[this.thread.x]; }',
      );
      expect([...(await backend.read(apply(backend, relu, x)))]).toEqual([1]);
      expect([...(await backend.read(apply(backend, twin, x)))]).toEqual([2]);
    }),
  );
});

describe('a device', () => {
  it('that is not available is rejected with the reason', async () => {
    await expect(createGpuBackend({ mode: 'webgl2' })).rejects.toThrow(
      /^gpu \(webgl2\): Node has no WebGL2/,
    );
    await expect(createGpuBackend({ mode: 'webgl2' })).rejects.toThrow(BackendError);
  });

  it.each([
    [{ mode: 'webasm', maxKernels: 0 }, 'maxKernels must be a whole number of at least 1, got 0'],
    [{ mode: 'cuda' }, 'mode must be one of webgpu, webgl2, headlessgl, webasm, got "cuda"'],
    [{}, 'mode must be one of webgpu, webgl2, headlessgl, webasm, got undefined'],
    [{ mode: 'webasm', precision: 'half' }, 'unknown option precision; the options are mode, max'],
    [undefined, 'options must be an object { mode, maxKernels }, got undefined'],
  ])('is not opened with the options %j', async (options, message) => {
    const opened = createGpuBackend(options as GpuOptions);
    await expect(opened).rejects.toThrow(`createGpuBackend: ${message}`);
    await expect(opened).rejects.toThrow(ArgumentError);
  });

  /** A fake device that computes x -> x, and zeros after it is lost, like a real one. */
  const fakeDevice = (): { readonly device: Device; readonly lose: () => void } => {
    let isLost = false;
    class Kernel {
      readonly built = true;
    }
    const run = (x: Float32Array): Float32Array =>
      isLost ? new Float32Array(x.length) : x.slice();
    const properties = { kernel: new Kernel(), destroy: () => undefined };
    const gpu = {
      Kernel,
      context: null,
      destroy: () => Promise.resolve(),
      createKernel: () =>
        Object.assign((...args: readonly unknown[]) => run(args[0] as Float32Array), properties),
    };
    const checkAlive = (): void => {
      if (isLost) throw new DeviceLostError('gpu (webgpu): the device was lost');
    };
    const close = (): Promise<void> => Promise.resolve();
    const device = {
      mode: 'webgpu',
      gpu,
      adapter: 'test',
      software: true,
      reusesOutputs: false,
    } as const;
    return { device: { ...device, checkAlive, close }, lose: () => (isLost = true) };
  };

  it('that is lost makes pending and later reads throw, and can be disposed', async () => {
    const { device, lose } = fakeDevice();
    const backend = new BareBackend(device, 8);
    const x = backend.upload([1, 2]);
    expect(await backend.read(x)).toEqual(Float32Array.of(1, 2));
    const underWay = backend.read(x);
    lose();
    await expect(underWay).rejects.toThrow(DeviceLostError);
    await expect(backend.read(x)).rejects.toThrow('the device was lost');
    const y = apply(backend, upload, x);
    await expect(backend.read(y)).rejects.toThrow(DeviceLostError);
    await backend.dispose();
    expect(backend.memory.live).toBe(0);
    expect(() => backend.upload([1])).toThrow('this backend was disposed');
  });

  it('that runs a kernel in another mode is rejected', async () => {
    const { device } = fakeDevice();
    class Elsewhere {
      readonly built = true;
    }
    const wrong = { ...device, gpu: { ...device.gpu, Kernel: Elsewhere } };
    const backend = new BareBackend(wrong, 8);
    const x = backend.upload([1]);
    await expect(backend.read(x)).rejects.toThrow(
      /kernel upload ran on another mode instead \(no reason given\)/,
    );
    await backend.dispose();
  });
});

it('the queue preserves order, and continues after a failure', async () => {
  const queue = new ProgramQueue();
  const order: number[] = [];
  const slow = queue.enqueue(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push(1);
  });
  const failing = queue.enqueue(() => {
    order.push(2);
    throw new Error('two');
  });
  const last = queue.enqueue(() => order.push(3));
  await expect(failing).rejects.toThrow('two');
  await Promise.all([slow, last]);
  expect(order).toEqual([1, 2, 3]);
});
