// GPU access in Node, which has neither navigator.gpu nor WebGL; does nothing in a browser.
// The package webgpu provides navigator.gpu. The package gl provides WebGL, if there is a display.

import { BackendError } from '../../errors.js';
import type { GpuMode } from './library.js';
import { loadFunction } from './nodePackage.js';

const inNode = (): boolean =>
  typeof process !== 'undefined' && typeof process.versions.node === 'string';

// docs/gpu.md describes both installations in detail.
const INSTALL_WEBGPU = 'npm install gpu.js@2.24.1 webgpu@0.6.2';
const INSTALL_GL =
  'npm install gpu.js@2.24.1 gl@8.1.6  ' +
  '(compiles gl: requires Python, make, a C++ compiler and libxi-dev)';

const OLDEST_WEBGPU = {
  version: '0.6',
  reason:
    'versions before 0.6 can crash Node (gpu.js depends on 0.2.9); ' +
    'install a newer one next to inkgrad',
};

const noCleanup = (): void => undefined;

/**
 * Provides what a mode requires in this process. Returns a function that undoes it.
 *
 * @param from path or URL of the file whose `node_modules` folders contain the packages; inkgrad
 *   itself by default
 * @throws BackendError with the reason, if the requirement is not met
 */
export async function prepareHost(mode: GpuMode, from = import.meta.url): Promise<() => void> {
  if (mode === 'webgpu' && inNode()) return provideWebGpu(from);
  if (mode === 'webgl2' && inNode()) {
    throw new BackendError('gpu (webgl2): Node has no WebGL2; use headlessgl or webgpu');
  }
  if (mode === 'headlessgl') await checkHeadless(from);
  return noCleanup;
}

interface Navigator {
  gpu?: unknown;
}

/** Number of backends that use the `navigator.gpu` that `provideWebGpu` set. */
let webGpuUsers = 0;

/**
 * Sets `navigator.gpu` from the package webgpu, if Node has none. Returns a function that removes
 * it after its last user: as long as it exists, the process does not exit; without it, WebGPU ends.
 *
 * @throws BackendError if the package is not installed, too old, or does not load here
 */
async function provideWebGpu(from: string): Promise<() => void> {
  const globalScope = globalThis as { navigator?: Navigator };
  const isBuiltIn = webGpuUsers === 0 && globalScope.navigator?.gpu !== undefined;
  if (isBuiltIn) return noCleanup;
  const caller = 'gpu (webgpu)';
  const create = (await loadFunction({
    name: 'webgpu',
    exportName: 'create',
    from,
    caller,
    install: INSTALL_WEBGPU,
    oldest: OLDEST_WEBGPU,
  })) as (options: readonly string[]) => unknown;
  globalScope.navigator ??= {};
  const { navigator } = globalScope;
  if (webGpuUsers === 0) {
    let gpu: unknown;
    try {
      gpu = create([]);
    } catch (error) {
      throw new BackendError(`${caller}: webgpu does not start: ${(error as Error).message}`);
    }
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  }
  webGpuUsers += 1;
  return () => {
    webGpuUsers -= 1;
    if (webGpuUsers === 0) delete navigator.gpu;
  };
}

/**
 * Checks that headless-gl can be tried: the package gl loads, and there is a display.
 *
 * @throws BackendError otherwise
 */
async function checkHeadless(from: string): Promise<void> {
  const caller = 'gpu (headlessgl)';
  await loadFunction({
    name: 'gl',
    exportName: 'default',
    from,
    via: 'gpu.js', // which loads gl itself, possibly from its own folder
    caller,
    install: INSTALL_GL,
  });
  const display = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
  if (process.platform === 'linux' && display === undefined) {
    throw new BackendError(
      `${caller}: no display (DISPLAY is not set); run the command under  xvfb-run`,
    );
  }
}
