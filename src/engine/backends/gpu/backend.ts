// gpu backend: compiles and runs the kernels' source with gpu.js.
// Every call is queued in program order (queue.ts explains why); only `read` waits. There is no
// fallback to another device. gpu.ts creates the backend.

import { upload } from '../../../../kernels/layout.js';
import type { Backend, Buffer, FloatArray, Launch, MemoryReport } from '../../backend.js';
import { ArgumentError, BackendError, DeviceLostError, DisposedError } from '../../errors.js';
import { backendDisposed, checkLaunch, orderedScalars } from '../reference.js';
import type { Device } from './device.js';
import { type CompiledKernel, KernelCache, type KernelStatistics } from './kernelCache.js';
import type { DeviceValue, GpuMode } from './library.js';
import { ProgramQueue } from './queue.js';

/** Indices are float32 on the device: above this limit, adjacent indices are indistinguishable. */
const MAX_LENGTH = 2 ** 24;
const MAX_INPUTS = 7;

/** A buffer of this backend. Its value exists after its job in the queue is done. */
interface GpuBuffer extends Buffer {
  freed: boolean;
  value: DeviceValue | null;
  /** The kernel that computed the value. */
  producer: CompiledKernel | null;
  /**
   * Why there is no value: the error of the launch that should have computed it, or of an earlier
   * one.
   */
  failure: Error | null;
}

export interface GpuStatistics extends KernelStatistics {
  /** Kernels run so far. */
  readonly launches: number;
  /** Milliseconds spent in first runs, which include compilation. */
  readonly compileMs: number;
}

/** Kernels compiled by gpu.js; create one with `createGpuBackend`. */
export class GpuBackend implements Backend {
  readonly name: string;
  readonly dtype = 'float32';
  readonly maxTerms = 1024;
  readonly mode: GpuMode;
  readonly #device: Device;
  readonly #kernels: KernelCache;
  readonly #queue = new ProgramQueue();
  readonly #live = new Set<GpuBuffer>();
  #liveBytes = 0;
  #allocations = 0;
  #launches = 0;
  #compileMs = 0;
  #disposed = false;

  constructor(device: Device, maxKernels: number) {
    this.#device = device;
    this.mode = device.mode;
    this.name = `gpu (${device.mode})`;
    this.#kernels = new KernelCache(device, maxKernels);
  }

  /** The adapter's name, and whether it is a software renderer. */
  get adapter(): Pick<Device, 'adapter' | 'software'> {
    return { adapter: this.#device.adapter, software: this.#device.software };
  }

  get memory(): MemoryReport {
    return {
      live: this.#live.size,
      liveBytes: this.#liveBytes,
      reservedBytes: this.#liveBytes + this.#kernels.idleBytes,
      allocations: this.#allocations,
    };
  }

  get statistics(): GpuStatistics {
    return { ...this.#kernels.statistics, launches: this.#launches, compileMs: this.#compileMs };
  }

  upload(values: ArrayLike<number>): Buffer {
    const buffer = this.#allocate(values.length, 'upload');
    // Copied now: the caller may change its array before the queue reaches this job.
    const copy = Float32Array.from(values);
    this.#enqueue(buffer, () => this.#send(copy, buffer));
    return buffer;
  }

  run(launch: Launch): Buffer {
    checkLaunch(launch);
    const { kernel, donate } = launch;
    if (launch.inputs.length > MAX_INPUTS) {
      throw new ArgumentError(
        `${this.name}: kernel ${kernel.name} has ${launch.inputs.length} input arrays; ` +
          `the maximum on a GPU is ${MAX_INPUTS}`,
      );
    }
    const inputs = launch.inputs.map((input) => this.#open(input));
    const output = this.#allocate(launch.length, kernel.name);
    this.#enqueue(output, () => this.#launch(launch, inputs, output));
    if (donate !== undefined) this.free(inputs[donate]);
    return output;
  }

  async read(buffer: Buffer): Promise<FloatArray> {
    const gpuBuffer = this.#open(buffer);
    // Wrapped in an object, so that the queue continues during the transfer.
    const { arriving } = await this.#queue.enqueue(() => {
      this.#device.checkAlive();
      const value = valueOf(gpuBuffer);
      return { arriving: value instanceof Float32Array ? value : value.toArray() };
    });
    try {
      const values = await arriving;
      this.#device.checkAlive(); // a lost device returns zeros
      return Float32Array.from(values.subarray(0, gpuBuffer.length));
    } catch (error) {
      throw this.#explain(error, 'the values could not be read back');
    }
  }

  free(buffer: Buffer): void {
    if (this.#disposed) return;
    const gpuBuffer = this.#open(buffer);
    gpuBuffer.freed = true;
    this.#live.delete(gpuBuffer);
    this.#liveBytes -= 4 * gpuBuffer.length;
    void this.#queue.enqueue(() => this.#release(gpuBuffer));
  }

  /**
   * Waits for the queue, then frees every buffer, every kernel and the device. Calling it twice is
   * harmless.
   */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#queue.enqueue(async () => {
      for (const buffer of this.#live) this.#release(buffer);
      this.#live.clear();
      this.#liveBytes = 0;
      this.#kernels.clear();
      await this.#device.close();
    });
  }

  #allocate(length: number, opName: string): GpuBuffer {
    if (this.#disposed) throw backendDisposed(this.name);
    if (length > MAX_LENGTH) {
      throw new ArgumentError(
        `${this.name}: ${opName} would create ${length} elements; the maximum is ${MAX_LENGTH} ` +
          '(GPU kernels compute indices in float32); use a smaller batch',
      );
    }
    const buffer = { length, freed: false, value: null, producer: null, failure: null };
    this.#live.add(buffer);
    this.#liveBytes += 4 * length;
    return buffer;
  }

  #open(buffer: Buffer): GpuBuffer {
    const gpuBuffer = buffer as GpuBuffer;
    if (this.#disposed) throw backendDisposed(this.name);
    if (gpuBuffer.freed) throw new DisposedError(`${this.name}: this buffer was freed`);
    return gpuBuffer;
  }

  /**
   * Enqueues a job that fills `buffer`. An error is reported when the buffer, or one computed from
   * it, is read.
   */
  #enqueue(buffer: GpuBuffer, job: () => Promise<void>): void {
    void this.#queue.enqueue(job).catch((error: unknown) => {
      buffer.failure = error as Error;
    });
  }

  async #launch(launch: Launch, inputs: readonly GpuBuffer[], output: GpuBuffer): Promise<void> {
    const { kernel, constants, scalars, length } = launch;
    const values = inputs.map(valueOf);
    if (length === 0) {
      // Nothing to compute, but later kernels need an array to bind.
      await this.#send(new Float32Array(0), output);
      return;
    }
    const sizes = inputs.map((input) => Math.max(1, input.length));
    const compiled = this.#kernels.get(kernel, constants, sizes, length);
    await this.#execute(
      kernel.name,
      compiled,
      [...values, ...orderedScalars(kernel, scalars)],
      output,
    );
  }

  async #send(values: Float32Array, buffer: GpuBuffer): Promise<void> {
    const padded = values.length === 0 ? new Float32Array(1) : values;
    const compiled = this.#kernels.get(upload, {}, [padded.length], padded.length);
    await this.#execute(upload.name, compiled, [padded], buffer);
  }

  async #execute(
    name: string,
    compiled: CompiledKernel,
    args: readonly unknown[],
    output: GpuBuffer,
  ): Promise<void> {
    this.#device.checkAlive();
    const isFirstRun = !compiled.started;
    const start = performance.now();
    try {
      output.value = await compiled.run(...args);
    } catch (error) {
      throw this.#explain(error, `kernel ${name} could not be ${isFirstRun ? 'compiled' : 'run'}`);
    }
    if (!this.#kernels.keepsOutput(compiled)) this.#allocations += 1;
    this.#kernels.addOutput(compiled, output);
    output.producer = compiled;
    this.#launches += 1;
    if (!isFirstRun) return;
    this.#kernels.checkMode(name, compiled);
    compiled.started = true;
    this.#compileMs += performance.now() - start;
  }

  #release(buffer: GpuBuffer): void {
    const { value, producer: kernel } = buffer;
    buffer.value = null;
    if (value !== null && kernel !== null) this.#kernels.deleteOutput(kernel, buffer, value);
  }

  #explain(error: unknown, description: string): Error {
    if (error instanceof DeviceLostError) return error;
    try {
      this.#device.checkAlive();
    } catch (lost) {
      return lost as Error;
    }
    return new BackendError(`${this.name}: ${description}: ${(error as Error).message}`);
  }
}

function valueOf(buffer: GpuBuffer): DeviceValue {
  if (buffer.failure !== null) throw buffer.failure;
  return buffer.value!;
}
