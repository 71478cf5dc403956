// The part of gpu.js that the gpu backend uses, as types. gpu.js itself is imported in one place only, gpu.ts.
// Types only; its own declarations need WebGPU's, and say less about pipelines than is needed here.

/** What computes. `webasm` is gpu.js's own WebAssembly: no GPU, but the kernels' text in float32 anywhere. */
export type GpuMode = 'webgpu' | 'webgl2' | 'headlessgl' | 'webasm';

/** Numbers that stay on the device. */
export interface DeviceHandle {
  toArray(): Float32Array | Promise<Float32Array>;
  delete(): void;
}

/** What a pipeline kernel returns: a handle, or in webasm mode, which has no device memory, the numbers. */
export type DeviceValue = DeviceHandle | Float32Array;

/** A compiled kernel. Arguments are device values or a host array, then the scalars. */
export interface LibraryKernel {
  (...args: readonly unknown[]): DeviceValue | Promise<DeviceValue>;
  readonly kernel: {
    /** Its class, which has the name of its mode. */
    readonly constructor: object;
    readonly fallbackReason?: string | null;
  };
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
  /** Called where gpu.js would go on with a CPU kernel. */
  readonly onRequestFallback: () => never;
}

export interface LibraryInstance {
  /** The class of the kernels that this mode makes. */
  readonly Kernel: object;
  /** The WebGL context, once a kernel was made. */
  readonly context: WebGL2RenderingContext | null;
  createKernel(source: string, settings: LibraryKernelSettings): LibraryKernel;
  destroy(): Promise<void>;
}

/** WebGPU's adapter and device, as far as they are asked about here. */
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
  /** gpu.js keeps one WebGPU device for the whole page. */
  readonly WebGPUContext: { acquire(): Promise<LibraryContext>; destroy(): Promise<void> };
}
