// What an operation is: one file, five parts. name, infer (the shape rule), forward, backward (one thunk an input),
// samples (what gradient check and parity run).

import { createNode, type GradientThunk } from './autograd.js';
import { isRecording, scope } from './current.js';
import { ShapeError } from './errors.js';
import type { NdArray } from './ndarray.js';
import type { Rng } from './rng.js';
import { format, sameShape, type Shape } from './shape.js';
import { Tensor } from './tensor.js';

/** One input of a sample: its shape and how to fill it. */
export interface SampleInput {
  readonly shape: Shape;
  /** Makes the values, row-major. */
  readonly values: (rng: Rng) => ArrayLike<number>;
  /** Whether the gradient with respect to it is checked. Indices and conditions have none. */
  readonly differentiable: boolean;
}

/** One way to call an op, for the suites that run every op. */
export interface Sample<A> {
  readonly title: string;
  readonly inputs: readonly SampleInput[];
  readonly attributes: A;
}

/** For ops without options. */
export type NoAttributes = Readonly<Record<string, never>>;

/** What backward may use. */
export interface BackwardContext<A> {
  /** d loss / d output. */
  readonly grad: NdArray;
  readonly inputs: readonly NdArray[];
  readonly output: NdArray;
  readonly attributes: A;
  /** What forward put aside with `save`. */
  readonly saved: readonly NdArray[];
}

export interface OpDefinition<A> {
  readonly name: string;
  /** Shape of the output. Throws ShapeError or ArgumentError. */
  readonly infer: (shapes: readonly Shape[], attributes: A) => Shape;
  readonly forward: (inputs: readonly NdArray[], attributes: A, save: (array: NdArray) => void) => NdArray;
  /** One thunk an input; null for an input without a gradient. Broadcast inputs are summed back by the walker. */
  readonly backward: (context: BackwardContext<A>) => readonly (GradientThunk | null)[];
  readonly samples: readonly Sample<A>[];
}

/** A function of tensors that the suites can find and check. */
export interface Op<A> {
  (inputs: readonly Tensor[], attributes: A): Tensor;
  readonly opName: string;
  readonly samples: readonly Sample<A>[];
}

/** Makes an op with its own gradient. */
export function defineOp<A>(definition: OpDefinition<A>): Op<A> {
  const { name } = definition;
  const call = (tensors: readonly Tensor[], attributes: A): Tensor => {
    const inputs = tensors.map((tensor) => tensor.array);
    const expected = definition.infer(
      inputs.map((array) => array.shape),
      attributes,
    );
    const recorded = isRecording() && tensors.some((tensor) => tensor.requiresGrad);
    const saved: NdArray[] = [];
    // What forward makes on the way is freed at once; what backward needs stays as long as the result.
    const [output] = scope(() => {
      const result = definition.forward(inputs, attributes, (array) => saved.push(array));
      return recorded ? [result, ...saved] : [result];
    });
    if (!sameShape(output.shape, expected)) {
      throw new ShapeError(
        `${name}: forward made ${format(output.shape)} where infer says ${format(expected)}`,
      );
    }
    if (!recorded) return new Tensor(output);
    const backward = (grad: NdArray): readonly (GradientThunk | null)[] =>
      definition.backward({ grad, inputs, output, attributes, saved });
    return new Tensor(output, true, createNode({ name, inputs: tensors, backward }));
  };
  return Object.assign(call, { opName: name, samples: definition.samples });
}

export interface CompositeDefinition<A> {
  readonly name: string;
  /** The function, in terms of other ops; its gradient follows from theirs. */
  readonly compose: (inputs: readonly Tensor[], attributes: A) => Tensor;
  readonly samples: readonly Sample<A>[];
}

/** Makes an op out of ops. */
export function defineComposite<A>({ name, compose, samples }: CompositeDefinition<A>): Op<A> {
  return Object.assign((inputs: readonly Tensor[], attributes: A) => compose(inputs, attributes), {
    opName: name,
    samples,
  });
}
