// Tensor: an array that remembers how it was made, so that `backward()` can go back the same way. Operations are
// functions (ops/), not methods.

import ndarray from 'ndarray';
import type { NdArray as HostNdArray } from 'ndarray';
import { add } from '../../kernels/elementwise.js';
import { backward, gradientOfLeaf, type Differentiable, type GraphNode } from './autograd.js';
import type { Backend, FloatArray } from './backend.js';
import { currentBackend, type Owner } from './current.js';
import { ArgumentError, ShapeError } from './errors.js';
import { elementwise, filled } from './launch.js';
import { NdArray } from './ndarray.js';
import { formatArray } from './print.js';
import { checkShape, format, sizeOf, type Shape } from './shape.js';

/** Numbers as a caller has them: one, nested lists, a typed array with a shape, or an `ndarray`. */
export type Numbers = number | readonly Numbers[];

export interface TensorOptions {
  /** Shape of a flat list of values. Default: the shape of the nesting. */
  readonly shape?: Shape;
  /** Whether `backward` leaves a gradient here. Default false. */
  readonly requiresGrad?: boolean;
  /** Where the numbers live. Default: the current backend. */
  readonly backend?: Backend;
}

export class Tensor implements Differentiable, Owner {
  /** The numbers. */
  readonly array: NdArray;
  /** Whether a gradient is wanted here or for anything this was made from. */
  readonly requiresGrad: boolean;
  /** How this tensor was made; null for a leaf, which was given, not computed. */
  readonly node: GraphNode | null;
  /** d loss / d this, on leaves that require it, after `backward()`. Lives until `zeroGrad`, not until the scope ends. */
  grad: Tensor | null = null;

  constructor(array: NdArray, requiresGrad = false, node: GraphNode | null = null) {
    this.array = array;
    this.requiresGrad = requiresGrad;
    this.node = node;
  }

  get shape(): Shape {
    return this.array.shape;
  }

  get size(): number {
    return this.array.size;
  }

  get owned(): NdArray {
    return this.array;
  }

  /** The numbers in row-major order, as a copy. */
  data(): Promise<FloatArray> {
    return this.array.read();
  }

  /**
   * The number of a tensor of one element.
   *
   * @throws ArgumentError for any other size
   */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new ArgumentError(`item: needs exactly one element, got shape ${format(this.shape)}`);
    return (await this.array.read())[0];
  }

  /** The numbers as an `ndarray` over a copy in host memory. */
  async ndarray(): Promise<HostNdArray<FloatArray>> {
    return ndarray(await this.data(), [...this.shape]);
  }

  /** The numbers as text, rows and columns aligned; long axes are abridged. */
  async print(): Promise<string> {
    return formatArray(await this.data(), this.shape);
  }

  /** The shape and where it lives; the numbers need `print`. */
  toString(): string {
    const grad = this.requiresGrad ? ', requiresGrad' : '';
    return `Tensor ${format(this.shape)} ${this.array.backend.dtype} on ${this.array.backend.name}${grad}`;
  }

  /**
   * Adds d this / d leaf to the `grad` of every leaf this was made from.
   *
   * @param gradient d result / d this; default 1, for which this must have one element
   * @throws ArgumentError if nothing here requires a gradient, or the gradient's shape is another
   */
  backward(gradient?: Tensor): void {
    backward(this, gradient?.array);
  }

  accumulateGrad(gradient: NdArray): void {
    // Its own numbers: clipping a gradient in place must not reach that of another leaf (d(a+b) serves both).
    const own = this.grad === null ? gradient.unshared() : elementwise(add, [this.grad.array, gradient]);
    this.zeroGrad();
    this.grad = new Tensor(own).keep();
  }

  /** The same numbers without their history. */
  detach(): Tensor {
    return new Tensor(this.array.view());
  }

  /** Frees the gradient. */
  zeroGrad(): void {
    this.grad?.dispose();
    this.grad = null;
  }

  /** Takes the tensor out of its scope: it lives until `dispose()`. */
  keep(): this {
    this.array.keep();
    return this;
  }

  /** Gives up the numbers and the gradient. Inside a `scope` this happens by itself. */
  dispose(): void {
    this.zeroGrad();
    this.array.dispose();
  }
}

/**
 * d y / d x, by itself: only what lies between x and y is computed, and no leaf's `grad` changes. For questions about one
 * input, such as which pixels a class hangs on; training asks `backward` for all parameters at once.
 *
 * @param y of one element, unless `gradient` says how much each element counts
 * @param x a leaf that requires a gradient; one that y was not made from has gradient 0
 * @param gradient d result / d y; default 1
 * @throws ArgumentError if x is no such leaf, or y has several elements and no `gradient` is given
 * @see https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function gradientOf(y: Tensor, x: Tensor, gradient?: Tensor): Tensor {
  return new Tensor(gradientOfLeaf(y, x, gradient?.array));
}

/**
 * A tensor from host numbers.
 *
 * @example tensor([[1, 2], [3, 4]])
 * @example tensor(new Float32Array(6), { shape: [2, 3], requiresGrad: true })
 * @throws ShapeError if the values do not fill the shape, or nested lists are ragged
 */
export function tensor(
  values: Numbers | Float32Array | Float64Array | HostNdArray,
  options: TensorOptions = {},
): Tensor {
  const { requiresGrad = false, backend = currentBackend() } = options;
  const { flat, shape } = flatten(values);
  return new Tensor(NdArray.upload(flat, options.shape ?? shape, backend), requiresGrad);
}

/** A tensor of one repeated value. */
export function full(shape: Shape, value: number, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  const { requiresGrad = false, backend = currentBackend() } = options;
  checkShape(shape, 'full');
  return new Tensor(filled(backend, shape, value), requiresGrad);
}

export function zeros(shape: Shape, options?: Omit<TensorOptions, 'shape'>): Tensor {
  return full(shape, 0, options);
}

export function ones(shape: Shape, options?: Omit<TensorOptions, 'shape'>): Tensor {
  return full(shape, 1, options);
}

function flatten(values: Numbers | Float32Array | Float64Array | HostNdArray): {
  flat: ArrayLike<number>;
  shape: Shape;
} {
  if (typeof values === 'number') return { flat: [values], shape: [] };
  if (ArrayBuffer.isView(values)) return { flat: values, shape: [values.length] };
  if ('stride' in values) {
    // An ndarray may be a view with any strides: read it in row-major order.
    const flat = new Float64Array(sizeOf(values.shape));
    const dense = ndarray(flat, values.shape);
    const at = new Array<number>(values.shape.length).fill(0);
    for (let i = 0; i < flat.length; i++) {
      dense.set(...at, values.get(...at));
      for (let axis = at.length - 1; axis >= 0 && ++at[axis] === values.shape[axis]; axis--) at[axis] = 0;
    }
    return { flat, shape: values.shape };
  }
  const shape = nestingShape(values);
  if (!hasShape(values, shape)) {
    throw new ShapeError(
      `tensor: nested lists must be rectangular, but not every list has the sizes of the first, ${format(shape)}`,
    );
  }
  return { flat: (values as readonly unknown[]).flat(shape.length) as number[], shape };
}

function hasShape(values: Numbers, [size, ...inner]: Shape): boolean {
  if (typeof values === 'number') return (size as number | undefined) === undefined;
  return values.length === size && values.every((value) => hasShape(value, inner));
}

function nestingShape(values: Numbers): number[] {
  if (typeof values === 'number') return [];
  return [values.length, ...(values.length > 0 ? nestingShape(values[0]) : [])];
}
