// Definition of an operation: one file with five parts.
// The parts are name, infer (shape rule), forward, backward (one thunk per input) and samples
// (inputs for the gradient check and the backend parity tests).

import { createNode, type GradientThunk } from './autograd.js';
import { isRecording, scope } from './current.js';
import { ShapeError } from './errors.js';
import type { NdArray } from './ndarray.js';
import type { Rng } from './rng.js';
import { checkRank, format, sameShape, type Shape } from './shape.js';
import { checkTensor, Tensor } from './tensor.js';

/** One input of a sample: its shape and how to fill it. */
export interface SampleInput {
  readonly shape: Shape;
  /** Generates the values in row-major order. */
  readonly values: (rng: Rng) => ArrayLike<number>;
  /** Whether the gradient check covers this input. False for indices and conditions. */
  readonly differentiable: boolean;
}

/** One example call of an op, for the test suites that run every op. */
export interface Sample<A> {
  /** Name of the case in test titles. */
  readonly title: string;
  readonly inputs: readonly SampleInput[];
  readonly attributes: A;
}

/** For ops without options. */
export type NoAttributes = Readonly<Record<string, never>>;

/** The values available to backward. */
export interface BackwardContext<A> {
  /** d loss / d output. */
  readonly grad: NdArray;
  readonly inputs: readonly NdArray[];
  readonly output: NdArray;
  readonly attributes: A;
  /** The arrays that forward stored with `save`. */
  readonly saved: readonly NdArray[];
}

/** The five parts of an op with its own gradient; see `defineOp`. */
export interface OpDefinition<A> {
  readonly name: string;
  /** Shape of the output. Throws ShapeError or ArgumentError. */
  readonly infer: (shapes: readonly Shape[], attributes: A) => Shape;
  readonly forward: (
    inputs: readonly NdArray[],
    attributes: A,
    save: (array: NdArray) => void,
  ) => NdArray;
  /**
   * One thunk per input; null for an input without a gradient. The backward pass sums the gradients
   * of broadcast inputs.
   */
  readonly backward: (context: BackwardContext<A>) => readonly (GradientThunk | null)[];
  readonly samples: readonly Sample<A>[];
}

/** A function of tensors, with the name and samples that the test suites use. */
export interface Op<A> {
  (inputs: readonly Tensor[], attributes: A): Tensor;
  /** Name in error messages and drawings of the graph. */
  readonly opName: string;
  /** Inputs for the gradient check and the backend parity tests. */
  readonly samples: readonly Sample<A>[];
}

/** @throws ArgumentError if an input of an op is not a tensor */
function checkInputs(inputs: readonly unknown[], opName: string): void {
  const invalid = inputs.findIndex((input) => !(input instanceof Tensor));
  if (invalid >= 0) checkTensor(inputs[invalid], `${opName}: input ${invalid}`);
}

/**
 * Creates an op with its own gradient.
 *
 * @example
 * const negate = kernel('negate', ['x'], [], function (x) {
 *   return -x[this.thread.x];
 * });
 * const negateOp = defineOp<NoAttributes>({
 *   name: 'negate',
 *   infer: ([x]) => x,
 *   forward: ([x]) => elementwise(negate, [x]),
 *   backward: ({ grad }) => [() => elementwise(negate, [grad])],
 *   samples: [{ title: 'any', inputs: [anywhere(2, 3)], attributes: {} }],
 * });
 * print(await scope(() => negateOp([tensor([1, 2])], {}).data())); // [-1, -2]
 */
// @__NO_SIDE_EFFECTS__
export function defineOp<A>(definition: OpDefinition<A>): Op<A> {
  const { name } = definition;
  const call = (tensors: readonly Tensor[], attributes: A): Tensor => {
    checkInputs(tensors, name);
    const inputs = tensors.map((tensor) => tensor.array);
    const expected = definition.infer(
      inputs.map((array) => array.shape),
      attributes,
    );
    checkRank(expected, name);
    const recorded = isRecording() && tensors.some((tensor) => tensor.requiresGrad);
    const saved: NdArray[] = [];
    // Temporary arrays of forward are freed at once. The arrays that backward needs live as long as
    // the result.
    const [output] = scope(() => {
      const result = definition.forward(inputs, attributes, (array) => saved.push(array));
      return recorded ? [result, ...saved] : [result];
    });
    if (!sameShape(output.shape, expected)) {
      throw new ShapeError(
        `${name}: forward returned shape ${format(output.shape)}, ` +
          `but infer returned ${format(expected)}`,
      );
    }
    if (!recorded) return new Tensor(output);
    const savedInputs = inputs.map((array) => array.saved(name));
    const savedOutput = output.saved(name);
    const savedArrays = saved.map((array) => array.saved(name));
    const backward = (grad: NdArray): readonly (GradientThunk | null)[] =>
      definition.backward({
        grad,
        inputs: savedInputs,
        output: savedOutput,
        attributes,
        saved: savedArrays,
      });
    return new Tensor(output, true, createNode({ name, inputs: tensors, backward }));
  };
  return Object.assign(call, { opName: name, samples: definition.samples });
}

/** The parts of an op composed of other ops; see `defineComposite`. */
export interface CompositeDefinition<A> {
  readonly name: string;
  /** The function, composed of other ops; its gradient follows from theirs. */
  readonly compose: (inputs: readonly Tensor[], attributes: A) => Tensor;
  readonly samples: readonly Sample<A>[];
}

/**
 * Creates an op composed of other ops.
 *
 * @example
 * const squareOp = defineComposite<NoAttributes>({
 *   name: 'square',
 *   compose: ([x]) => mul(x, x),
 *   samples: [{ title: 'any', inputs: [anywhere(2, 3)], attributes: {} }],
 * });
 * print(await scope(() => squareOp([tensor([1, 2])], {}).data())); // [1, 4]
 */
// @__NO_SIDE_EFFECTS__
export function defineComposite<A>({ name, compose, samples }: CompositeDefinition<A>): Op<A> {
  const call = (inputs: readonly Tensor[], attributes: A): Tensor => {
    checkInputs(inputs, name);
    return compose(inputs, attributes);
  };
  return Object.assign(call, { opName: name, samples });
}
