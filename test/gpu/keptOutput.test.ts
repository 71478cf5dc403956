// Memory that kernels keep for their next output: its limit, and when it is released. On fake kernels
// that count references as those of gpu.js do; test/browser/gpu.test.ts runs gpu.js itself.

import { describe, expect, it } from 'vitest';
import { relu } from '../../kernels/activation.js';
import { reservedLimit } from '../../src/engine/backends/bufferPool.js';
import { GpuBackend } from '../../src/engine/backends/gpu/backend.js';
import type { Device } from '../../src/engine/backends/gpu/device.js';
import { RESERVED_FACTOR } from '../../src/engine/backends/gpu/kernelCache.js';
import { createGpuBackend } from '../../src/engine/backends/gpu.js';
import { computeManySizes } from './leaks.js';

interface Memory {
  readonly bytes: number;
  _refs: number;
}

/** A device whose kernels return zeros, and the memory that exists on it. */
function fakeDevice(mode: 'webgl2' | 'webgpu'): { device: Device; memory: Set<Memory> } {
  const memory = new Set<Memory>();
  class Kernel {
    readonly context = { bindFramebuffer: () => undefined, framebufferTexture2D: () => undefined };
    readonly deleteTexture = (texture: Memory): void => void memory.delete(texture);
    readonly #length: number;
    texture: { texture: Memory } | null = null;
    outputBuffer: (Memory & { destroy: () => void }) | null = null;

    constructor(length: number) {
      this.#length = length;
    }

    run(): object {
      return mode === 'webgl2' ? this.#runWebGl() : this.#runWebGpu();
    }

    destroy(): void {
      const kept = mode === 'webgl2' ? this.texture?.texture : this.outputBuffer;
      if (kept) this.#drop(kept);
    }

    /** Reuses the texture unless it is referenced elsewhere. */
    #runWebGl(): object {
      if (this.texture === null) this.texture = { texture: this.#allocate() };
      else if (this.texture.texture._refs > 1) {
        this.texture.texture._refs -= 1;
        this.texture.texture = this.#allocate();
      }
      return this.#handle(this.texture.texture);
    }

    /** Always allocates a buffer. */
    #runWebGpu(): object {
      if (this.outputBuffer !== null) this.#drop(this.outputBuffer);
      const buffer = this.#allocate();
      this.outputBuffer = Object.assign(buffer, { destroy: () => void memory.delete(buffer) });
      return this.#handle(buffer);
    }

    #allocate(): Memory {
      const allocated = { bytes: 4 * this.#length, _refs: 1 };
      memory.add(allocated);
      return allocated;
    }

    #handle(shared: Memory): object {
      shared._refs += 1;
      return {
        toArray: () => {
          expect(memory).toContain(shared);
          return new Float32Array(shared.bytes / 4);
        },
        delete: () => this.#drop(shared),
      };
    }

    #drop(shared: Memory): void {
      shared._refs -= 1;
      if (shared._refs === 0) memory.delete(shared);
    }
  }
  const createKernel = (_: string, { output }: { readonly output: readonly number[] }) => {
    const kernel = new Kernel(output[0]);
    const destroy = (): void => kernel.destroy();
    return Object.assign(() => kernel.run(), { kernel, destroy });
  };
  const device = {
    mode,
    gpu: { Kernel, context: null, destroy: () => Promise.resolve(), createKernel },
    adapter: 'test',
    software: true,
    reusesOutputs: mode === 'webgl2',
    checkAlive: () => undefined,
    close: () => Promise.resolve(),
  };
  return { device: device as unknown as Device, memory };
}

const bytesOf = (memory: ReadonlySet<Memory>): number =>
  [...memory].reduce((sum, { bytes }) => sum + bytes, 0);

/** One upload and one launch of this length; the peak is twice the length. */
async function compute(backend: GpuBackend, length: number): Promise<void> {
  const x = backend.upload(new Float32Array(length));
  const y = backend.run({ kernel: relu, inputs: [x], constants: {}, scalars: {}, length });
  await backend.read(y);
  for (const buffer of [x, y]) backend.free(buffer);
  const last = backend.upload([0]);
  await backend.read(last); // queued after the deletions
  backend.free(last);
}

const MIB = 2 ** 20;

describe('the memory that kernels keep', () => {
  it('is reported and limited in WebGL, and a repeated step allocates nothing', async () => {
    const { device, memory } = fakeDevice('webgl2');
    const backend = new GpuBackend(device, 512);
    for (let length = MIB / 64; length <= MIB; length += MIB / 64) {
      await compute(backend, length);
      const { reservedBytes } = backend.memory;
      expect(bytesOf(memory) - reservedBytes).toBeLessThanOrEqual(4); // the last upload
      expect(reservedBytes).toBeLessThanOrEqual(reservedLimit(2 * 4 * length + 4, RESERVED_FACTOR));
    }
    const { allocations } = backend.memory;
    for (let step = 0; step < 3; step++) await compute(backend, MIB);
    expect(backend.memory.allocations).toBe(allocations);
    await backend.dispose();
    expect(backend.memory.reservedBytes).toBe(0);
    expect(bytesOf(memory)).toBe(0);
  });

  it('is released at once in WebGPU, which does not reuse it', async () => {
    const { device, memory } = fakeDevice('webgpu');
    const backend = new GpuBackend(device, 512);
    for (const length of [MIB, MIB / 2, MIB]) {
      await compute(backend, length);
      expect(bytesOf(memory)).toBeLessThanOrEqual(4);
      expect(backend.memory.reservedBytes).toBe(0);
    }
    await backend.dispose();
    expect(bytesOf(memory)).toBe(0);
  });

  it('is allocated again with correct results (gpu.js on WebAssembly)', async () => {
    const backend = await createGpuBackend({ mode: 'webasm' });
    const { ok, reservedBytes } = await computeManySizes(backend, () => 0, 4);
    expect(ok).toBe(true);
    expect(Math.max(...reservedBytes)).toBe(0);
  });
});
