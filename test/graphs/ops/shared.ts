// Helpers of the op rows: ranges, axes and operands.

import type { Shape } from '../../../src/engine/index.js';
import { sizeOf } from '../../../src/engine/shape.js';
import { type Draw, MAX_SIZE, type Planner, type Range, type Value } from '../planner.js';

/** Adds one op, and the ops that prepare its operands. Null if it does not apply here. */
export type OpRow = (planner: Planner, draw: Draw) => Value | null;

export const spread = (...values: number[]): Range => [Math.min(...values), Math.max(...values)];
export const magnitude = ({ low, high }: Value): number => Math.max(Math.abs(low), Math.abs(high));
export const symmetric = (limit: number): Range => [-limit, limit];

/** Axes of a reduction, by the bits of a number; at least one. */
export function someAxes(d: Draw, rank: number): number[] {
  const mask = d.below(2 ** rank);
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const some = axes.filter((axis) => (mask >> axis) % 2 === 1);
  return some.length === 0 ? axes : some;
}

export const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  keepDims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));

export const countOf = (shape: Shape, axes: readonly number[]): number =>
  sizeOf(axes.map((axis) => shape[axis]));

/** Whether a mean or a maximum has no terms: the mean is NaN, which would spread. */
export const isEmpty = ({ shape }: Value, axes: readonly number[]): boolean =>
  countOf(shape, axes) === 0;

/**
 * A leaf, for functions that jump: in float32, a computed value near a jump may be on its other
 * side.
 */
export const anyLeaf = (p: Planner, d: Draw): Value => p.newLeaf(d, p.shape(d, d.between(0, 4)));

/** Images, sometimes with enough channels for the fast convolutions. */
export function images(p: Planner, d: Draw): Value {
  if (!d.chance(3)) return p.ofRank(d, 4);
  const channels = d.oneOf([1, 2, 3, 4, 16, 17, 24]);
  const [height, width] = [d.between(1, 9), d.between(1, 9)];
  const largest = Math.floor(MAX_SIZE / (channels * height * width));
  return p.newLeaf(d, [Math.min(d.between(1, 4), largest), channels, height, width]);
}
