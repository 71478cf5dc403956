// Kernel: the formula of ONE output element, written once, as a small function.
//
// The same function is used in three ways: as the definition, as the loop body that the reference
// backend calls in JavaScript, and as the text that gpu.js compiles for a GPU. The last one limits
// the language: a `function` expression (no arrow, no closure, no nested function), flat arrays,
// scalars last, loops of the form `for (let i = 0; i < this.constants.n; i++)`, index arithmetic by
// `Math.floor((i + 0.5) / n)` because a GPU divides in float32, and no read outside an array.
// `test/null/kernelSubset.test.ts` checks these rules.
//
// gpu.js misparses minified functions. So the page's build (scripts/freezeKernels.ts)
// passes the text from before minification as one more argument of every declaration;
// `source` is the text to compile.

/** A flat array of numbers of any type. */
export type Values = ArrayLike<number>;

/**
 * Numbers fixed for a compiled kernel: sizes, strides, counts. A new value
 * means a new compilation on a GPU.
 */
export type Constants = Readonly<Record<string, number>>;

/**
 * Numbers by name that may differ at every launch without a new compilation, e.g. a learning rate.
 */
export type NamedScalars = Readonly<Record<string, number>>;

/** For kernels and routines without scalars. */
export type NoScalars = Readonly<Record<string, never>>;

/** The last argument of a launch: the scalars; absent for kernels without scalars. */
export type ScalarArguments<S extends NamedScalars> = [S] extends [NoScalars] ? [] : [scalars: S];

/** `this` inside a kernel body: the index of the element to compute, and the constants. */
export interface KernelThis<C> {
  readonly thread: { readonly x: number };
  readonly constants: C;
}

type Arguments<Names extends readonly string[], Type> = { [Index in keyof Names]: Type };

/**
 * The signature of a body: `this`, then the input arrays, then the
 * scalars; returns one output element.
 */
export type KernelBody<C, Inputs extends readonly string[], Scalars extends readonly string[]> = (
  this: KernelThis<C>,
  ...args: [...Arguments<Inputs, Values>, ...Arguments<Scalars, number>]
) => number;

/** A kernel: its function, and the names of its parameters. */
export interface Kernel<C extends Constants = Constants, S extends NamedScalars = NamedScalars> {
  readonly name: string;
  /** Names of the input arrays, in order. At most 7 (a limit of gpu.js). */
  readonly inputs: readonly string[];
  /** Names of the scalars, in the order of the parameters of `body`. */
  readonly scalars: readonly string[];
  /**
   * The formula. Typed where it is declared (see `kernel`); backends call it
   * with the arguments of a launch.
   */
  readonly body: (this: never, ...args: never[]) => number;
  /**
   * The formula's text, a function expression in plain JavaScript: what
   * gpu.js compiles. Never minified.
   */
  readonly source: string;
  /** Declared outside the package: a backend must not replace it by its own version. */
  readonly custom?: true;
  /**
   * Never set: these two carry types, so that a launch with the wrong constants
   * or scalars does not compile.
   */
  readonly constantsType?: C;
  readonly scalarsType?: S;
}

// `@__NO_SIDE_EFFECTS__` tells bundlers that an unused declaration can be dropped.

/** For kernels without constants. */
export type NoConstants = Readonly<Record<string, never>>;

/**
 * Declares a kernel.
 *
 * @param source the text of `body`; only the page's build passes it
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
  return { name, inputs, scalars, body: body as unknown as Kernel['body'], source };
}
