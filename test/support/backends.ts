// The backends under test, and a wrapper that checks that a test frees every buffer. The wasm
// backend is imported only if a test uses it.

import { expect } from 'vitest';
import type { ModuleBuild } from '../../src/engine/backends/wasm/index.js';
import {
  type Backend,
  currentBackend,
  ReferenceBackend,
  useBackend,
} from '../../src/engine/index.js';

/** A backend that a test can create. */
export interface BackendUnderTest {
  readonly name: string;
  readonly make: () => Backend | Promise<Backend>;
}

export const reference32: BackendUnderTest = {
  name: 'reference float32',
  make: () => new ReferenceBackend(),
};

/** The reference of every comparison. */
export const oracle: BackendUnderTest = {
  name: 'reference float64',
  make: () => new ReferenceBackend({ dtype: 'float64' }),
};

/** The default build; with two threads 256-bit SIMD where it is supported, so that both are tested. */
export const wasm = (threads: number): BackendUnderTest => ({
  name: `wasm, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
  make: async () => {
    const { createWasmBackend, wasmFeatures } =
      await import('../../src/engine/backends/wasm/index.js');
    const isWide = threads === 2 && (await wasmFeatures()).wideSimd;
    return createWasmBackend({ threads, ...(isWide ? { module: 'wide' } : {}) });
  },
});

/** A backend with a certain build of the SIMD kernels. */
const wasmBuild = (module: ModuleBuild, threads: number): BackendUnderTest => ({
  name: `wasm ${module}, ${threads} thread(s)`,
  make: async () => {
    const { createWasmBackend } = await import('../../src/engine/backends/wasm/index.js');
    return createWasmBackend({ threads, module });
  },
});

/**
 * Every backend, precision, build of the kernels and number of threads without a GPU. The relaxed
 * build is missing on engines without relaxed SIMD (Node 20), the wide one before Node 24.
 */
export async function allBackends(): Promise<readonly BackendUnderTest[]> {
  const { wasmFeatures } = await import('../../src/engine/backends/wasm/index.js');
  const { relaxedSimd, wideSimd } = await wasmFeatures();
  const builds: ModuleBuild[] = [
    'base',
    ...(relaxedSimd ? (['relaxed'] as const) : []),
    ...(wideSimd ? (['wide'] as const) : []),
  ];
  const wasmBackends = builds.flatMap((build) => [1, 2, 3].map((n) => wasmBuild(build, n)));
  return [oracle, reference32, ...wasmBackends];
}

/** Every backend that must agree with the oracle. */
export const backendsUnderTest: readonly BackendUnderTest[] = [reference32, wasm(1), wasm(2)];

/**
 * Backends with separate kernels. Long suites omit the reference, which would only check itself.
 */
export const fastBackends: readonly BackendUnderTest[] = backendsUnderTest.filter(
  (backend) => backend !== reference32,
);

/**
 * Runs an asynchronous test body on a new backend, and fails it if a buffer is in use at the end.
 *
 * @example it('adds', () => withFreshBackend(reference32.make, async () => { ... }));
 */
export async function withFreshBackend<T>(
  make: BackendUnderTest['make'],
  body: (backend: Backend) => T | Promise<T>,
): Promise<T> {
  const outer = currentBackend();
  const backend = await make();
  useBackend(backend);
  try {
    const result = await body(backend);
    expect(backend.memory.live, 'buffers still in use at the end of the test').toBe(0);
    return result;
  } finally {
    useBackend(outer);
    await backend.dispose();
  }
}

/**
 * A test body on a fresh float32 reference backend, for tests about the engine and not about a
 * backend.
 */
export function onReference(body: (backend: Backend) => void | Promise<void>): () => Promise<void> {
  return () => withFreshBackend(reference32.make, body);
}
