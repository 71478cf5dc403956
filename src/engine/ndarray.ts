// NdArray: a shape and strides over a storage, without gradients (tensor.ts) or arithmetic
// (launch.ts and ops/).
// Reshape, permute, slice and expand return views: new shape and strides over the same elements.
// Only a reshape of an array that is not dense copies.

import { stridedCopy } from '../../kernels/layout.js';
import type { Backend, Buffer, FloatArray } from './backend.js';
import { currentBackend, track, untrack, type Scope } from './current.js';
import { ArgumentError, ModifiedError, ShapeError } from './errors.js';
import * as shapes from './shape.js';
import type { Shape } from './shape.js';
import { Storage } from './storage.js';

/** What an array saved for backward must still be; see `NdArray.saved`. */
interface Snapshot {
  /** `Storage.version` in forward. */
  readonly version: number;
  /** The op that saved the array, for the error message. */
  readonly opName: string;
}

/**
 * An n-dimensional array: shape, strides and offset over a reference-counted storage.
 *
 * Reshape, permute, slice and expand return views of the same elements. New arrays use the current
 * backend by default and belong to the current `scope`, which disposes of them.
 *
 * @throws DisposedError on use after `dispose()`; ShapeError if a shape does not match the elements
 */
export class NdArray {
  readonly shape: Shape;
  /** Distance in elements between neighbors along each axis; 0 repeats one element. */
  readonly strides: Shape;
  /** Index of the first element in the storage. */
  readonly offset: number;
  readonly storage: Storage;
  /** The scope that disposes of the array; see current.ts. */
  scope: Scope | null = null;
  readonly #snapshot: Snapshot | null;
  readonly #ownsReference: boolean;
  #disposed = false;

  /**
   * Takes over one reference of `storage`, unless `ownsReference` is false. Default: row-major from
   * the start of the storage.
   */
  constructor(
    storage: Storage,
    shape: Shape,
    strides: Shape = shapes.contiguousStrides(shape),
    offset = 0,
    snapshot: Snapshot | null = null,
    ownsReference = true,
  ) {
    this.storage = storage;
    this.#snapshot = snapshot;
    this.#ownsReference = ownsReference;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    if (ownsReference) track(this);
  }

  /**
   * Copies host values, in row-major order, to a backend.
   *
   * @throws ShapeError if the number of values differs from the size of the shape
   */
  static upload(
    values: ArrayLike<number>,
    shape: Shape,
    backend: Backend = currentBackend(),
  ): NdArray {
    shapes.checkShape(shape, 'tensor');
    if (values.length !== shapes.sizeOf(shape)) {
      throw new ShapeError(
        `tensor: ${values.length} values do not fill shape ${shapes.format(shape)} (${shapes.sizeOf(shape)} elements)`,
      );
    }
    return new NdArray(new Storage(backend, backend.upload(values)), shape);
  }

  /** Wraps a buffer that a launch has just created. */
  static wrap(backend: Backend, buffer: Buffer, shape: Shape): NdArray {
    return new NdArray(new Storage(backend, buffer), shape);
  }

  get size(): number {
    return shapes.sizeOf(this.shape);
  }

  get backend(): Backend {
    return this.storage.backend;
  }

  /**
   * Whether the array is contiguous and covers its whole storage. All kernels require dense inputs,
   * except those with stride constants (matmul, stridedCopy).
   */
  get isDense(): boolean {
    return (
      this.offset === 0 &&
      this.size === this.storage.length &&
      shapes.isContiguous(this.shape, this.strides)
    );
  }

  /** A second array over the same storage. */
  view(
    shape: Shape = this.shape,
    strides: Shape = this.strides,
    offset: number = this.offset,
  ): NdArray {
    return new NdArray(this.storage.retain(), shape, strides, offset, this.#snapshot);
  }

  /**
   * This array as backward will read it: the same elements, but reading them is an error once they
   * were changed in place. Does not own a reference, so it keeps no memory alive.
   */
  saved(opName: string): NdArray {
    const snapshot = { version: this.storage.version, opName };
    return new NdArray(this.storage, this.shape, this.strides, this.offset, snapshot, false);
  }

  /**
   * The buffer that contains the elements.
   *
   * @throws DisposedError if the array was freed
   * @throws ModifiedError if it was saved for backward, and changed in place since
   */
  get buffer(): Buffer {
    const { buffer, version } = this.storage;
    if (this.#snapshot !== null && version !== this.#snapshot.version) {
      throw new ModifiedError(
        `${this.#snapshot.opName}: backward needs an array ${shapes.format(this.shape)} that was ` +
          'changed in place after forward (by an optimizer step, assign or a training forward of ' +
          'batch norm); call backward before the change',
      );
    }
    return buffer;
  }

  /**
   * The same elements in a new shape; one size may be -1. Copies only if this array is not dense.
   */
  reshape(target: Shape): NdArray {
    const shape = shapes.resolveReshape(this.shape, target, 'reshape');
    return this.dense().view(shape, shapes.contiguousStrides(shape), 0);
  }

  /** The axes in another order: `permute([1, 0])` is the transpose of a matrix. */
  permute(order: readonly number[]): NdArray {
    return this.view(
      order.map((axis) => this.shape[axis]),
      order.map((axis) => this.strides[axis]),
    );
  }

  /** The elements start, start + step, ... below end along one axis. */
  slice(axis: number, start: number, end: number, step = 1): NdArray {
    return this.view(
      this.shape.with(axis, Math.ceil((end - start) / step)),
      this.strides.with(axis, this.strides[axis] * step),
      this.offset + start * this.strides[axis],
    );
  }

  /**
   * Repeats axes of size 1, and adds leading axes, up to `target`; see broadcasting in shape.ts.
   */
  expand(target: Shape): NdArray {
    if (shapes.sameShape(this.shape, target)) return this;
    return this.view(target, shapes.broadcastStrides(this.shape, this.strides, target, 'expand'));
  }

  /** This array if it is dense, otherwise a dense copy. */
  dense(): NdArray {
    return this.isDense ? this : this.#copy();
  }

  /**
   * This array if it is dense and no other array shares its storage, otherwise a dense copy. The
   * result is safe to update in place.
   */
  unshared(): NdArray {
    return this.isDense && !this.storage.isShared ? this : this.#copy();
  }

  #copy(): NdArray {
    const [sizes, strides] = this.isDense ? [[this.size], [1]] : [this.shape, this.strides];
    const leadingAxes = shapes.MAX_RANK - sizes.length;
    const size = (axis: number): number => (axis < leadingAxes ? 1 : sizes[axis - leadingAxes]);
    const stride = (axis: number): number => (axis < leadingAxes ? 0 : strides[axis - leadingAxes]);
    const constants = {
      offset: this.offset,
      size1: size(1),
      size2: size(2),
      size3: size(3),
      size4: size(4),
      size5: size(5),
      size6: size(6),
      size7: size(7),
      stride0: stride(0),
      stride1: stride(1),
      stride2: stride(2),
      stride3: stride(3),
      stride4: stride(4),
      stride5: stride(5),
      stride6: stride(6),
      stride7: stride(7),
    };
    const inputs = [this.buffer];
    const buffer = this.backend.run({
      kernel: stridedCopy,
      inputs,
      constants,
      scalars: {},
      length: this.size,
    });
    return NdArray.wrap(this.backend, buffer, this.shape);
  }

  /**
   * A copy of the elements in row-major order. Retains the buffer, so the scope may end before the
   * read completes.
   */
  async read(): Promise<FloatArray> {
    const dense = this.dense();
    const storage = dense.storage.retain();
    if (dense !== this) dense.dispose();
    try {
      return await storage.backend.read(dense.buffer);
    } finally {
      storage.release();
    }
  }

  /** Removes this array from its scope: it lives until `dispose()`. */
  keep(): this {
    untrack(this);
    return this;
  }

  /**
   * Releases the array. The memory is freed with the last view of it. Calling it twice is harmless.
   */
  dispose(): void {
    if (this.#disposed || !this.#ownsReference) return;
    this.#disposed = true;
    untrack(this);
    this.storage.release();
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }
}

/**
 * Returns the backend of the arrays.
 *
 * @throws ArgumentError if the arrays are on different backends
 */
export function commonBackend(arrays: readonly NdArray[], caller: string): Backend {
  const backend = arrays[0].backend;
  const mismatch = arrays.find((array) => array.backend !== backend);
  if (mismatch !== undefined) {
    throw new ArgumentError(
      `${caller}: inputs are on different backends, ${backend.name} and ${mismatch.backend.name}`,
    );
  }
  return backend;
}
