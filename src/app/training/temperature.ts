// Temperature scaling: divides all logits by one number, so that predictions with probability 0.8
// are correct in 80 of 100 cases. Predictions stay the same, since dividing does not move the
// maximum. Host numbers only, so the page can use it.
//
// Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.

import { ArgumentError } from '../../engine/errors.js';

/** Bounds of the temperature. Without them, a set with no errors would give 0. */
const MIN_TEMPERATURE = 0.05;
const MAX_TEMPERATURE = 20;
/** Maximum Newton steps; about six are enough. */
const MAX_STEPS = 60;
const TOLERANCE = 1e-10;

/**
 * Softmax of a network's logits: softmax(logits / temperature), row by row, in float64.
 *
 * @param logits `[n, classes]`
 * @param temperature above 0; default 1, the plain softmax
 * @returns `[n, classes]`
 * @throws ArgumentError if the temperature is not finite and above 0
 */
export function probabilitiesOf(
  logits: ArrayLike<number>,
  classes: number,
  temperature = 1,
): Float32Array {
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new ArgumentError(`temperature: must be a finite number above 0, got ${temperature}`);
  }
  const probabilities = new Float32Array(logits.length);
  const exponentials = new Float64Array(classes);
  for (let row = 0; row < logits.length; row += classes) {
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[row + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      exponentials[c] = Math.exp((logits[row + c] - highest) / temperature);
      sum += exponentials[c];
    }
    for (let c = 0; c < classes; c++) probabilities[row + c] = exponentials[c] / sum;
  }
  return probabilities;
}

/** Mean cross-entropy of softmax(logits / temperature); arguments as in `fitTemperature`. */
export function crossEntropyAt(
  temperature: number,
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  const classes = logits.length / labels.length;
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = i * classes;
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[row + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp((logits[row + c] - highest) / temperature);
    loss += Math.log(sum) - (logits[row + labels[i]] - highest) / temperature;
  }
  return loss / labels.length;
}

/**
 * Fits the temperature by maximum likelihood: minimizes the mean cross-entropy of
 * softmax(logits / temperature).
 *
 * The loss is convex in 1 / temperature, so its derivative has at most one zero. Newton's
 * method finds it within bounds that every step tightens. A step outside the bounds is
 * replaced by bisection.
 *
 * @param logits `[n, classes]`, of images that the network was not trained on
 * @param labels `[n]`, class indices
 * @returns from 0.05 to 20
 * @throws ArgumentError if the lengths do not match
 */
export function fitTemperature(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const classes = logits.length / labels.length;
  if (!Number.isInteger(classes) || classes < 2) {
    throw new ArgumentError(
      `temperature: ${logits.length} logits do not match ${labels.length} labels; expected ` +
        'logits [n, classes]',
    );
  }
  let [low, high] = [1 / MAX_TEMPERATURE, 1 / MIN_TEMPERATURE]; // of 1 / temperature
  if (derivativesAt(low, logits, labels).slope >= 0) return MAX_TEMPERATURE;
  if (derivativesAt(high, logits, labels).slope <= 0) return MIN_TEMPERATURE;
  let scale = 1;
  for (let step = 0; step < MAX_STEPS; step++) {
    const { slope, curvature } = derivativesAt(scale, logits, labels);
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
 * Derivatives of the mean cross-entropy of softmax(scale * z) by scale: slope = mean(E[z] -
 * z[label]) and curvature = mean(Var[z]), expectations under that softmax.
 */
function derivativesAt(
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
      // Shifting all logits of a row changes neither result.
      const z = logits[row + c] - highest;
      const exponential = Math.exp(scale * z);
      sum += exponential;
      first += exponential * z;
      second += exponential * z * z;
    }
    const mean = first / sum;
    slope += mean - (logits[row + labels[i]] - highest);
    curvature += second / sum - mean * mean;
  }
  return { slope: slope / labels.length, curvature: curvature / labels.length };
}
