// A GPU in Node: Node has neither navigator.gpu nor WebGL of its own. The package webgpu brings the first, where its
// binary loads; the package gl brings WebGL, where there is a display. Does nothing in a browser. Imports errors.

import { BackendError } from '../../errors.js';

const inNode = (): boolean => typeof process !== 'undefined' && typeof process.versions.node === 'string';

/** What is asked of the package webgpu. */
interface WebGpuPackage {
  readonly create?: (options: readonly string[]) => unknown;
}

/**
 * Puts the package webgpu behind `navigator.gpu`, where Node has none. Returns what takes it away again: as long as it
 * is there, the process does not end by itself.
 *
 * @throws BackendError if the package is not installed, or its binary does not load here
 */
export async function supplyWebGpu(): Promise<() => void> {
  const nothing = (): void => undefined;
  if (!inNode()) return nothing;
  const scope = globalThis as { navigator?: { gpu?: unknown } };
  if (scope.navigator?.gpu !== undefined) return nothing;
  const name = 'webgpu';
  let created: unknown;
  try {
    const { create } = (await import(/* @vite-ignore */ name)) as WebGpuPackage;
    if (create === undefined) throw new Error('it is not installed');
    created = create([]);
  } catch (error) {
    throw new BackendError(
      `gpu (webgpu): Node has no navigator.gpu, and the package webgpu does not bring it: ${reasonOf(error)}`,
    );
  }
  scope.navigator ??= {};
  const { navigator } = scope;
  Object.defineProperty(navigator, 'gpu', { value: created, configurable: true });
  return () => {
    delete navigator.gpu;
  };
}

/** Why there can be no headless-gl here, as far as can be told without trying; null if nothing speaks against it. */
export async function headlessReason(): Promise<string | null> {
  if (!inNode()) return 'it is for Node; a browser has webgl2';
  const name = 'gl';
  try {
    const module = (await import(/* @vite-ignore */ name)) as { readonly default?: unknown };
    if (typeof module.default !== 'function') throw new Error('it is not installed');
  } catch (error) {
    return `the package gl does not bring WebGL to Node: ${reasonOf(error)}`;
  }
  const display = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
  if (process.platform === 'linux' && display === undefined) {
    return 'there is no display (DISPLAY is not set); start the command under  xvfb-run';
  }
  return null;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // Node's word for a package that is not there; a stand-in without an entry point has the second.
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED')
    return 'it is not installed';
  return message.split('\n')[0];
}
