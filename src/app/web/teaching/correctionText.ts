// Sentences about the result of corrections. A correction is called correct only if its probability reaches the page's
// confidence threshold.

import { MIN_CONFIDENCE } from '../../evaluation/interpret.js';
import type { HeldOutResult } from '../../correction/lesson.js';
import type { Prediction } from '../prediction/types.js';
import { percent } from '../prediction/verdict.js';

/** The part of a prediction that is shown. */
export type Scores = Pick<Prediction, 'ranked'>;

/** State of a correction: predicted correctly with confidence, not so, or not used for training. */
export type CorrectionState = 'right' | 'wrong' | 'open';

/** The state of a correction after training, with its text: "correct, 81 %". */
export function stateAfter(
  { ranked: [{ label, probability }] }: Scores,
  target: string,
): readonly [CorrectionState, string] {
  const share = percent(probability);
  if (label !== target) return ['wrong', `still ${label}, ${share}`];
  return probability >= MIN_CONFIDENCE
    ? ['right', `correct, ${share}`]
    : ['wrong', `not confident, ${share}`];
}

/** The result of a correction as a sentence. */
export function resultSentence(before: Scores, after: Scores, target: string): string {
  const [was, is] = [before.ranked[0].label, after.ranked[0]];
  const share = percent(is.probability);
  if (is.label !== target) return `Still ${is.label} (${share}), not ${target}.`;
  if (is.probability < MIN_CONFIDENCE)
    return `${target} is now the likeliest, but the network is not confident (${share}).`;
  return was === target
    ? `${target} as before, now ${share}.`
    : `Was ${was}, is now ${target} (${share}).`;
}

/** Whether other characters got worse. */
export function heldOutSentence({
  count,
  before,
  after,
}: HeldOutResult): readonly [string, string] {
  const summary =
    after >= before
      ? 'Nothing else got worse.'
      : after >= before - 0.01 * count
        ? 'Almost nothing else got worse.'
        : 'Some other characters got worse.';
  const details =
    `${before} of ${count} test characters were correct before, ${after} are now. ` +
    'They are computer-drawn, so your handwriting may differ.';
  return [summary, details];
}
