// Tensor: an n-dimensional array that records the operation that created it, for `backward()`.
// Operations are functions (ops/); methods.ts makes the everyday ones methods too.

import ndarray from 'ndarray';
import type { NdArray as HostNdArray } from 'ndarray';
import { add } from '../../kernels/elementwise.js';
import { backward, gradientOfLeaf, type Differentiable, type GraphNode } from './autograd.js';
import type { Backend, FloatArray } from './backend.js';
import { currentBackend, trackWith, type Owner } from './current.js';
import { ArgumentError, ShapeError } from './errors.js';
import { inspectArray, inspectSymbol } from './inspect.js';
import { elementwise, filled } from './launch.js';
import { NdArray } from './ndarray.js';
import { checkOptions, describeValue } from './options.js';
import { formatArray } from './print.js';
import { checkShape, format, sizeOf, type Shape } from './shape.js';

/** A number, or lists of numbers, nested for more axes. */
export type Numbers = number | readonly Numbers[];

/** Numbers in row-major order with their shape, such as a field of a batch of `DataLoader`. */
export interface ShapedNumbers {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

/** What `tensor` accepts. */
export type TensorValues = Numbers | Float32Array | Float64Array | HostNdArray | ShapedNumbers;

/** Options of `tensor`, `full`, `zeros` and `ones`. */
export interface TensorOptions {
  /** Shape of a flat list of values. Default: the shape of the nested lists. */
  readonly shape?: Shape;
  /** Whether `backward` accumulates a gradient in `grad`. Default false. */
  readonly requiresGrad?: boolean;
  /** Backend that stores the elements. Default: the current backend. */
  readonly backend?: Backend;
}

/**
 * An n-dimensional array of numbers, of at most 8 axes, that records the operation that created it.
 *
 * Create one with `tensor`, `zeros`, `ones` or `full`; operations are functions (`add(a, b)`), and
 * with `inkgrad` or `inkgrad/methods` imported, everyday ones are methods too (`a.add(b)`). It belongs
 * to the current `scope`, which disposes of it. Every use after that throws DisposedError.
 *
 * @example
 * const x: Tensor = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * scope(() => sum(mul(x, x)).backward());
 * print(x.shape, await x.grad!.data()); // [2, 2] [2, 4, 6, 8]
 * x.dispose();
 *
 * @see https://docs.pytorch.org/docs/stable/tensors.html
 */
export class Tensor implements Differentiable, Owner {
  /** The elements. */
  readonly array: NdArray;
  /** Whether this tensor, or any tensor it was computed from, requires a gradient. */
  readonly requiresGrad: boolean;
  /** The graph node that created this tensor; null for a leaf, which is given, not computed. */
  readonly node: GraphNode | null;
  /**
   * d loss / d this, on leaves that require a gradient, after `backward()`. It lives until
   * `zeroGrad`, or as long as the leaf: the gradient of a parameter outlives the scope of the step.
   */
  grad: Tensor | null = null;

  constructor(array: NdArray, requiresGrad = false, node: GraphNode | null = null) {
    this.array = array;
    this.requiresGrad = requiresGrad;
    this.node = node;
  }

  /** Sizes of the axes; `[]` for a scalar. */
  get shape(): Shape {
    return this.array.shape;
  }

  /** Number of elements. */
  get size(): number {
    return this.array.size;
  }

  /** The array that a scope disposes of. */
  get owned(): readonly NdArray[] {
    return this.grad === null ? [this.array] : [this.array, this.grad.array];
  }

  /** A copy of the elements in row-major order. */
  data(): Promise<FloatArray> {
    return this.array.read();
  }

  /**
   * The value of a one-element tensor.
   *
   * @throws ArgumentError if the tensor does not have exactly one element
   */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new ArgumentError(`item: needs exactly one element, got shape ${format(this.shape)}`);
    return (await this.array.read())[0];
  }

  /** The elements as an `ndarray` over a copy in host memory. */
  async ndarray(): Promise<HostNdArray<FloatArray>> {
    return ndarray(await this.data(), [...this.shape]);
  }

  /** The elements as text, with aligned rows and columns; long axes are abridged. */
  async print(): Promise<string> {
    return formatArray(await this.data(), this.shape);
  }

  /** The shape, element type and backend, without the elements; see `print`. */
  toString(): string {
    const { backend, isDisposed } = this.array;
    const grad = this.requiresGrad ? ', requiresGrad' : '';
    const disposed = isDisposed ? ', disposed' : '';
    return `${this.constructor.name} ${format(this.shape)} ${backend.dtype} on ${backend.name}${grad}${disposed}`;
  }

  /**
   * What `console.log` shows in Node, Deno and Bun: `toString`, and the elements as `print` formats
   * them. A GPU cannot return elements at once; there, use `print`.
   */
  [inspectSymbol](): string {
    return this.inspect();
  }

  /** The text for `console.log`. */
  protected inspect(): string {
    return inspectArray(this.array, this.toString());
  }

  /**
   * Adds d this / d leaf to the `grad` of every leaf this tensor was computed from.
   *
   * @param gradient d result / d this, of this tensor's shape; default 1, which requires a
   *   one-element tensor
   * @throws ArgumentError if this tensor requires no gradient, or has several elements and
   *   `gradient` is missing
   * @throws ShapeError if the gradient has another shape than this tensor
   */
  backward(gradient?: Tensor): void {
    backward(this, gradient?.array);
  }

  accumulateGrad(gradient: NdArray): void {
    if (this.array.isDisposed) return; // no owner would free the gradient
    // A separate copy: clipping one gradient in place must not change another leaf's (d(a+b) serves
    // both).
    const accumulated =
      this.grad === null ? gradient.unshared() : elementwise(add, [this.grad.array, gradient]);
    this.zeroGrad();
    trackWith(this.array, accumulated);
    this.grad = new Tensor(accumulated);
  }

  /** The same elements without a graph; shares memory with this tensor. */
  detach(): Tensor {
    return new Tensor(this.array.view());
  }

  /** Frees the gradient. */
  zeroGrad(): void {
    this.grad?.dispose();
    this.grad = null;
  }

  /** Removes the tensor from its scope: it lives until `dispose()`. */
  keep(): this {
    this.array.keep();
    this.grad?.keep();
    return this;
  }

  /** Frees the elements and the gradient. Inside a `scope` this happens automatically. */
  dispose(): void {
    this.zeroGrad();
    this.array.dispose();
  }
}

/**
 * Validates an argument that must be a tensor.
 *
 * @param what the argument, for the message: `softmax: x`
 * @throws ArgumentError otherwise
 */
export function checkTensor(value: unknown, what: string): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new ArgumentError(
    `${what} must be a tensor, got ${describeValue(value)}; tensor(...) creates one`,
  );
}

/**
 * d y / d x. Computes only the part of the graph between x and y; no leaf's `grad` changes.
 *
 * Use it for the gradient of one input, such as a saliency map; training uses `backward`, which
 * computes the gradients of all parameters.
 *
 * @param y a one-element tensor, unless `gradient` is given
 * @param x a leaf that requires a gradient; if y does not depend on it, the gradient is 0
 * @param gradient d result / d y, of y's shape; default 1
 * @throws ArgumentError if x is not such a leaf, or y has several elements and `gradient` is
 *   missing
 *
 * @example
 * const x = tensor([1, 2], { requiresGrad: true });
 * print(await scope(() => gradientOf(sum(mul(x, x)), x).data()), x.grad); // [2, 4] null
 * x.dispose();
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function gradientOf(y: Tensor, x: Tensor, gradient?: Tensor): Tensor {
  return new Tensor(gradientOfLeaf(y, x, gradient?.array));
}

/**
 * Creates a tensor from host values.
 *
 * @throws ShapeError if the values do not fill the shape, or nested lists are ragged
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * const y = tensor(new Float32Array(6), { shape: [2, 3] });
 * print(x.shape, y.shape); // [2, 2] [2, 3]
 * x.dispose();
 * y.dispose();
 */
export function tensor(values: TensorValues, options: TensorOptions = {}): Tensor {
  checkOptions('tensor', options, { shape: true, requiresGrad: true, backend: true });
  const { requiresGrad = false, backend = currentBackend() } = options;
  const { flat, shape } = flatten(values);
  return new Tensor(NdArray.upload(flat, options.shape ?? shape, backend), requiresGrad);
}

/**
 * A tensor of the given shape filled with one value.
 *
 * @param options defaults: no gradient, the current backend
 * @throws ShapeError if a size is not an integer of at least 0
 * @example
 * print(await scope(() => full([2], 3).data())); // [3, 3]
 */
export function full(
  shape: Shape,
  value: number,
  options: Omit<TensorOptions, 'shape'> = {},
): Tensor {
  checkOptions('full', options, { requiresGrad: true, backend: true });
  const { requiresGrad = false, backend = currentBackend() } = options;
  checkShape(shape, 'full');
  if (typeof value !== 'number') {
    throw new ArgumentError(`full: value must be a number, got ${describeValue(value)}`);
  }
  return new Tensor(filled(backend, shape, value), requiresGrad);
}

/**
 * A tensor of the given shape filled with 0.
 *
 * @param options defaults: no gradient, the current backend
 * @throws ShapeError if a size is not an integer of at least 0
 * @example
 * print(await scope(() => zeros([2]).data())); // [0, 0]
 */
export function zeros(shape: Shape, options?: Omit<TensorOptions, 'shape'>): Tensor {
  return full(shape, 0, options);
}

/**
 * A tensor of the given shape filled with 1.
 *
 * @param options defaults: no gradient, the current backend
 * @throws ShapeError if a size is not an integer of at least 0
 * @example
 * print(await scope(() => ones([2]).data())); // [1, 1]
 */
export function ones(shape: Shape, options?: Omit<TensorOptions, 'shape'>): Tensor {
  return full(shape, 1, options);
}

function flatten(values: TensorValues): {
  flat: ArrayLike<number>;
  shape: Shape;
} {
  if (typeof values === 'number') return { flat: [values], shape: [] };
  if (ArrayBuffer.isView(values)) return { flat: values, shape: [values.length] };
  if (typeof values === 'object' && (values as object | null) !== null && 'stride' in values) {
    // An ndarray may be a view with any strides: copy it in row-major order.
    const flat = new Float64Array(sizeOf(values.shape));
    const dense = ndarray(flat, values.shape);
    const position = new Array<number>(values.shape.length).fill(0);
    for (let i = 0; i < flat.length; i++) {
      dense.set(...position, values.get(...position));
      for (
        let axis = position.length - 1;
        axis >= 0 && ++position[axis] === values.shape[axis];
        axis--
      )
        position[axis] = 0;
    }
    return { flat, shape: values.shape };
  }
  if (typeof values === 'object' && (values as object | null) !== null && 'shape' in values) {
    const { data, shape } = values as ShapedNumbers;
    return { flat: data, shape };
  }
  if (!Array.isArray(values)) {
    throw new ArgumentError(
      'tensor: values must be a number, a list of numbers (nested for more axes), a Float32Array, a ' +
        `Float64Array, an ndarray or { data, shape }, got ${describeValue(values)}`,
    );
  }
  const shape = nestingShape(values);
  if (!hasShape(values, shape)) {
    throw new ShapeError(
      `tensor: nested lists must be rectangular, but not every list has the sizes of the first, ${format(shape)}`,
    );
  }
  const flat = (values as readonly unknown[]).flat(shape.length);
  checkNumbers(flat);
  return { flat: flat as number[], shape };
}

/** @throws ArgumentError if an element of a flat list is not a number */
function checkNumbers(values: readonly unknown[]): void {
  const index = values.findIndex((value) => typeof value !== 'number');
  if (index >= 0) {
    const value = values[index];
    throw new ArgumentError(
      `tensor: values must be numbers, got ${describeValue(value)} (${typeof value}) at index ${index}`,
    );
  }
}

const isList = (values: Numbers): values is readonly Numbers[] => Array.isArray(values);

function hasShape(values: Numbers, [size, ...inner]: Shape): boolean {
  if (!isList(values)) return (size as number | undefined) === undefined;
  return values.length === size && values.every((value) => hasShape(value, inner));
}

function nestingShape(values: Numbers): number[] {
  if (!isList(values)) return [];
  return [values.length, ...(values.length > 0 ? nestingShape(values[0]) : [])];
}
