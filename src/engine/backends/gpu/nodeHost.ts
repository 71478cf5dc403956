// GPU access in Node, which has neither navigator.gpu nor WebGL; does nothing in a browser.
// The package webgpu provides navigator.gpu, if its binary loads. The package gl provides WebGL, if
// there is a display.

import { BackendError } from '../../errors.js';
import type { GpuMode } from './library.js';

const inNode = (): boolean =>
  typeof process !== 'undefined' && typeof process.versions.node === 'string';

/** The used part of the package webgpu. */
interface WebGpuPackage {
  readonly create?: (options: readonly string[]) => unknown;
}

// docs/gpu.md describes both options in detail.
const INSTALL_WEBGPU = 'npm install gpu.js@2.24.1 (includes webgpu: 89 MB, no compiler required)';
const INSTALL_GL =
  'npm install gpu.js@2.24.1 gl@8.1.6 ' +
  '(compiles gl: requires Python, make, a C++ compiler and libxi-dev)';

const notInstalled = (install: string): string => `it is not installed: ${install}`;

const noCleanup = (): void => undefined;

/**
 * Provides what a mode requires in this process. Returns a function that undoes it.
 *
 * @throws BackendError with the reason, if the requirement is not met
 */
export async function prepareHost(mode: GpuMode): Promise<() => void> {
  if (mode === 'webgpu' && inNode()) return provideWebGpu();
  if (mode === 'webgl2' && inNode()) {
    throw new BackendError('gpu (webgl2): Node has no WebGL2; use headlessgl or webgpu');
  }
  if (mode === 'headlessgl') {
    const reason = await headlessReason();
    if (reason !== null) throw new BackendError(`gpu (headlessgl): ${reason}`);
  }
  return noCleanup;
}

/**
 * Sets `navigator.gpu` from the package webgpu, if Node has none. Returns a function that removes
 * it: as long as it exists, the process does not exit.
 *
 * @throws BackendError if the package is not installed, or its binary does not load here
 */
async function provideWebGpu(): Promise<() => void> {
  const globalScope = globalThis as { navigator?: { gpu?: unknown } };
  if (globalScope.navigator?.gpu !== undefined) return noCleanup;
  const name = 'webgpu';
  let gpu: unknown;
  try {
    const { create } = (await import(/* @vite-ignore */ name)) as WebGpuPackage;
    if (create === undefined) throw new Error(notInstalled(INSTALL_WEBGPU));
    gpu = create([]);
  } catch (error) {
    throw new BackendError(
      'gpu (webgpu): Node has no built-in WebGPU, and the package webgpu is unavailable: ' +
        reasonOf(error, INSTALL_WEBGPU),
    );
  }
  globalScope.navigator ??= {};
  const { navigator } = globalScope;
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return () => {
    delete navigator.gpu;
  };
}

/**
 * The reason why headless-gl is unavailable here, as far as can be determined without trying it;
 * null if none is found.
 */
async function headlessReason(): Promise<string | null> {
  if (!inNode()) return 'the package gl runs in Node only; in a browser, use webgl2';
  const name = 'gl';
  try {
    const module = (await import(/* @vite-ignore */ name)) as { readonly default?: unknown };
    if (typeof module.default !== 'function') throw new Error(notInstalled(INSTALL_GL));
  } catch (error) {
    return `the package gl is unavailable: ${reasonOf(error, INSTALL_GL)}`;
  }
  const display = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
  if (process.platform === 'linux' && display === undefined) {
    return 'no display (DISPLAY is not set); run the command under  xvfb-run';
  }
  return null;
}

function reasonOf(error: unknown, install: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // Node's error codes for a missing package, and for a placeholder package without a program.
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return notInstalled(install);
  const [line] = message.split('\n');
  return line.includes('GLIBC') // also GLIBCXX
    ? `${line}; its binary requires a newer Linux (GLIBCXX_3.4.32: Debian 13, Ubuntu 24.04)`
    : line;
}
