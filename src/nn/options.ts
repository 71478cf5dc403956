// Validation of constructor options, with the same error messages in every layer, optimizer and
// schedule.

import { ArgumentError } from '../engine/errors.js';

/**
 * Validates one option. Write the rule so that it is false for NaN.
 *
 * @throws ArgumentError such as `Adam: lr must be at least 0, got -1` if the rule does not hold
 * @example check('Adam', 'lr', 0.001, 'at least 0', 0.001 >= 0);
 */
export function check(
  who: string,
  name: string,
  value: number | string,
  rule: string,
  holds: boolean,
): void {
  if (!holds) throw new ArgumentError(`${who}: ${name} must be ${rule}, got ${value}`);
}

/**
 * Validates that an option is an integer of at least `minimum`.
 *
 * @throws ArgumentError otherwise
 */
export function checkCount(who: string, name: string, value: number, least = 1): void {
  check(
    who,
    name,
    value,
    `a whole number of at least ${least}`,
    Number.isSafeInteger(value) && value >= least,
  );
}
