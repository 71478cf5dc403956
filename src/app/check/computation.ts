// Runs a computation on a backend, forward and backward, and returns all results. It does not use
// Node, so that a browser can run it too.

import {
  type Backend,
  type FloatArray,
  mul,
  Rng,
  type SampleInput,
  scope,
  sum,
  type Tensor,
  tensor,
  withBackend,
} from '../../engine/index.js';
import { format } from '../../engine/shape.js';

/** A function of tensors, and its inputs. */
export interface Computation {
  /** The op, a colon and the case, e.g. `conv2d: stride 2`; or the op alone. */
  readonly title: string;
  readonly inputs: readonly SampleInput[];
  readonly call: (inputs: Tensor[]) => Tensor;
}

/** The results of a computation: the output, and the gradient of each differentiable input. */
export type Results = ReadonlyMap<string, FloatArray>;

/**
 * The output, and the gradients of sum(r * output) for a random r, on one backend.
 *
 * Inputs are rounded to float32 first, so that every backend starts from the same numbers.
 */
export async function compute(
  backend: Backend,
  computation: Computation,
  seed: number,
): Promise<Results> {
  const { inputs, call } = computation;
  const rng = new Rng(seed);
  const pending = withBackend(backend, () =>
    scope(() => {
      const leaves = inputs.map(({ shape, values, differentiable }) =>
        tensor(Float32Array.from(values(rng)), { shape, requiresGrad: differentiable }),
      );
      const output = call(leaves);
      // Whole numbers from -3 to 3 without 0: exact inputs stay exact in the backward pass.
      const direction = Float32Array.from(
        { length: output.size },
        () => (1 + rng.below(3)) * (2 * rng.below(2) - 1),
      );
      if (output.requiresGrad)
        sum(mul(output, tensor(direction, { shape: output.shape }))).backward();
      const results: [string, Promise<FloatArray>][] = [
        [`output ${format(output.shape)}`, output.data()],
      ];
      leaves.forEach((leaf, index) => {
        if (leaf.grad !== null) {
          results.push([`gradient of input ${index} ${format(leaf.shape)}`, leaf.grad.data()]);
        }
        leaf.zeroGrad();
      });
      return results;
    }),
  );
  return new Map(
    await Promise.all(pending.map(async ([name, data]) => [name, await data] as const)),
  );
}
