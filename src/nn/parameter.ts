// State tensors of a module: parameters, which an optimizer updates, and buffers, which `forward`
// updates (running averages).
// Both live outside scopes, until their module is disposed of. Their values are replaced in place,
// so every reference to the tensor sees the update.

import { ShapeError } from '../engine/errors.js';
import { NdArray } from '../engine/ndarray.js';
import { format, type Shape } from '../engine/shape.js';
import { Tensor } from '../engine/tensor.js';
import type { Initializer } from './init.js';

/** Base class of parameters and buffers. Allocated on the current backend. */
abstract class StateTensor extends Tensor {
  constructor(shape: Shape, values: ArrayLike<number> | Initializer, requiresGrad: boolean) {
    const numbers = typeof values === 'function' ? values(shape) : values;
    super(NdArray.upload(numbers, shape), requiresGrad);
    this.keep();
  }

  /**
   * Overwrites the values, given in row-major order. Shape, gradient and identity of the tensor
   * stay.
   *
   * @throws ShapeError if the number of values differs from the size of the tensor
   */
  assign(values: ArrayLike<number>): void {
    if (values.length !== this.size) {
      throw new ShapeError(
        `assign: ${values.length} values do not fill shape ${format(this.shape)}`,
      );
    }
    const { storage } = this.array;
    const previous = storage.buffer;
    storage.replace(storage.backend.upload(values));
    storage.backend.free(previous);
  }
}

/**
 * A trainable tensor: `backward` accumulates its gradient and an optimizer updates it.
 *
 * @example
 * const weight = new Parameter([2, 3], xavierUniform({ rng: new Rng(1) }));
 * const scale = new Parameter([3], [1, 1, 1]);
 * weight.dispose();
 * scale.dispose();
 */
export class Parameter extends StateTensor {
  /**
   * Whether the parameter is trained. Set it to false to freeze the parameter: it gets no gradient,
   * and an optimizer does not change it, not even by weight decay. Set it to true to train again.
   * It takes effect from the next operation, backward pass and optimizer step on.
   *
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.requires_grad.html
   */
  declare requiresGrad: boolean;

  constructor(shape: Shape, values: ArrayLike<number> | Initializer) {
    super(shape, values, true);
  }
}

/**
 * State that is saved with a module but not trained, such as batch norm's `running_mean`.
 *
 * @example
 * const runningMean = new ModuleBuffer([3], [0, 0, 0]);
 * print(runningMean.requiresGrad); // false
 * runningMean.dispose();
 */
export class ModuleBuffer extends StateTensor {
  constructor(shape: Shape, values: ArrayLike<number> | Initializer) {
    super(shape, values, false);
  }

  /** Copies host-side state to the tensor. Called before the state is read. */
  flush(): void {
    // A plain buffer has no host-side state.
  }
}

/**
 * A buffer of one integer that is counted on the host, without a launch per step. `flush` copies it
 * to the tensor.
 *
 * In float32 the tensor is exact up to 2^24.
 */
export class Counter extends ModuleBuffer {
  #count = 0;

  constructor() {
    super([], [0]);
  }

  /** The current count, without a read from the backend. */
  get count(): number {
    return this.#count;
  }

  /** Adds 1 on the host. */
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

  /** Shows the count on the host, which is newer than the tensor until `flush`. */
  protected override inspect(): string {
    return this.array.isDisposed ? this.toString() : `${this.toString()}\n${this.#count}`;
  }
}
