// Gradient check: compares the gradient of backward with central differences.
// It works on any function of tensors, including user-defined ops.

import type { Backend } from './backend.js';
import { ReferenceBackend } from './backends/reference.js';
import { scope, withBackend } from './current.js';
import { InkgradError } from './errors.js';
import { mul } from './ops/arithmetic.js';
import { sum } from './ops/reduce.js';
import type { SampleInput } from './op.js';
import { Rng } from './rng.js';
import { type Tensor, tensor } from './tensor.js';

/**
 * Thrown when a gradient differs from the numeric one, or buffers leak.
 *
 * @example
 * const wrong = defineOp<NoAttributes>({
 *   name: 'wrong',
 *   infer: ([x]) => x,
 *   forward: ([x]) => x.view(),
 *   backward: ({ grad, inputs: [x] }) => [() => x.view()], // must be grad
 *   samples: [],
 * });
 * try {
 *   await checkGradient((x) => wrong(x, {}), [positive(3)]);
 * } catch (error) {
 *   print(error instanceof GradientError); // true
 * }
 */
export class GradientError extends InkgradError {
  override name = 'GradientError';
}

/** Options of `checkGradient`; all have defaults. */
export interface GradientCheckOptions {
  /** Name of the function in messages. Default `function`. */
  readonly name?: string;
  /** Seed of the inputs and of the random projection. Default 1. */
  readonly seed?: number;
  /** Half the distance between the two points of a central difference. Default 1e-5. */
  readonly step?: number;
  /** Largest allowed |analytic - numeric| / max(|analytic|, |numeric|, floor). Default 1e-6. */
  readonly tolerance?: number;
  /** Gradients smaller than this are compared absolutely, at floor * tolerance. Default 0.01. */
  readonly floor?: number;
}

/** Result of a successful gradient check. */
export interface GradientReport {
  /** Number of partial derivatives compared. */
  readonly compared: number;
  /** Largest relative error of a derivative, at most `tolerance`. */
  readonly largestError: number;
}

/**
 * Compares the analytic gradient of `call` with central differences, in float64.
 *
 * The output is projected on a random direction r, so one backward pass covers all elements. With L
 * = sum(r * y), it compares dL/dx[i] with (L(x + h e_i) - L(x - h e_i)) / 2h. It does so for every
 * element of every differentiable input.
 *
 * @param call a function of tensors; called many times, so it must be deterministic
 * @param inputs shapes and values, e.g. `awayFromZero(2, 3)` from sample.ts
 * @throws GradientError with the input, index, analytic and numeric value of the worst element, or
 *   if buffers are still in use after the check
 *
 * @example
 * const { compared } = await checkGradient(([x]) => sum(mul(x, x)), [anywhere(3)]);
 * print(compared); // 3
 */
export async function checkGradient(
  call: (inputs: Tensor[]) => Tensor,
  inputs: readonly SampleInput[],
  options: GradientCheckOptions = {},
): Promise<GradientReport> {
  const { name = 'function', seed = 1, step = 1e-5, tolerance = 1e-6, floor = 0.01 } = options;
  const backend = new ReferenceBackend({ dtype: 'float64' });
  const rng = new Rng(seed);
  const values = inputs.map((input) => Float64Array.from(input.values(rng)));
  const projections = rng.split('projection');

  /** Computes the projected output and, if `differentiate`, its gradients. */
  const evaluate = async (
    differentiate: boolean,
  ): Promise<{ value: number; gradients: Float64Array[] }> => {
    const pending = withBackend(backend, () =>
      scope(() => {
        const leaves = inputs.map(({ shape, differentiable }, index) =>
          tensor(values[index], { shape, requiresGrad: differentiable }),
        );
        const output = call(leaves);
        const projected = project(output, projections, backend);
        if (differentiate) projected.backward();
        const gradients = leaves.map((leaf) =>
          leaf.grad === null ? Promise.resolve([]) : leaf.grad.data(),
        );
        for (const leaf of leaves) leaf.zeroGrad();
        return Promise.all([projected.item(), ...gradients] as const);
      }),
    );
    const [value, ...gradients] = await pending;
    return { value, gradients: gradients.map((gradient) => Float64Array.from(gradient)) };
  };

  const { gradients } = await evaluate(true);
  let compared = 0;
  let largestError = 0;
  let worst = '';
  for (const [index, input] of inputs.entries()) {
    if (!input.differentiable) continue;
    for (let i = 0; i < values[index].length; i++) {
      const center = values[index][i];
      values[index][i] = center + step;
      const above = (await evaluate(false)).value;
      values[index][i] = center - step;
      const below = (await evaluate(false)).value;
      values[index][i] = center;

      const numeric = (above - below) / (2 * step);
      const analytic = gradients[index][i] as number | undefined;
      const scale = Math.max(Math.abs(analytic ?? 0), Math.abs(numeric), floor);
      const difference = Math.abs((analytic ?? NaN) - numeric) / scale;
      // A missing or NaN gradient is the largest possible error.
      const error = Number.isNaN(difference) ? Infinity : difference;
      compared += 1;
      if (error > largestError) {
        largestError = error;
        worst = `input ${index} [${input.shape.join(',')}] element ${i}: analytic ${analytic ?? 'missing'}, numeric ${numeric}`;
      }
    }
  }
  const leaked = backend.memory.live;
  if (largestError > tolerance) {
    throw new GradientError(
      `${name}: gradient is wrong by ${largestError.toExponential(2)} (allowed ${tolerance}) ` +
        `at ${worst} (seed ${seed})`,
    );
  }
  if (leaked > 0)
    throw new GradientError(`${name}: ${leaked} buffers were still in use after the check`);
  return { compared, largestError };
}

/** sum(r * y) for a random r that is the same in every call. */
function project(output: Tensor, projections: Rng, backend: Backend): Tensor {
  const rng = new Rng(projections.state());
  const direction = Float64Array.from(
    { length: output.size },
    () => rng.between(0.5, 1.5) * (rng.below(2) * 2 - 1),
  );
  return sum(mul(output, tensor(direction, { shape: output.shape, backend })));
}
