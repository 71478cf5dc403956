// Backend interface: five methods, one of them asynchronous. WebGPU cannot read back synchronously, so `read` returns a promise;
// everything else enqueues. Operations do not depend on the backend that runs them.

import type { Constants, Kernel, NamedScalars } from '../../kernels/kernel.js';

/** Numbers a backend holds. Opaque: only the backend that made it can open it. */
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
   * Index of an input whose memory the output may take over. That input is gone afterwards, whether or not the
   * backend used the permission. Only for kernels that read this input at `thread.x` alone.
   */
  readonly donate?: number;
}

/** A group of launches that a backend may answer as one, with several outputs: see routine.ts. */
export interface RoutineLaunch {
  readonly inputs: readonly Buffer[];
  readonly constants: Constants;
  readonly scalars: NamedScalars;
  /** Length of every output. */
  readonly lengths: readonly number[];
  /** For each output the index of the input it replaces (as `donate` above), or -1. */
  readonly donate: readonly number[];
}

export type RoutineImplementation = (launch: RoutineLaunch) => Buffer[];

export type FloatArray = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** What a backend's memory holds now, so that tests can prove nothing leaks and a step allocates nothing. */
export interface MemoryReport {
  /** Buffers in use. */
  readonly live: number;
  /** Bytes in use. */
  readonly liveBytes: number;
  /** Bytes taken from the system, in use or kept for reuse. */
  readonly reservedBytes: number;
  /** How often memory was taken from the system because no freed buffer fitted. */
  readonly allocations: number;
}

export interface Backend {
  readonly name: string;
  readonly dtype: 'float32' | 'float64';
  readonly memory: MemoryReport;
  /**
   * Most numbers that one output element should add up. Longer sums go in two stages: a GPU has more threads than that,
   * and a float32 sum of a million terms is off by a part in five hundred. Default: no limit.
   */
  readonly maxTerms?: number;
  /** Copies host numbers in. */
  upload(values: ArrayLike<number>): Buffer;
  /** Enqueues a kernel; the result may be used as an input at once. */
  run(launch: Launch): Buffer;
  /** The only await: a copy of the numbers, after every launch before it. */
  read(buffer: Buffer): Promise<FloatArray>;
  /** Gives a buffer back. Enqueued too: never overtakes a launch that reads the buffer. */
  free(buffer: Buffer): void;
  /** Ends the backend; every buffer is gone. */
  dispose(): Promise<void>;
  /** Faster implementations of some routines, by name. Optional: what is missing is composed from kernels. */
  readonly routines?: Readonly<Record<string, RoutineImplementation>>;
}
