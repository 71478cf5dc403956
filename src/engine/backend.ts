// Backend interface: five methods, of which `read` and `dispose` are asynchronous.
// WebGPU has no synchronous readback, so `read` returns a promise; every other method enqueues.
// Operations do not depend on the backend that runs them.

import type { Constants, Kernel, NamedScalars } from '../../kernels/kernel.js';

/** Elements in the memory of a backend. Opaque: only the backend that created it can access it. */
export interface Buffer {
  readonly length: number;
}

/** One kernel over `length` output elements. */
export interface Launch {
  readonly kernel: Kernel;
  readonly inputs: readonly Buffer[];
  readonly constants: Constants;
  readonly scalars: NamedScalars;
  readonly length: number;
  /**
   * Index of an input whose memory the output may reuse. The input is invalid afterwards, whether
   * or not the backend reused it. Only for kernels that access this input at `thread.x` alone.
   */
  readonly donate?: number;
}

/**
 * A group of launches, with several outputs, that a backend may implement as one; see routine.ts.
 */
export interface RoutineLaunch {
  readonly inputs: readonly Buffer[];
  readonly constants: Constants;
  readonly scalars: NamedScalars;
  /** Length of every output. */
  readonly lengths: readonly number[];
  /** For each output, the index of the input it replaces (see `donate` above), or -1. */
  readonly donate: readonly number[];
}

/** A function that runs a whole routine and returns its output buffers in order. */
export type RoutineImplementation = (launch: RoutineLaunch) => Buffer[];

/** Elements on the host, in row-major order: float32 or float64, as the `dtype` of the backend. */
export type FloatArray = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/**
 * Memory use of a backend. Tests use it to check that nothing leaks and that a step allocates
 * nothing.
 */
export interface MemoryReport {
  /** Buffers in use. */
  readonly live: number;
  /** Bytes in use. */
  readonly liveBytes: number;
  /**
   * Bytes allocated from the system for buffers, in use or kept for reuse. On wasm, this is the extent
   * of the heap; elsewhere, it is at most 1.5 times (gpu: 2 times) the peak of `liveBytes`, plus 1 MiB.
   */
  readonly reservedBytes: number;
  /** Number of allocations from the system, made when no freed memory fits. */
  readonly allocations: number;
}

/**
 * Executes kernels on buffers. `read` and `dispose` are asynchronous; all other methods enqueue and
 * return at once.
 *
 * A method throws BackendError if the backend was lost or disposed of.
 */
export interface Backend {
  /** Name for messages and reports: `reference`, `wasm`, `webgpu` or `webgl2`. */
  readonly name: string;
  /** Element type of every buffer. */
  readonly dtype: 'float32' | 'float64';
  /** Current memory use. */
  readonly memory: MemoryReport;
  /**
   * Largest number of terms that one output element should sum. Longer sums use two stages: a GPU
   * has more threads than that, and a float32 sum of a million terms has a relative error of about
   * 1/500. Default: no limit.
   */
  readonly maxTerms?: number;
  /** Copies host values to the backend. */
  upload(values: ArrayLike<number>): Buffer;
  /** Enqueues a kernel; the result may be used as an input immediately. */
  run(launch: Launch): Buffer;
  /** Copies the elements to the host, after every earlier launch. */
  read(buffer: Buffer): Promise<FloatArray>;
  /**
   * The elements, if JavaScript can read them at once; otherwise null. Valid until the next call of
   * the backend: do not store or change them. Optional: `console.log(tensor)` uses it.
   */
  peek?(buffer: Buffer): ArrayLike<number> | null;
  /** Frees a buffer. Enqueued like a launch: earlier launches can still access the buffer. */
  free(buffer: Buffer): void;
  /** Shuts down the backend and frees every buffer. */
  dispose(): Promise<void>;
  /**
   * Faster implementations of some routines, by name. Optional: a missing routine is composed of
   * kernels.
   */
  readonly routines?: Readonly<Record<string, RoutineImplementation>>;
}
