// Optimizer steps over flat arrays: each array is read once and written once. Names and order of
// operations follow PyTorch. The same formulas as separate kernels are in kernels/optimizer.ts.
//
// The complements 1 - beta are arguments because float32 is too coarse: 1 - float32(0.999)
// has a relative error of 5e-5.

import { floats, fma, loadPart, storePart } from './lanes';

/** Elements of one parameter in a unit of adamStep; the last unit of a parameter may have fewer. */
const UNIT: i32 = 64;
/**
 * Bytes of a row of the table of adamStep: addresses of parameter, grad, first and second; the
 * parameter's first unit; its length.
 */
const ROW_BYTES: usize = 24;

/**
 * Adam (Kingma and Ba 2015) for all parameters of the table, with the L2 penalty of
 * torch.optim.Adam and the decoupled weight decay of torch.optim.AdamW (shrink is 1 for Adam):
 *   parameter = shrink * parameter;  g = grad + weightDecay * parameter
 *   first = beta1 * first + (1 - beta1) * g;  second = beta2 * second + (1 - beta2) * g^2
 *   parameter -= stepSize * first / (sqrt(second) / biasCorrection2Sqrt + epsilon)
 * with stepSize = lr / (1 - beta1^t) and biasCorrection2Sqrt = sqrt(1 - beta2^t). Unit of begin and
 * end: 64 elements of one parameter.
 */
export function adamStep(
  table: usize, parameters: i32,
  stepSize: f32, beta1: f32, oneMinusBeta1: f32, beta2: f32, oneMinusBeta2: f32, biasCorrection2Sqrt: f32, epsilon: f32,
  weightDecay: f32, shrink: f32, begin: i32, end: i32,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(oneMinusBeta1), b2 = f32x4.splat(beta2), c2 = f32x4.splat(oneMinusBeta2);
  const step = f32x4.splat(stepSize), inverseBiasCorrection = f32x4.splat(<f32>(1 / <f64>biasCorrection2Sqrt)), eps = f32x4.splat(epsilon);
  const decay = f32x4.splat(weightDecay), factor = f32x4.splat(shrink);
  for (const stop = table + <usize>parameters * ROW_BYTES; table < stop; table += ROW_BYTES) {
    const parameter = load<usize>(table), grad = load<usize>(table, 4);
    const first = load<usize>(table, 8), second = load<usize>(table, 12);
    const firstUnit = load<i32>(table, 16), length = load<i32>(table, 20);
    const last = min((end - firstUnit) * UNIT, length), full = last & ~3;
    let i = max(begin - firstUnit, 0) * UNIT;
    if (i >= last) continue; // another unit range covers this parameter
    for (; i < full; i += 4) {
      adamLanes(parameter, grad, first, second, floats(i), 4, step, b1, c1, b2, c2, inverseBiasCorrection, eps, decay, factor);
    }
    adamLanes(parameter, grad, first, second, floats(i), last - i, step, b1, c1, b2, c2, inverseBiasCorrection, eps, decay, factor);
  }
}

/** Adam for the first `count` of four elements, `offset` bytes into each array. */
@inline
function adamLanes(
  parameter: usize, grad: usize, first: usize, second: usize, offset: usize, count: i32,
  step: v128, b1: v128, c1: v128, b2: v128, c2: v128, inverseBiasCorrection: v128, eps: v128, decay: v128,
  factor: v128,
): void {
  const p = f32x4.mul(loadPart(parameter + offset, count), factor);
  const g = fma(loadPart(grad + offset, count), decay, p);
  const m = fma(f32x4.mul(c1, g), b1, loadPart(first + offset, count));
  const v = fma(f32x4.mul(f32x4.mul(c2, g), g), b2, loadPart(second + offset, count));
  storePart(first + offset, m, count);
  storePart(second + offset, v, count);
  const denominator = fma(eps, f32x4.sqrt(v), inverseBiasCorrection);
  storePart(parameter + offset, f32x4.sub(p, f32x4.div(f32x4.mul(step, m), denominator)), count);
}

/**
 * Gradient descent with momentum, as torch.optim.SGD:
 *   g = grad + weightDecay * parameter;  velocity = momentum * velocity + oneMinusDampening * g
 *   parameter -= lr * (nesterov ? g + momentum * velocity : velocity)
 * oneMinusDampening is 1 on the first step, when velocity is all zeros. The address
 * velocity may be 0: no momentum.
 * Unit of begin and end: one element; begin must be a multiple of 4.
 */
export function sgdStep(
  parameter: usize, grad: usize, velocity: usize,
  lr: f32, momentum: f32, oneMinusDampening: f32, weightDecay: f32, nesterov: bool,
  begin: i32, end: i32,
): void {
  const mu = f32x4.splat(momentum), gradFactor = f32x4.splat(oneMinusDampening);
  const decay = f32x4.splat(weightDecay), minusLr = f32x4.splat(-lr);
  for (let i = begin; i < end; i += 4) {
    const offset = floats(i), count = end - i;
    const p = loadPart(parameter + offset, count);
    const g = fma(loadPart(grad + offset, count), decay, p);
    let direction = g;
    if (velocity != 0) {
      const v = fma(f32x4.mul(gradFactor, g), mu, loadPart(velocity + offset, count));
      storePart(velocity + offset, v, count);
      direction = nesterov ? fma(g, mu, v) : v;
    }
    storePart(parameter + offset, fma(p, minusLr, direction), count);
  }
}

/**
 * Adam with the running maximum of the second moment in the denominator (AMSGrad: Reddi, Kale and
 * Kumar 2018), for one parameter. The other arguments are those of adamStep.
 * Unit of begin and end: one element; begin must be a multiple of 4.
 */
export function amsgradStep(
  parameter: usize, grad: usize, first: usize, second: usize, maximum: usize,
  stepSize: f32, beta1: f32, oneMinusBeta1: f32, beta2: f32, oneMinusBeta2: f32, biasCorrection2Sqrt: f32, epsilon: f32,
  weightDecay: f32, shrink: f32, begin: i32, end: i32,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(oneMinusBeta1), b2 = f32x4.splat(beta2), c2 = f32x4.splat(oneMinusBeta2);
  const step = f32x4.splat(stepSize), inverseBiasCorrection = f32x4.splat(<f32>(1 / <f64>biasCorrection2Sqrt)), eps = f32x4.splat(epsilon);
  const decay = f32x4.splat(weightDecay), factor = f32x4.splat(shrink);
  for (let i = begin; i < end; i += 4) {
    const offset = floats(i), count = end - i;
    const p = f32x4.mul(loadPart(parameter + offset, count), factor);
    const g = fma(loadPart(grad + offset, count), decay, p);
    const m = fma(f32x4.mul(c1, g), b1, loadPart(first + offset, count));
    const v = fma(f32x4.mul(f32x4.mul(c2, g), g), b2, loadPart(second + offset, count));
    const largest = f32x4.max(loadPart(maximum + offset, count), v);
    storePart(first + offset, m, count);
    storePart(second + offset, v, count);
    storePart(maximum + offset, largest, count);
    const denominator = fma(eps, f32x4.sqrt(largest), inverseBiasCorrection);
    storePart(parameter + offset, f32x4.sub(p, f32x4.div(f32x4.mul(step, m), denominator)), count);
  }
}

/**
 * RMSprop, as torch.optim.RMSprop:
 *   g = grad + weightDecay * parameter;  square = alpha * square + (1 - alpha) * g^2
 *   average = alpha * average + (1 - alpha) * g  (centered)
 *   direction = g / (sqrt(square - average^2) + epsilon)
 *   velocity = momentum * velocity + direction;  parameter -= lr * velocity
 * The address velocity may be 0: no momentum. The address average may be 0: not centered.
 * Unit of begin and end: one element; begin must be a multiple of 4.
 */
export function rmspropStep(
  parameter: usize, grad: usize, square: usize, velocity: usize, average: usize,
  lr: f32, alpha: f32, oneMinusAlpha: f32, epsilon: f32, weightDecay: f32, momentum: f32,
  begin: i32, end: i32,
): void {
  const a = f32x4.splat(alpha), c = f32x4.splat(oneMinusAlpha), eps = f32x4.splat(epsilon);
  const decay = f32x4.splat(weightDecay), mu = f32x4.splat(momentum), minusLr = f32x4.splat(-lr);
  for (let i = begin; i < end; i += 4) {
    const offset = floats(i), count = end - i;
    const p = loadPart(parameter + offset, count);
    const g = fma(loadPart(grad + offset, count), decay, p);
    const s = fma(f32x4.mul(f32x4.mul(c, g), g), a, loadPart(square + offset, count));
    storePart(square + offset, s, count);
    let spread = s;
    if (average != 0) {
      const m = fma(f32x4.mul(c, g), a, loadPart(average + offset, count));
      storePart(average + offset, m, count);
      // Not fma: square and average^2 are nearly equal, and both must be rounded alike.
      spread = f32x4.sub(s, f32x4.mul(m, m));
    }
    let direction = f32x4.div(g, f32x4.add(f32x4.sqrt(spread), eps));
    if (velocity != 0) {
      direction = fma(direction, mu, loadPart(velocity + offset, count));
      storePart(velocity + offset, direction, count);
    }
    storePart(parameter + offset, fma(p, minusLr, direction), count);
  }
}

/**
 * Adagrad (Duchi, Hazan and Singer 2011), as torch.optim.Adagrad:
 *   g = grad + weightDecay * parameter;  sum = sum + g^2;  parameter -= lr * g / (sqrt(sum) + epsilon)
 * Unit of begin and end: one element; begin must be a multiple of 4.
 */
export function adagradStep(
  parameter: usize, grad: usize, sum: usize, lr: f32, epsilon: f32, weightDecay: f32, begin: i32, end: i32,
): void {
  const decay = f32x4.splat(weightDecay), eps = f32x4.splat(epsilon), minusLr = f32x4.splat(-lr);
  for (let i = begin; i < end; i += 4) {
    const offset = floats(i), count = end - i;
    const p = loadPart(parameter + offset, count);
    const g = fma(loadPart(grad + offset, count), decay, p);
    const s = fma(loadPart(sum + offset, count), g, g);
    storePart(sum + offset, s, count);
    const direction = f32x4.div(g, f32x4.add(f32x4.sqrt(s), eps));
    storePart(parameter + offset, fma(p, minusLr, direction), count);
  }
}
