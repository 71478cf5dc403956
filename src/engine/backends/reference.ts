// Reference backend: calls each kernel's own function in a loop over the output elements.
// It is slow, complete, exact, and can be stepped through in a debugger. The gradient check uses it
// in float64. The other backends are tested against it.

import type { Kernel, KernelThis, NamedScalars } from '../../../kernels/kernel.js';
import type { Backend, Buffer, FloatArray, Launch, MemoryReport } from '../backend.js';
import { ArgumentError, DisposedError } from '../errors.js';
import { BufferPool } from './bufferPool.js';

/**
 * A buffer of this backend, in host memory. The block may be longer than `length`, because of its
 * size class.
 */
interface HostBuffer extends Buffer {
  /** Null after `free`. */
  block: FloatArray | null;
}

function hostBuffer(block: FloatArray, length: number): HostBuffer {
  return { block, length };
}

/**
 * Runs a kernel's function once for every element of `output`.
 *
 * @param inputs whole input arrays, in the order of the kernel's `inputs`
 * @param output receives `length` elements; may be one of the inputs if the kernel reads that input
 *   at `thread.x` alone
 */
export function runInLoop(
  launch: Launch,
  inputs: readonly ArrayLike<number>[],
  output: Record<number, number>,
): void {
  const { kernel, constants, scalars, length } = launch;
  const thread = { x: 0 };
  const self: KernelThis<typeof constants> = { thread, constants };
  const body = (kernel.body as (...args: unknown[]) => number).bind(
    self,
    ...inputs,
    ...orderedScalars(kernel, scalars),
  );
  for (let i = 0; i < length; i++) {
    thread.x = i;
    output[i] = body();
  }
}

/** The values of the scalars in the order of the kernel's parameters. */
export const orderedScalars = (kernel: Kernel, scalars: NamedScalars): number[] =>
  kernel.scalars.map((name) => scalars[name]);

/**
 * Validates that a launch has the arrays and scalars that its kernel declares.
 *
 * @throws ArgumentError otherwise
 */
export function checkLaunch({ kernel, inputs, scalars }: Launch): void {
  const names = Object.keys(scalars);
  const sameScalars =
    names.length === kernel.scalars.length && kernel.scalars.every((name) => name in scalars);
  if (inputs.length !== kernel.inputs.length || !sameScalars) {
    throw new ArgumentError(
      `kernel ${kernel.name}: expected arrays (${kernel.inputs.join(', ')}) ` +
        `and scalars (${kernel.scalars.join(', ')}), ` +
        `got ${inputs.length} arrays and scalars (${names.join(', ')})`,
    );
  }
}

/** The error of using a backend, or one of its tensors, after `dispose()`. */
export const backendDisposed = (name: string): DisposedError =>
  new DisposedError(
    `${name}: this backend was disposed, and its tensors with it; dispose of it after the last use`,
  );

/** Options of `ReferenceBackend`. */
export interface ReferenceOptions {
  /** Precision of all elements. Default `float32`. */
  readonly dtype?: 'float32' | 'float64';
}

/**
 * Computes every kernel in plain JavaScript, one output element at a time. It is the default
 * backend, the oracle of the others, and with `dtype: 'float64'` the backend of the gradient check.
 *
 * @example
 * const backend = new ReferenceBackend({ dtype: 'float64' });
 * withBackend(backend, () => scope(() => print(exp(ones([2])).toString())));
 * await backend.dispose();
 */
export class ReferenceBackend implements Backend {
  readonly name = 'reference';
  readonly dtype: 'float32' | 'float64';
  /** The limit of a GPU, so that the two-stage kernels run on this backend too. */
  readonly maxTerms = 1024;
  readonly #pool: BufferPool<FloatArray>;
  #disposed = false;

  constructor({ dtype = 'float32' }: ReferenceOptions = {}) {
    this.dtype = dtype;
    const ArrayType = dtype === 'float32' ? Float32Array : Float64Array;
    this.#pool = new BufferPool<FloatArray>(
      ArrayType.BYTES_PER_ELEMENT,
      (capacity) => new ArrayType(capacity),
    );
  }

  get memory(): MemoryReport {
    return this.#pool.report();
  }

  upload(values: ArrayLike<number>): Buffer {
    this.#checkAlive();
    const block = this.#pool.take(values.length);
    block.set(values);
    return hostBuffer(block, values.length);
  }

  run(launch: Launch): Buffer {
    checkLaunch(launch);
    this.#checkAlive();
    const inputs = launch.inputs.map((buffer) => this.#open(buffer));
    if (launch.donate !== undefined) {
      const donated = launch.inputs[launch.donate];
      runInLoop(launch, inputs, this.#open(donated));
      return donated;
    }
    const block = this.#pool.take(launch.length);
    runInLoop(launch, inputs, block);
    return hostBuffer(block, launch.length);
  }

  read(buffer: Buffer): Promise<FloatArray> {
    return Promise.resolve(this.#open(buffer).slice(0, buffer.length));
  }

  peek(buffer: Buffer): ArrayLike<number> {
    return this.#open(buffer).subarray(0, buffer.length);
  }

  free(buffer: Buffer): void {
    if (this.#disposed) return;
    this.#pool.give(this.#open(buffer), buffer.length);
    (buffer as HostBuffer).block = null;
  }

  dispose(): Promise<void> {
    this.#disposed = true;
    this.#pool.clear();
    return Promise.resolve();
  }

  #checkAlive(): void {
    if (this.#disposed) throw backendDisposed(this.name);
  }

  #open(buffer: Buffer): FloatArray {
    this.#checkAlive();
    const { block } = buffer as HostBuffer;
    if (block === null) throw new DisposedError('reference: this buffer was freed');
    return block;
  }
}
