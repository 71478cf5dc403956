// The cost of an architecture as text: weights, multiply-adds, time of an epoch. No DOM.

import { costOf, type Architecture } from '../../model/architecture.js';
import { timeText } from './history.js';
import { PRESETS } from './settings.js';

/** A training step computes the forward pass, and the gradients of activations and of weights. */
const PASSES = 3;
/**
 * Multiply-adds per second in training, until a run has measured them: a laptop's processor, two
 * threads.
 */
const ASSUMED_RATE = 25e9;

/** Speed of the processor, as a run measured it. */
export interface MeasuredSpeed {
  readonly imagesPerSecond: number;
  readonly architecture: Architecture;
  readonly classes: number;
}

/** Multiply-adds per second of a run in training. */
export function rateOf({ imagesPerSecond, architecture, classes }: MeasuredSpeed): number {
  return PASSES * costOf(architecture, classes).multiplyAdds * imagesPerSecond;
}

/** Formats a count: `850`, `12,032`, `20.5 million`. */
export function countText(count: number): string {
  if (count < 1e6) return count.toLocaleString('en');
  return `${(count / 1e6).toFixed(1)} million`;
}

export interface CostOptions {
  readonly classes: number;
  /** Training images per epoch. */
  readonly images: number;
  /** Multiply-adds per second; null if no run has measured them. */
  readonly rate: number | null;
}

/** Facts about the cost of an architecture: name and value. */
export function costFacts(
  architecture: Architecture,
  { classes, images, rate }: CostOptions,
): (readonly [name: string, value: string])[] {
  const { parameters, multiplyAdds } = costOf(architecture, classes);
  const page = costOf(PRESETS[0].architecture, classes);
  const seconds = (PASSES * multiplyAdds * images) / (rate ?? ASSUMED_RATE);
  const ratio = multiplyAdds / page.multiplyAdds;
  return [
    ['Weights', parameters.toLocaleString('en')],
    ['Multiply-adds per image', countText(multiplyAdds)],
    ['Compared with this page’s', ratio === 1 ? 'equal' : `${ratioText(ratio)} times`],
    [
      'Time per epoch',
      `${seconds < 1 ? '' : 'about '}${timeText(seconds)}${rate === null ? ' on a laptop' : ', as measured here'}`,
    ],
  ];
}

/** Two significant digits: `0.38`, `1.4`, `12`. */
function ratioText(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : String(Number(ratio.toPrecision(2)));
}
