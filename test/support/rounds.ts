// Number of repetitions of randomized tests: few in `npm test`, many in `npm run test:long`.

/** Whether the tests run as `npm run test:long`. */
export const LONG = process.env.INKGRAD_LONG === '1';

/** Rounds of a randomized test: `count` in `npm test`, 20 times as many in `npm run test:long`. */
export function rounds(count: number): number {
  return LONG ? 20 * count : count;
}
