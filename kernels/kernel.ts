// What a kernel is: the formula of ONE output element, written once, as a small function. Imports nothing.
//
// The same function is three things: the definition a reader studies, the loop body the reference backend
// calls in JavaScript, and the text that gpu.js compiles for a GPU. The last one limits the language: a
// `function` expression (no arrow, no closure, no nested function), flat arrays, scalars last, loops of the form
// `for (let i = 0; i < this.constants.n; i++)`, index arithmetic by `Math.floor((i + 0.5) / n)` because a GPU
// divides in float32, and no read outside an array. `test/null/kernelSubset.test.ts` holds these rules.
//
// A minifier rewrites functions into what gpu.js misreads. So the page's build (scripts/freezeKernels.ts) hands every
// declaration its text from before minification as one more argument; whoever compiles a kernel reads `source`.

/** A flat array of numbers, whatever holds it. */
export type Values = ArrayLike<number>;

/** Numbers fixed for a compiled kernel: sizes, strides, counts. A new value means a new compilation on a GPU. */
export type Constants = Readonly<Record<string, number>>;

/** What `this` is inside a kernel body: which element to compute, and the constants. */
export interface KernelThis<C> {
  readonly thread: { readonly x: number };
  readonly constants: C;
}

type Arguments<Names extends readonly string[], Type> = { [Index in keyof Names]: Type };

/** The signature of a body: `this`, then the input arrays, then the scalars; returns one output element. */
export type KernelBody<C, Inputs extends readonly string[], Scalars extends readonly string[]> = (
  this: KernelThis<C>,
  ...args: [...Arguments<Inputs, Values>, ...Arguments<Scalars, number>]
) => number;

/** A kernel as backends see it: names for messages, and the function. */
export interface Kernel<C extends Constants = Constants> {
  readonly name: string;
  /** Names of the input arrays, in order. At most 7 (a limit of gpu.js). */
  readonly inputs: readonly string[];
  /** Names of the numbers that may differ at every launch without a new compilation, e.g. a learning rate. */
  readonly scalars: readonly string[];
  /** The formula. Typed for the one who writes it (see `kernel`); backends call it with what a launch holds. */
  readonly body: (this: never, ...args: never[]) => number;
  /** The formula's text, a function expression in plain JavaScript: what gpu.js compiles. Never minified. */
  readonly source: string;
  /** Never set: carries the type of the constants, so that a launch with the wrong ones fails to compile. */
  readonly constantsType?: C;
}

/** For kernels that depend on no size. */
export type NoConstants = Readonly<Record<string, never>>;

/**
 * Declares a kernel.
 *
 * @param source the text of `body`; the page's build fills it in, nobody writes it by hand
 * @example
 * const scaleShift = kernel('scaleShift', ['x'], ['factor', 'summand'], function (x, factor, summand) {
 *   return x[this.thread.x] * factor + summand;
 * });
 */
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
): Kernel<C> {
  return { name, inputs, scalars, body: body as unknown as Kernel['body'], source };
}
