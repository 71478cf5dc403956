// Checks of constructor options, so that every layer, optimizer and schedule refuses a bad one in the same words.
// Imports errors only.

import { ArgumentError } from '../engine/errors.js';

/**
 * Throws `Adam: lr must be at least 0, got -1` unless the rule holds. Write the rule so that NaN fails it.
 *
 * @example check('Adam', 'lr', 0.001, 'at least 0', 0.001 >= 0);
 */
export function check(who: string, name: string, value: number | string, rule: string, holds: boolean): void {
  if (!holds) throw new ArgumentError(`${who}: ${name} must be ${rule}, got ${value}`);
}

/** Throws unless the value is a whole number of at least `least`. */
export function checkCount(who: string, name: string, value: number, least = 1): void {
  check(
    who,
    name,
    value,
    `a whole number of at least ${least}`,
    Number.isSafeInteger(value) && value >= least,
  );
}
