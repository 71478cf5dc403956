// Which exports of the SIMD module can be jobs, and what arguments they then take. Types only.

import type { SimdExports } from './exports.js';

/** Functions that compute something, as opposed to those that answer a question about sizes. */
export type JobName = {
  [Name in keyof SimdExports]: SimdExports[Name] extends (...args: never[]) => infer Result
    ? Result extends number
      ? never
      : Name
    : never;
}[keyof SimdExports];

type RangeOf<F> = F extends (...args: infer All) => void
  ? All extends [...infer Own, number, number]
    ? Own
    : never
  : never;

/** Functions that work on a range of units. */
export type RangedName = {
  [Name in keyof SimdExports]: RangeOf<SimdExports[Name]> extends never ? never : Name;
}[keyof SimdExports];

/** The arguments before `begin` and `end`. */
export type WithoutRange<Name extends RangedName> = RangeOf<SimdExports[Name]> & readonly number[];
