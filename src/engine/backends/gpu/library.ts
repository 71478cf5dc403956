// Types of the part of gpu.js that the gpu backend uses; only gpu.ts imports gpu.js itself.
// gpu.js's own declarations require WebGPU's, and describe pipelines in less detail than needed
// here.

/**
 * Where kernels run. `webasm` is gpu.js's own WebAssembly: no GPU, but it runs the kernels' source
 * in float32 on any machine.
 */
export type GpuMode = 'webgpu' | 'webgl2' | 'headlessgl' | 'webasm';

/** Elements in device memory. */
export interface DeviceHandle {
  toArray(): Float32Array | Promise<Float32Array>;
  delete(): void;
}

/**
 * The result of a pipeline kernel: a handle, or the elements themselves in webasm mode, which has
 * no device memory.
 */
export type DeviceValue = DeviceHandle | Float32Array;

/** Memory with the number of references to it. */
interface Counted {
  _refs: number;
}

/** The fields of a kernel's last output; see keptOutput.ts. */
export interface KeptOutput {
  // WebGPU
  outputBuffer?: (Counted & { destroy(): void }) | null;
  bindGroupDirty?: boolean;
  // WebGL
  readonly context?: WebGL2RenderingContext | null;
  readonly framebuffer?: WebGLFramebuffer | null;
  readonly texture?: { texture: Counted } | null;
  deleteTexture?(texture: Counted): void;
}

/** A compiled kernel. Its arguments are device values or a host array, followed by the scalars. */
export interface LibraryKernel {
  (...args: readonly unknown[]): DeviceValue | Promise<DeviceValue>;
  readonly kernel: {
    /** Its class, whose name is that of its mode. */
    readonly constructor: object;
    readonly fallbackReason?: string | null;
  } & KeptOutput;
  destroy(): void;
}

export interface LibraryKernelSettings {
  readonly output: readonly number[];
  readonly constants: Readonly<Record<string, number>>;
  readonly pipeline: boolean;
  readonly immutable: boolean;
  readonly precision: 'single';
  readonly tactic: 'precision';
  readonly loopMaxIterations: number;
  /** Called when gpu.js would fall back to a CPU kernel. */
  readonly onRequestFallback: () => never;
}

export interface LibraryInstance {
  /** The class of the kernels of this mode. */
  readonly Kernel: object;
  /** The WebGL context; null before the first kernel is created. */
  readonly context: WebGL2RenderingContext | null;
  createKernel(source: string, settings: LibraryKernelSettings): LibraryKernel;
  destroy(): Promise<void>;
}

/** The used part of WebGPU's adapter and device. */
export interface LibraryContext {
  readonly adapter: {
    readonly info?: {
      readonly vendor?: string;
      readonly architecture?: string;
      readonly device?: string;
      readonly description?: string;
      readonly isFallbackAdapter?: boolean;
    };
    readonly isFallbackAdapter?: boolean;
  };
  readonly isLost: boolean;
}

export interface Library {
  readonly GPU: new (settings: { readonly mode: GpuMode }) => LibraryInstance;
  /** gpu.js has a single WebGPU device per page. */
  readonly WebGPUContext: { acquire(): Promise<LibraryContext>; destroy(): Promise<void> };
}
