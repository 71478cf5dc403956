// Provokes each kind of GPU failure, and returns the error's name and message.

import { kernel } from '../../../kernels/kernel.js';
import { relu } from '../../../kernels/activation.js';
import {
  createGpuBackend,
  type GpuBackend,
  type GpuMode,
} from '../../../src/engine/backends/gpu.js';
import { wrap } from './liveObjects.js';

/** Runs a function that should fail; returns `nothing failed` if it does not. */
async function errorOf(body: () => unknown): Promise<string> {
  try {
    await body();
    return 'nothing failed';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

const one = { constants: {}, scalars: {}, length: 2 };

/** APIs that may be unavailable. */
export function open(mode: GpuMode): Promise<string> {
  return errorOf(async () => (await createGpuBackend({ mode })).dispose());
}

/** A kernel that gpu.js cannot compile, and whether the backend still works afterwards. */
export async function brokenKernel(mode: GpuMode): Promise<{ error: string; after: number[] }> {
  const backend = await createGpuBackend({ mode });
  const text = 'function (x) { return nonsense(x[this.thread.x]); }';
  const broken = kernel('broken', ['x'], [], (x) => x[0], text);
  const x = backend.upload([1, -2]);
  const bad = backend.run({ kernel: broken, inputs: [x], ...one });
  const worse = backend.run({ kernel: relu, inputs: [bad], ...one });
  const error = await errorOf(() => backend.read(worse));
  const after = await backend.read(backend.run({ kernel: relu, inputs: [x], ...one }));
  await backend.dispose();
  return { error, after: [...after] };
}

/** Three uses of a freed buffer, and a use of a disposed backend. */
export async function usedAfterFree(mode: GpuMode): Promise<string[]> {
  const backend = await createGpuBackend({ mode });
  const x = backend.upload([1, 2]);
  backend.free(x);
  const errors = [
    await errorOf(() => backend.read(x)),
    await errorOf(() => backend.run({ kernel: relu, inputs: [x], ...one })),
    await errorOf(() => backend.free(x)),
  ];
  await backend.dispose();
  errors.push(await errorOf(() => backend.upload([1])));
  return errors;
}

/** Loses the device, as a driver reset does, with the browser's test functions. */
export async function lostDevice(
  mode: 'webgl2' | 'webgpu',
): Promise<{ read: string; run: string; again: string }> {
  const { backend, lose } = await openLosable(mode);
  const x = backend.upload([1, -2]);
  await backend.read(x);
  await lose();
  const read = await errorOf(() => backend.read(x));
  const run = await errorOf(() => backend.read(backend.run({ kernel: relu, inputs: [x], ...one })));
  await backend.dispose();
  return { read, run, again: await open(mode) };
}

/** The part of GPUDevice that is used here. */
interface LosableDevice {
  destroy(): void;
  readonly lost: Promise<unknown>;
}

/** A backend, and the browser's device or context, captured at its creation. */
async function openLosable(
  mode: 'webgl2' | 'webgpu',
): Promise<{ backend: GpuBackend; lose: () => Promise<void> }> {
  if (mode === 'webgl2') {
    const contexts: WebGL2RenderingContext[] = [];
    const restore = wrap(WebGL2RenderingContext.prototype, 'createProgram', (context) => {
      contexts.push(context as WebGL2RenderingContext);
    });
    const backend = await createGpuBackend({ mode });
    restore();
    const lose = (): Promise<void> => {
      contexts.at(-1)!.getExtension('WEBGL_lose_context')!.loseContext();
      return Promise.resolve();
    };
    return { backend, lose };
  }
  const devices: Promise<LosableDevice>[] = [];
  const { GPUAdapter } = globalThis as unknown as { GPUAdapter: { prototype: object } };
  const restore = wrap(GPUAdapter.prototype, 'requestDevice', (_, device) => {
    devices.push(device as Promise<LosableDevice>);
  });
  const backend = await createGpuBackend({ mode });
  restore();
  const lose = async (): Promise<void> => {
    const device = await devices.at(-1)!;
    device.destroy();
    await device.lost;
  };
  return { backend, lose };
}
