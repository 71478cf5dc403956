// Temperature scaling: one number by which all logits are divided, so that a probability of 0.8 is right in 80 of 100
// cases. What is read stays the same, since dividing moves no maximum. Host numbers only, so a page can use it;
// imports errors.
//
// Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.

import { ArgumentError } from '../../engine/errors.js';

/** No temperature is sought beyond these: a set read without a mistake would ask for 0. */
const LOWEST = 0.05;
const HIGHEST = 20;
/** Newton's steps; about six are enough. */
const MAX_STEPS = 60;
const TOLERANCE = 1e-10;

/**
 * Probabilities of a network's logits: softmax(logits / temperature), row by row, in float64.
 *
 * @param logits `[n, classes]`
 * @param temperature above 0; default 1, the plain softmax
 * @returns `[n, classes]`
 */
export function probabilitiesOf(logits: ArrayLike<number>, classes: number, temperature = 1): Float32Array {
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new ArgumentError(`temperature: must be a finite number above 0, got ${temperature}`);
  }
  const probabilities = new Float32Array(logits.length);
  const powers = new Float64Array(classes);
  for (let row = 0; row < logits.length; row += classes) {
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[row + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      powers[c] = Math.exp((logits[row + c] - highest) / temperature);
      sum += powers[c];
    }
    for (let c = 0; c < classes; c++) probabilities[row + c] = powers[c] / sum;
  }
  return probabilities;
}

/**
 * The temperature that makes the labels likeliest: it minimizes the mean cross-entropy of softmax(logits / temperature).
 *
 * The loss is convex in 1 / temperature, so its slope has one zero at most. Newton's method finds it, kept between bounds
 * that every step moves together; a step that would leave them halves the distance instead.
 *
 * @param logits `[n, classes]`, of images that the network has not learned from
 * @param labels `[n]`, class numbers
 * @returns from 0.05 to 20
 */
export function fitTemperature(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const classes = logits.length / labels.length;
  if (!Number.isInteger(classes) || classes < 2) {
    throw new ArgumentError(`temperature: ${logits.length} logits do not belong to ${labels.length} labels`);
  }
  let [low, high] = [1 / HIGHEST, 1 / LOWEST]; // of 1 / temperature
  if (slopeAt(low, logits, labels).slope >= 0) return HIGHEST;
  if (slopeAt(high, logits, labels).slope <= 0) return LOWEST;
  let scale = 1;
  for (let step = 0; step < MAX_STEPS; step++) {
    const { slope, curvature } = slopeAt(scale, logits, labels);
    if (slope > 0) high = scale;
    else low = scale;
    const newton = scale - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const moved = Math.abs(next - scale);
    scale = next;
    if (moved < TOLERANCE) break;
  }
  return 1 / scale;
}

/**
 * How the mean cross-entropy of softmax(scale * z) changes with scale: slope = mean(E[z] - z[label]) and curvature =
 * mean(Var[z]), expectations under that softmax.
 */
function slopeAt(
  scale: number,
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
): { slope: number; curvature: number } {
  const classes = logits.length / labels.length;
  let slope = 0;
  let curvature = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = i * classes;
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[row + c]);
    let [sum, first, second] = [0, 0, 0];
    for (let c = 0; c < classes; c++) {
      const z = logits[row + c] - highest; // moving all logits of a row moves neither result
      const power = Math.exp(scale * z);
      sum += power;
      first += power * z;
      second += power * z * z;
    }
    const mean = first / sum;
    slope += mean - (logits[row + labels[i]] - highest);
    curvature += second / sum - mean * mean;
  }
  return { slope: slope / labels.length, curvature: curvature / labels.length };
}
