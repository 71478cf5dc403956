// Types of the part of jax-js that the contender uses; the library is not installed with the
// project.

/** Every function takes ownership of the arrays it is passed; pass `x.ref` to keep one. */
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

/** Arguments of compiled functions: arrays, and nested objects of arrays. */
export type Nested = Array | { readonly [name: string]: Nested };

/**
 * A function of the library. It is a property, not a method, because it is used without its
 * namespace object.
 */
type Fn<A extends readonly unknown[]> = (...args: A) => Array;

export interface Jax {
  readonly numpy: {
    readonly array: Fn<[values: Float32Array]>;
    readonly zeros: Fn<[shape: readonly number[]]>;
    readonly max: Fn<[x: Array]>;
    readonly mean: Fn<[x: Array, axes: readonly number[]]>;
    readonly sqrt: Fn<[x: Array]>;
    readonly square: Fn<[x: Array]>;
    readonly matmul: Fn<[a: Array, b: Array]>;
  };
  readonly lax: {
    readonly convGeneralDilated: Fn<
      [
        x: Array,
        weight: Array,
        strides: readonly number[],
        padding: readonly (readonly [number, number])[],
      ]
    >;
    readonly reduceWindow: Fn<
      [
        x: Array,
        reduce: (window: Array) => Array,
        window: readonly number[],
        strides: readonly number[],
      ]
    >;
  };
  readonly nn: {
    readonly relu: Fn<[x: Array]>;
    readonly logSoftmax: Fn<[x: Array]>;
  };
  readonly tree: {
    readonly ref: <T extends Nested>(tree: T) => T;
    readonly dispose: (tree: Nested) => void;
  };
  readonly jit: <A extends readonly Nested[], R>(body: (...args: A) => R) => (...args: A) => R;
  readonly valueAndGrad: <A extends readonly Nested[], Aux>(
    body: (parameters: Tree, ...args: A) => [Array, Aux],
    options: { readonly hasAux: true },
  ) => (parameters: Tree, ...args: A) => [[Array, Aux], Tree];
}
