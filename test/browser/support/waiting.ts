// Time limits of the browser tests, and a wait for a condition.

import { vi } from 'vitest';
import { timeLimit } from '../../support/timeLimit.js';

/** Limit of a wait for the page, in milliseconds. */
export const WAIT_LIMIT = timeLimit(60_000);

/** Limit of a wait for training, in milliseconds. It takes seconds on an idle machine. */
export const TRAINING_LIMIT = timeLimit(150_000);

const INTERVAL = 20;

/**
 * Repeats a check until it passes. Unlike `expect.poll` it works in concurrent tests and in hooks.
 *
 * @throws the last error of the check, at the limit
 * @example await eventually(async () => expect(await page.title()).toBe('new'));
 */
export function eventually(check: () => Promise<void> | void, limit = WAIT_LIMIT): Promise<void> {
  return vi.waitFor(check, { timeout: limit, interval: INTERVAL });
}
