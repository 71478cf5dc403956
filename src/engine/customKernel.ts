// Public `kernel`: declares a kernel outside the package.

import {
  kernel as declareKernel,
  type Constants,
  type Kernel,
  type KernelBody,
  type NoConstants,
} from '../../kernels/kernel.js';

/**
 * Declares a kernel: the formula of one output element. A kernel with constants declares their type:
 * `function (this: KernelThis<{ columns: number }>, x) { ... }`.
 *
 * Every backend runs this function or its text; `docs/adding-an-op.md` lists the restrictions of
 * gpu.js. Kernels may have equal names.
 *
 * @param name name in messages
 * @param inputs names of the arrays, the first parameters of `body`; at most 7
 * @param scalars names of the numbers, the parameters of `body` after the arrays
 * @param body a `function` expression; `this.thread.x` is the index of the output element,
 *   `this.constants` the sizes
 * @param source the text of `body`, if it will be minified
 * @example
 * const scale = kernel('scale', ['x'], ['factor'], function (x, factor) {
 *   return x[this.thread.x] * factor;
 * });
 * print(scale.inputs, scale.scalars); // [x] [factor]
 */
// @__NO_SIDE_EFFECTS__
export function kernel<
  C extends Constants = NoConstants,
  const Inputs extends readonly string[] = readonly string[],
  const Scalars extends readonly string[] = readonly string[],
>(
  name: string,
  inputs: Inputs,
  scalars: Scalars,
  body: KernelBody<C, Inputs, Scalars>,
  source = body.toString(),
): Kernel<C, Readonly<Record<Scalars[number], number>>> {
  return {
    ...declareKernel<C, Inputs, Scalars>(name, inputs, scalars, body, source),
    custom: true,
  };
}
