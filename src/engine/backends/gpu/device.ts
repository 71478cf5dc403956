// Opens a device in one of gpu.js's modes, with its adapter's name, or reports why it is
// unavailable.

import { BackendError, DeviceLostError } from '../../errors.js';
import type { GpuMode, Library, LibraryContext, LibraryInstance } from './library.js';

export interface Device {
  readonly mode: GpuMode;
  readonly gpu: LibraryInstance;
  /**
   * The adapter's name as reported by its driver. In WebGL it is available after the first kernel.
   */
  readonly adapter: string;
  /** Whether the adapter is a software renderer, which is slower than inkgrad's CPU kernels. */
  readonly software: boolean;
  /** Whether the memory of a freed output is reused for the next one. */
  readonly reusesOutputs: boolean;
  /** @throws DeviceLostError if the device is lost */
  readonly checkAlive: () => void;
  /** Closes the device; kernels and buffers must be freed before. */
  readonly close: () => Promise<void>;
}

const SOFTWARE = /swiftshader|llvmpipe|softpipe|lavapipe|software|basic render/i;

/**
 * Opens a device.
 *
 * @param cleanup called when the device is closed: undoes `prepareHost`
 * @throws BackendError with the reason if the mode is unavailable on this machine
 */
export async function openDevice(
  mode: GpuMode,
  library: Library,
  cleanup: () => void,
): Promise<Device> {
  const gpu = create(mode, library);
  if (mode === 'webgpu') return openWebGpu(gpu, library, cleanup);
  return mode === 'webasm' ? openWebAssembly(gpu) : openWebGl(mode, gpu);
}

function create(mode: GpuMode, library: Library): LibraryInstance {
  try {
    return new library.GPU({ mode });
  } catch {
    throw new BackendError(`gpu (${mode}): ${UNSUPPORTED[mode]}`);
  }
}

const UNSUPPORTED: Readonly<Record<GpuMode, string>> = {
  webgpu:
    'navigator.gpu is undefined: this browser has no WebGPU, or the page is not served over https',
  webgl2:
    'cannot create a WebGL2 context: it requires a browser with graphics acceleration enabled',
  headlessgl:
    'the package gl is installed but cannot create a context; it requires a display with OpenGL',
  webasm: 'this JavaScript engine has no WebAssembly',
};

function deviceLost(mode: GpuMode): DeviceLostError {
  return new DeviceLostError(
    `gpu (${mode}): the device was lost with all its buffers (driver reset, or GPU removed); ` +
      'create a new backend and resume from the last checkpoint',
  );
}

function openWebAssembly(gpu: LibraryInstance): Device {
  return {
    mode: 'webasm',
    gpu,
    adapter: 'gpu.js WebAssembly on the CPU',
    software: true,
    reusesOutputs: false,
    checkAlive: () => undefined,
    close: () => gpu.destroy(),
  };
}

/** Number of backends that use gpu.js's single WebGPU device. */
let webGpuUsers = 0;

async function openWebGpu(
  gpu: LibraryInstance,
  library: Library,
  cleanup: () => void,
): Promise<Device> {
  const mode = 'webgpu';
  let context: LibraryContext;
  try {
    context = await library.WebGPUContext.acquire();
  } catch (error) {
    throw new BackendError(`gpu (webgpu): no adapter: ${explainNoAdapter(error as Error)}`);
  }
  webGpuUsers += 1;
  const { info, isFallbackAdapter } = context.adapter;
  const labels = [info?.vendor, info?.architecture, info?.device, info?.description];
  const adapter =
    labels.filter((label) => label !== undefined && label !== '').join(' ') || 'unnamed adapter';
  return {
    mode,
    gpu,
    adapter,
    reusesOutputs: false,
    software: (info?.isFallbackAdapter ?? isFallbackAdapter ?? false) || SOFTWARE.test(adapter),
    checkAlive: () => {
      if (context.isLost) throw deviceLost(mode);
    },
    close: async () => {
      await gpu.destroy();
      webGpuUsers -= 1;
      if (webGpuUsers === 0) await library.WebGPUContext.destroy();
      cleanup();
    },
  };
}

/** gpu.js's message is about headless Chromium. */
function explainNoAdapter({ message }: Error): string {
  if (!message.includes('no adapter is available')) return message;
  return (
    'no GPU with a driver for WebGPU was found; install or update the driver ' +
    '(on Linux a Vulkan driver and libvulkan1)'
  );
}

function openWebGl(mode: 'webgl2' | 'headlessgl', gpu: LibraryInstance): Device {
  const name = (): string =>
    gpu.context === null ? 'WebGL context not created yet' : rendererOf(gpu.context);
  return {
    mode,
    gpu,
    reusesOutputs: true,
    get adapter() {
      return name();
    },
    get software() {
      return SOFTWARE.test(name());
    },
    checkAlive: () => {
      if (gpu.context?.isContextLost() === true) throw deviceLost(mode);
    },
    close: async () => {
      const { context } = gpu;
      await gpu.destroy();
      context?.getExtension('WEBGL_lose_context')?.loseContext();
      (
        context?.getExtension('STACKGL_destroy_context') as { destroy(): void } | null | undefined
      )?.destroy();
    },
  };
}

function rendererOf(context: WebGL2RenderingContext): string {
  const extension = context.getExtension('WEBGL_debug_renderer_info');
  if (extension !== null) return String(context.getParameter(extension.UNMASKED_RENDERER_WEBGL));
  // headless-gl lacks this extension and reports ANGLE for every renderer; its private method
  // returns the driver's string.
  const { _getParameterDirect: direct } = context as {
    _getParameterDirect?: (name: number) => unknown;
  };
  return String(
    direct === undefined ? context.getParameter(context.RENDERER) : direct(context.RENDERER),
  );
}
