// What the contender uses of jax-js, which is not installed with the project. Types only.

/** Every function takes over the arrays it is given; `x.ref` is how to give one and keep it. */
export interface Array {
  readonly ref: Array;
  readonly shape: readonly number[];
  add(other: Array | number): Array;
  sub(other: Array | number): Array;
  mul(other: Array | number): Array;
  div(other: Array | number): Array;
  sum(): Array;
  reshape(shape: readonly number[]): Array;
  transpose(): Array;
  dispose(): void;
  data(): Promise<Float32Array>;
}

/** Arrays by name. */
export type Tree = Readonly<Record<string, Array>>;

/** What functions that are compiled take: arrays, and objects of them, nested. */
export type Nested = Array | { readonly [name: string]: Nested };

export interface Jax {
  readonly numpy: {
    array(values: Float32Array): Array;
    zeros(shape: readonly number[]): Array;
    max(x: Array): Array;
    mean(x: Array, axes: readonly number[]): Array;
    sqrt(x: Array): Array;
    square(x: Array): Array;
    matmul(a: Array, b: Array): Array;
  };
  readonly lax: {
    convGeneralDilated(
      x: Array,
      weight: Array,
      strides: readonly number[],
      padding: readonly (readonly [number, number])[],
    ): Array;
    reduceWindow(
      x: Array,
      reduce: (window: Array) => Array,
      window: readonly number[],
      strides: readonly number[],
    ): Array;
  };
  readonly nn: {
    relu(x: Array): Array;
    logSoftmax(x: Array): Array;
  };
  readonly tree: {
    ref<T extends Nested>(tree: T): T;
    dispose(tree: Nested): void;
  };
  jit<A extends readonly Nested[], R>(body: (...args: A) => R): (...args: A) => R;
  valueAndGrad<A extends readonly Nested[], Aux>(
    body: (parameters: Tree, ...args: A) => [Array, Aux],
    options: { readonly hasAux: true },
  ): (parameters: Tree, ...args: A) => [[Array, Aux], Tree];
}
