// What a module owns: parameters, which an optimizer moves, and buffers, which forward itself moves (running
// averages). Both are tensors that live outside scopes, until their module is disposed of, and whose numbers are
// replaced in place, so that whoever holds the tensor sees the new ones. Imports tensor, ndarray, current.

import { ShapeError } from '../engine/errors.js';
import { NdArray } from '../engine/ndarray.js';
import { format, type Shape } from '../engine/shape.js';
import { Tensor } from '../engine/tensor.js';
import type { Initializer } from './init.js';

/** What parameters and buffers share. Lives on the backend that is current when it is made. */
abstract class StateTensor extends Tensor {
  constructor(shape: Shape, values: ArrayLike<number> | Initializer, requiresGrad: boolean) {
    const numbers = typeof values === 'function' ? values(shape) : values;
    super(NdArray.upload(numbers, shape), requiresGrad);
    this.keep();
  }

  /** Overwrites the numbers, row-major. Shape, gradient and identity stay. */
  assign(values: ArrayLike<number>): void {
    if (values.length !== this.size) {
      throw new ShapeError(`assign: ${values.length} values do not fill shape ${format(this.shape)}`);
    }
    const { storage } = this.array;
    const previous = storage.buffer;
    storage.replace(storage.backend.upload(values));
    storage.backend.free(previous);
  }
}

/**
 * A tensor that is learned: `backward` leaves a gradient on it and an optimizer moves it.
 *
 * @example
 * const weight = new Parameter([2, 3], xavierUniform({ rng: new Rng(1) }));
 * const scale = new Parameter([3], [1, 1, 1]);
 * weight.dispose();
 * scale.dispose();
 */
export class Parameter extends StateTensor {
  constructor(shape: Shape, values: ArrayLike<number> | Initializer) {
    super(shape, values, true);
  }
}

/** State that is saved with a module but not learned, such as batch norm's `running_mean`. */
export class ModuleBuffer extends StateTensor {
  constructor(shape: Shape, values: ArrayLike<number> | Initializer) {
    super(shape, values, false);
  }

  /** Makes the tensor hold what the host knows. Called before the state is read. */
  flush(): void {
    // A plain buffer's numbers are nowhere but in the tensor.
  }
}

/**
 * A buffer of one whole number that is counted on the host: no launch a step. The tensor follows at `flush`.
 *
 * In float32 the tensor is exact up to 2^24.
 */
export class Counter extends ModuleBuffer {
  #count = 0;

  constructor() {
    super([], [0]);
  }

  get count(): number {
    return this.#count;
  }

  increment(): void {
    this.#count += 1;
  }

  override assign(values: ArrayLike<number>): void {
    super.assign(values);
    this.#count = values[0];
  }

  override flush(): void {
    this.assign([this.#count]);
  }
}
