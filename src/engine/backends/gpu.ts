// Entry point of the gpu backend (gpu/backend.ts).
// This is the only file that imports gpu.js. The import is dynamic, so gpu.js is loaded only if
// this backend is requested.

import { scaleShift } from '../../../kernels/elementwise.js';
import { sumAxis } from '../../../kernels/reduce.js';
import { ArgumentError, BackendError } from '../errors.js';
import { checkOptions, describeValue, type OptionNames } from '../options.js';
import { GpuBackend } from './gpu/backend.js';
import { openDevice } from './gpu/device.js';
import type { GpuMode, Library } from './gpu/library.js';
import { prepareHost } from './gpu/nodeHost.js';

export type { GpuBackend, GpuStatistics } from './gpu/backend.js';
export type { GpuMode } from './gpu/library.js';

/** Options of `createGpuBackend`. */
export interface GpuOptions {
  /**
   * Where kernels run: `webgpu` (a browser; Node with the package webgpu), `webgl2` (a browser),
   * `headlessgl` (Node with the package gl and a display), or `webasm` (no GPU: gpu.js's own
   * WebAssembly, slow, for tests on any machine). There is no default and no fallback: the requested
   * mode is used, or an error is thrown.
   */
  readonly mode: GpuMode;
  /**
   * Maximum number of compiled kernels to keep; beyond it, the least recently used is evicted.
   * Default 512.
   */
  readonly maxKernels?: number;
}

const OPTION_NAMES: OptionNames<GpuOptions> = { mode: true, maxKernels: true };
const MODES: Readonly<Record<GpuMode, true>> = {
  webgpu: true,
  webgl2: true,
  headlessgl: true,
  webasm: true,
};

/**
 * Starts the gpu backend, and verifies that it computes correctly: some drivers accept every call
 * and return zeros.
 *
 * Elements are float32. It requires gpu.js, an optional peer dependency; docs/gpu.md lists the
 * packages for Node. An error of a kernel is thrown where its result is read. Call `dispose()` at
 * the end: as long as a WebGPU backend exists, Node does not exit.
 *
 * @throws BackendError if a package is not installed, is too old or does not load, the mode is
 *   unavailable on this machine, or the results are wrong; the message states the remedy
 * @throws ArgumentError if `mode` is not one of the four, `maxKernels` is not an integer of at least
 *   1, or an option is unknown
 * @example
 * // webasm needs no GPU; use webgpu or webgl2 if there is one.
 * const backend = await createGpuBackend({ mode: 'webasm' });
 * print(await withBackend(backend, () => scope(() => exp(zeros([2])).data()))); // [1, 1]
 * await backend.dispose();
 */
export async function createGpuBackend(options: GpuOptions): Promise<GpuBackend> {
  checkOptions('createGpuBackend', options, OPTION_NAMES);
  const { mode, maxKernels = 512 } = options;
  if (!Object.hasOwn(MODES, mode)) {
    const modes = Object.keys(MODES).join(', ');
    throw new ArgumentError(
      `createGpuBackend: mode must be one of ${modes}, got ${describeValue(mode)}`,
    );
  }
  if (!Number.isSafeInteger(maxKernels) || maxKernels < 1) {
    throw new ArgumentError(
      `createGpuBackend: maxKernels must be a whole number of at least 1, got ${maxKernels}`,
    );
  }
  // First, because most machines lack the mode and need not load gpu.js.
  const cleanup = await prepareHost(mode);
  let backend: GpuBackend;
  try {
    backend = new GpuBackend(await openDevice(mode, await importLibrary(), cleanup), maxKernels);
  } catch (error) {
    cleanup();
    throw error;
  }
  try {
    await checkResults(backend);
  } catch (error) {
    await backend.dispose();
    throw error;
  }
  return backend;
}

const INSTALL = 'install it next to inkgrad:  npm install gpu.js@2.24.1';

async function importLibrary(): Promise<Library> {
  let library: Partial<Library>;
  try {
    const module = (await import('gpu.js')) as unknown as { default?: Library } & Library;
    library = module.default ?? module;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new BackendError(`gpu: cannot load gpu.js (${reason}); to use a GPU, ${INSTALL}`);
  }
  if (library.GPU === undefined || library.WebGPUContext === undefined) {
    throw new BackendError(`gpu: the installed gpu.js lacks WebGPU, so it is too old; ${INSTALL}`);
  }
  return library as Library;
}

/**
 * Verifies 2 x + 1, and the sums of its adjacent pairs.
 *
 * @throws BackendError if the results are wrong
 */
async function checkResults(backend: GpuBackend): Promise<void> {
  const length = 8;
  const x = backend.upload(Float32Array.from({ length }, (_, index) => index));
  const affine = backend.run({
    kernel: scaleShift,
    inputs: [x],
    constants: {},
    scalars: { factor: 2, summand: 1 },
    length,
  });
  const constants = { size: 2, inner: 1 };
  const pairs = backend.run({
    kernel: sumAxis,
    inputs: [affine],
    constants,
    scalars: {},
    length: length / 2,
  });
  const values = await backend.read(pairs);
  for (const buffer of [x, affine, pairs]) backend.free(buffer);
  if (values.join() !== '4,12,20,28') {
    const { adapter } = backend.adapter;
    throw new BackendError(
      `${backend.name}: ${adapter} returns wrong results: got ${values.join()}, ` +
        'expected 4,12,20,28; update its driver',
    );
  }
}
