// One edge case: a computation with a known result, the helpers that build it, and how it runs.

import {
  type Backend,
  scope,
  sum,
  tensor,
  type Tensor,
  type TensorOptions,
  withBackend,
  type Numbers,
} from '../../engine/index.js';

/** A computation with a known result. */
export interface EdgeCase {
  readonly title: string;
  /** Returns the tensors to compare; runs inside a scope. */
  readonly run: () => readonly Tensor[];
  /** The elements of each tensor. */
  readonly expected: readonly (readonly number[])[];
}

export const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** A tensor that requires a gradient. */
export const leaf = (values: Parameters<typeof tensor>[0], options: TensorOptions = {}): Tensor =>
  tensor(values, { ...options, requiresGrad: true });

/** The gradients of the sum of `y`. */
export function gradients(y: Tensor, ...leaves: Tensor[]): Tensor[] {
  sum(y).backward();
  return leaves.map((x) => x.grad!);
}

/**
 * An op of one tensor: its output, and the gradient of the sum of the output.
 *
 * @param values the input, the elements of the output, and those of the gradient
 */
export function ofOneTensor(
  title: string,
  op: (x: Tensor) => Tensor,
  [x, y, grad]: readonly [x: Numbers, y: readonly number[], grad: readonly number[]],
): EdgeCase {
  return {
    title,
    run: () => {
      const input = leaf(x);
      const output = op(input);
      return [output, ...gradients(output, input)];
    },
    expected: [y, grad],
  };
}

export const repeat = (value: number, count: number): number[] =>
  new Array<number>(count).fill(value);

export function ofOnes(count: number): Float64Array {
  return new Float64Array(count).fill(1);
}

/** Runs a case on a backend and returns the elements of each tensor. */
export async function runEdgeCase({ run }: EdgeCase, backend: Backend): Promise<number[][]> {
  const pending = withBackend(backend, () => scope(() => run().map((tensor) => tensor.data())));
  return (await Promise.all(pending)).map((values) => [...values]);
}
