// Protocol between bench/networks.ts and its contenders, besides `Ready` and `RoundReply` of
// compare/protocol.ts: one JSON object per line. pytorch.py implements the same protocol.

import type { NetworkName } from './index.js';

/** Number of training steps in `check`. */
export const CHECK_STEPS = 3;

export type Command =
  /** Train CHECK_STEPS steps from the workload's weights and report the losses. */
  | { readonly cmd: 'check'; readonly task: NetworkName }
  /** Continue training until `seconds` have passed, at least one step. */
  | { readonly cmd: 'round'; readonly task: NetworkName; readonly seconds: number };

export interface CheckReply {
  /** Number of trained numbers. */
  readonly parameters: number;
  /** Losses of each step. */
  readonly losses: readonly (readonly number[])[];
}

/**
 * Largest relative difference of a loss. Both sides compute in float32, and rounding errors grow
 * with the steps.
 */
const TOLERANCE = 1e-4;

/** What differs between two contenders: null, or an explanation. */
export function differenceOf(actual: CheckReply, expected: CheckReply): string | null {
  if (actual.parameters !== expected.parameters)
    return `${actual.parameters} parameters, expected ${expected.parameters}`;
  for (const [step, losses] of expected.losses.entries()) {
    for (const [index, loss] of losses.entries()) {
      const own = actual.losses[step][index];
      if (Math.abs(own - loss) <= TOLERANCE * Math.abs(loss)) continue;
      return `the loss of step ${step + 1} is ${own}, expected ${loss}`;
    }
  }
  return null;
}
