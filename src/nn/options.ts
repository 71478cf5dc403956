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
  caller: string,
  name: string,
  value: number | string | boolean,
  rule: string,
  valid: boolean,
): void {
  if (!valid) throw new ArgumentError(`${caller}: ${name} must be ${rule}, got ${value}`);
}

/**
 * Validates that an option is an integer of at least `minimum`.
 *
 * @throws ArgumentError otherwise
 */
export function checkCount(caller: string, name: string, value: number, minimum = 1): void {
  check(
    caller,
    name,
    value,
    `a whole number of at least ${minimum}`,
    Number.isSafeInteger(value) && value >= minimum,
  );
}
