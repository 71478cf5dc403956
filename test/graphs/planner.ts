// Builds a program of valid statements from random numbers: chooses operands by shape, and tracks
// the range of every tensor, so that no value is NaN, infinite, or near a pole.

import {
  reshape,
  scaleShift,
  type Shape,
  tanh,
  type Tensor,
  InkgradError,
} from '../../src/engine/index.js';
import { broadcastShapes, sameShape, sizeOf } from '../../src/engine/shape.js';
import type { Id, Leaf, LeafValues, Program, Statement } from './program.js';
import { OPTIMIZERS } from './program.js';

/** A tensor of the program under construction. */
export interface Value {
  readonly id: Id;
  readonly shape: Shape;
  /** Lower and upper bound of its elements. */
  readonly low: number;
  readonly high: number;
  readonly requiresGrad: boolean;
  readonly isLeaf: boolean;
}

export type Range = readonly [low: number, high: number];

/** Largest number of elements of a tensor. */
export const MAX_SIZE = 4000;
/** Operands beyond this magnitude are scaled down first. */
const MAX_MAGNITUDE = 50;

/** Random numbers of one statement. The missing ones are 0, so that shorter lists are simpler. */
export class Draw {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(limit: number): number {
    const number = this.#numbers.at(this.#next) ?? 0;
    this.#next += 1;
    return this.#next > this.#numbers.length ? 0 : number % limit;
  }

  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** True once in `every` draws. */
  chance(every: number): boolean {
    return this.below(every) === every - 1;
  }
}

interface Frame {
  readonly statements: Statement[];
  readonly values: Value[];
  readonly noGrad: boolean;
  readonly throws: boolean;
}

export class Planner {
  readonly #leaves: Leaf[] = [];
  readonly #leafValues: Value[] = [];
  readonly #episodes: (Statement & { kind: 'scope' })[] = [];
  #frames: Frame[] = [];
  /** Tensors of the current episode that were recorded before the last step. */
  #outdated: readonly Value[] = [];
  #lastId: Id;

  /** @param firstId number of the first tensor; two programs have different ones */
  constructor(firstId = 0) {
    this.#lastId = firstId - 1;
    this.#open(false, false);
  }

  get #frame(): Frame {
    return this.#frames[this.#frames.length - 1];
  }

  get #recording(): boolean {
    return this.#frames.every(({ noGrad }) => !noGrad);
  }

  /** Every tensor that can be an operand, the newest first. */
  get values(): readonly Value[] {
    return [...this.#leafValues, ...this.#frames.flatMap(({ values }) => values)].reverse();
  }

  // Statements

  #open(noGrad: boolean, throws: boolean): void {
    this.#frames.push({ statements: [], values: [], noGrad, throws });
  }

  openScope(draw: Draw): void {
    if (this.#frames.length < 4) this.#open(draw.chance(5), draw.chance(4));
  }

  /** Adds statements in a scope that records no graph, and keeps their result. */
  withoutGraph(build: () => Value | null): Value | null {
    if (!this.#recording) return build();
    this.#open(true, false);
    const result = build();
    const scope = this.#pop(result === null ? [] : [result]);
    this.#frame.statements.push(scope);
    if (result !== null) this.#frame.values.push(result);
    return result;
  }

  /** Closes the inner scope; the outer one stays open. */
  closeScope(draw: Draw): void {
    if (this.#frames.length === 1) return;
    const { values } = this.#frame;
    const keep = values.length === 0 || draw.chance(4) ? [] : [draw.oneOf(values.toReversed())];
    const scope = this.#pop(keep);
    this.#frame.statements.push(scope);
    if (!scope.throws) this.#frame.values.push(...keep);
  }

  #pop(keep: readonly Value[]): Statement & { kind: 'scope' } {
    const { statements: body, noGrad, throws } = this.#frames.pop()!;
    // Their names end with the scope.
    this.#outdated = [];
    return { kind: 'scope', noGrad, body, keep: throws ? [] : keep.map(({ id }) => id), throws };
  }

  /** Closes all scopes; the next statement starts a new one. */
  endEpisode(draw: Draw): void {
    while (this.#frames.length > 1) this.closeScope(new Draw([]));
    if (!draw.chance(4)) this.backward(new Draw([]));
    if (!draw.chance(4)) this.step();
    const { values, statements } = this.#frame;
    const keep = values.length > 0 && draw.chance(2) ? [draw.oneOf(values)] : [];
    if (statements.length > 0) this.#episodes.push(this.#pop(keep));
    this.#frames = [];
    this.#outdated = [];
    this.#open(draw.chance(8), draw.chance(6));
  }

  finish(draw: Draw): Program {
    const [rounds, optimizer] = [draw.oneOf([1, 1, 2, 3]), draw.oneOf(OPTIMIZERS)];
    this.endEpisode(draw);
    return { leaves: this.#leaves, episodes: this.#episodes, rounds, optimizer };
  }

  get lastId(): Id {
    return this.#lastId;
  }

  backward(draw: Draw): void {
    const differentiable = this.values.filter(
      ({ requiresGrad, isLeaf }) => requiresGrad && !isLeaf,
    );
    if (differentiable.length === 0) return;
    const { id: input, shape } = draw.oneOf(differentiable.slice(0, 4));
    const seed = sizeOf(shape) === 1 && !draw.chance(4) ? null : draw.below(1000);
    this.#frame.statements.push({ kind: 'backward', input, seed });
  }

  gradientOf(draw: Draw): void {
    const computed = this.values.filter(({ requiresGrad, isLeaf }) => requiresGrad && !isLeaf);
    const leaves = this.values.filter(({ requiresGrad, isLeaf }) => requiresGrad && isLeaf);
    if (computed.length === 0 || leaves.length === 0) return;
    const [y, x] = [draw.oneOf(computed), draw.oneOf(leaves)];
    const id = ++this.#lastId;
    this.#frame.statements.push({ kind: 'gradientOf', id, y: y.id, x: x.id });
  }

  zeroGrad(draw: Draw): void {
    const leaves = this.values.filter(({ requiresGrad, isLeaf }) => requiresGrad && isLeaf);
    if (leaves.length === 0) return;
    this.#frame.statements.push({ kind: 'zeroGrad', leaf: draw.oneOf(leaves).id });
  }

  /**
   * An optimizer step changes the parameters in place. Graphs recorded before are out of date, so
   * their tensors are no longer used.
   */
  step(): void {
    this.#frame.statements.push({ kind: 'step' });
    for (const { values } of this.#frames) {
      const isOutdated = ({ requiresGrad, isLeaf }: Value): boolean => requiresGrad && !isLeaf;
      this.#outdated = [...this.#outdated, ...values.filter(isOutdated)];
      values.splice(0, values.length, ...values.filter((value) => !isOutdated(value)));
    }
  }

  /** A backward pass through a graph of before a step: an error where a parameter has changed. */
  outdatedBackward(draw: Draw): void {
    if (this.#outdated.length === 0) return;
    const { id: input } = draw.oneOf(this.#outdated);
    this.#frame.statements.push({ kind: 'backward', input, seed: 1 });
  }

  read(draw: Draw): void {
    if (this.values.length === 0) return;
    this.#frame.statements.push({ kind: 'read', input: draw.oneOf(this.values).id });
  }

  misuse(
    name: string,
    inputs: readonly Value[],
    call: (inputs: readonly Tensor[]) => unknown,
  ): void {
    const ids = inputs.map(({ id }) => id);
    this.#frame.statements.push({ kind: 'misuse', name, inputs: ids, call });
  }

  /** Adds an op; its result requires a gradient if an input does and a graph is recorded. */
  op(
    name: string,
    inputs: readonly Value[],
    options: string,
    { shape, range: [low, high] }: { readonly shape: Shape; readonly range: Range },
    call: (inputs: readonly Tensor[]) => Tensor,
    differentiable = true,
  ): Value {
    const id = ++this.#lastId;
    const ids = inputs.map((input) => input.id);
    this.#frame.statements.push({ kind: 'op', id, name, inputs: ids, options, shape, call });
    const requiresGrad =
      differentiable && this.#recording && inputs.some((input) => input.requiresGrad);
    const value = { id, shape, low, high, requiresGrad, isLeaf: false };
    this.#frame.values.push(value);
    return value;
  }

  // Operands

  /** Any tensor, the newest ones more often; a new leaf if there is none. */
  any(draw: Draw): Value {
    const { values } = this;
    if (values.length === 0) return this.newLeaf(draw, this.shape(draw, draw.between(0, 4)));
    const recent = draw.chance(3) ? values : values.slice(0, 3);
    return this.bounded(draw.oneOf(recent));
  }

  /** A tensor of a rank: an existing one, another one in a new shape, or a new leaf. */
  ofRank(draw: Draw, rank: number): Value {
    const matching = this.values.filter(({ shape }) => shape.length === rank);
    const choice = draw.below(4);
    if (choice < 3 && matching.length > 0) return this.bounded(draw.oneOf(matching));
    if (choice < 2 && this.values.length > 0) {
      const x = this.any(draw);
      return this.reshaped(x, this.factors(draw, sizeOf(x.shape), rank));
    }
    return this.newLeaf(draw, this.shape(draw, rank));
  }

  /** A tensor of a shape: an existing one or a leaf. */
  ofShape(draw: Draw, shape: Shape): Value {
    const matching = this.values.filter((value) => sameShape(value.shape, shape));
    return matching.length > 0 && !draw.chance(3)
      ? this.bounded(draw.oneOf(matching))
      : this.newLeaf(draw, shape);
  }

  /** A tensor that broadcasts with `x`. */
  partner(draw: Draw, x: Value): Value {
    const matching = this.values.filter((value) => broadcast(x.shape, value.shape) !== null);
    if (matching.length > 0 && !draw.chance(3)) return this.bounded(draw.oneOf(matching));
    const repeated = x.shape.map((size) => (draw.chance(3) ? 1 : size));
    return this.newLeaf(draw, repeated.slice(draw.below(repeated.length + 1)));
  }

  /** A leaf of the program, or of the current scope. */
  newLeaf(draw: Draw, shape: Shape, values?: LeafValues, limit = 1): Value {
    const kind = values ?? draw.oneOf(['integers', 'uniform', 'positive'] as const);
    const differentiable = kind !== 'indices' && kind !== 'binary';
    const requiresGrad = differentiable && !draw.chance(4);
    const persistent = draw.chance(2);
    const id = ++this.#lastId;
    const leaf: Leaf = {
      kind: 'leaf',
      id,
      shape,
      values: kind,
      limit,
      seed: draw.below(1000),
      requiresGrad,
    };
    const [low, high] = RANGES[kind];
    // Clipped steps change an element of a parameter by less than 1 in total.
    const margin = persistent && requiresGrad ? 1 : 0;
    const value = { id, shape, low: low - margin, high: high + margin, requiresGrad, isLeaf: true };
    if (persistent) this.#leaves.push(leaf);
    else this.#frame.statements.push(leaf);
    // Labels and conditions are no operands of other ops.
    if (differentiable) (persistent ? this.#leafValues : this.#frame.values).push(value);
    return value;
  }

  /** A persistent tensor that only one op uses: running statistics. */
  state(draw: Draw, shape: Shape, values: LeafValues): Id {
    const id = ++this.#lastId;
    const seed = draw.below(1000);
    this.#leaves.push({ kind: 'leaf', id, shape, values, limit: 1, seed, requiresGrad: false });
    return id;
  }

  /** Scales a tensor down if its range is wide. */
  bounded(x: Value, limit = MAX_MAGNITUDE): Value {
    const magnitude = Math.max(Math.abs(x.low), Math.abs(x.high));
    if (magnitude <= limit) return x;
    if (limit < 4) {
      return this.op('tanh', [x], '', { shape: x.shape, range: [-1, 1] }, ([t]) => tanh(t));
    }
    const factor = 2 ** Math.floor(Math.log2(4 / magnitude));
    const range: Range = [x.low * factor, x.high * factor];
    const call = ([t]: readonly Tensor[]): Tensor => scaleShift(t, factor);
    return this.op('scaleShift', [x], String(factor), { shape: x.shape, range }, call);
  }

  reshaped(x: Value, shape: Shape): Value {
    const call = ([t]: readonly Tensor[]): Tensor => reshape(t, shape);
    return this.op('reshape', [x], JSON.stringify(shape), { shape, range: [x.low, x.high] }, call);
  }

  // Shapes

  shape(draw: Draw, rank: number): Shape {
    const sizes: number[] = [];
    for (let axis = 0; axis < rank; axis++) {
      const limit = Math.floor(400 / sizeOf(sizes));
      const size = draw.chance(60) ? 0 : draw.oneOf([2, 3, 1, 4, 5, 2, 3, 8, 17, 33]);
      sizes.push(size === 0 ? 0 : Math.max(1, Math.min(size, limit)));
    }
    return sizes;
  }

  /** A shape of `rank` axes with `size` elements. */
  factors(draw: Draw, size: number, rank: number): Shape {
    if (rank === 0 && size !== 1) return [size];
    const sizes: number[] = [];
    let rest = size;
    for (let axis = 0; axis < rank - 1; axis++) {
      // Any size divides 0.
      const divisors = Array.from(
        { length: rest === 0 ? 4 : Math.min(rest, 32) },
        (_, i) => i + 1,
      ).filter((divisor) => rest % divisor === 0);
      const divisor = divisors.length === 0 ? 1 : draw.oneOf(divisors);
      sizes.push(divisor);
      rest /= divisor;
    }
    return rank === 0 ? [] : [...sizes, rest];
  }
}

const RANGES: Readonly<Record<LeafValues, Range>> = {
  integers: [-2, 2],
  uniform: [-2, 2],
  positive: [0.5, 2],
  indices: [0, 1],
  binary: [0, 1],
};

/** The common shape; null if there is none or it is too large. */
export function broadcast(a: Shape, b: Shape): Shape | null {
  try {
    const shape = broadcastShapes(a, b, 'broadcast');
    return sizeOf(shape) <= MAX_SIZE ? shape : null;
  } catch (error) {
    if (error instanceof InkgradError) return null;
    throw error;
  }
}
