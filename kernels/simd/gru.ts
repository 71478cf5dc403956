// GRU over all steps of a sequence, forward and backward; see lstm.ts. The composition of kernels is
// in src/engine/ops/gru.ts, with the formulas.

import { sigmoid4, tanh4 } from './activation';
import { gemm } from './gemm';
import { clear, floats, loadPart, storePart } from './lanes';
import { accumulateRow, sigmoidGrad4 } from './lstm';

/**
 * Forward pass. projected is [T, N, 3 H], states is [T + 1, N, H]. gates [T, N, 4 H] receives r, z, n
 * and the recurrent part q of the candidate. `panels` holds the transpose of the weights [3 H, H];
 * bias is [3 H] or 0. Slots and `reversed` as in lstmForward. Unit of begin and end: one example.
 */
export function gruForward(
  projected: usize, panels: usize, bias: usize, hidden: usize, states: usize, gates: usize,
  T: i32, N: i32, H: i32, reversed: i32, begin: i32, end: i32,
): void {
  const slot = floats(N) * <usize>H, row = floats(H), first = <usize>begin * row;
  memory.copy(states + <usize>(reversed * T) * slot + first, hidden + first, <usize>(end - begin) * row);
  for (let step = 0; step < T; step++) {
    const t = reversed ? T - 1 - step : step;
    const before = states + <usize>(t + reversed) * slot, after = states + <usize>(t + 1 - reversed) * slot;
    const ofGates = gates + <usize>t * 4 * slot, ofProjected = projected + <usize>t * 3 * slot;
    gemm(before, H, H, panels, bias, ofGates, 4 * H, 3 * H, begin, end);
    for (let n = begin; n < end; n++) {
      const offset = <usize>n * row, p = ofProjected + 3 * offset, g = ofGates + 4 * offset;
      for (let j = 0; j < H; j += 4) gruLanes(p, g, before + offset, after + offset, H, j, H - j);
    }
  }
}

/** The lanes j to j + 3 of one example of one step, of which `count` are left. */
function gruLanes(projected: usize, gates: usize, before: usize, after: usize, H: i32, j: i32, count: i32): void {
  const row = floats(H), p = projected + floats(j), g = gates + floats(j);
  const reset = sigmoid4(f32x4.add(loadPart(p, count), loadPart(g, count)));
  const update = sigmoid4(f32x4.add(loadPart(p + row, count), loadPart(g + row, count)));
  const recurrent = loadPart(g + 2 * row, count);
  const candidate = tanh4(f32x4.add(loadPart(p + 2 * row, count), f32x4.mul(reset, recurrent)));
  const difference = f32x4.sub(loadPart(before + floats(j), count), candidate);
  storePart(g, reset, count);
  storePart(g + row, update, count);
  storePart(g + 2 * row, candidate, count);
  storePart(g + 3 * row, recurrent, count);
  storePart(after + floats(j), f32x4.add(candidate, f32x4.mul(update, difference)), count);
}

/**
 * Backward pass. grad is the gradient of the states; `panels` holds the weights [3 H, H].
 * gradProjected and gradRecurrent [T, N, 3 H] receive the gradients of the two products before the
 * activations, gradInitial [N, H] that of the initial state. `carry` is scratch [N, H]. Unit of begin
 * and end: one example.
 */
export function gruBackward(
  grad: usize, gates: usize, states: usize, panels: usize,
  gradProjected: usize, gradRecurrent: usize, gradInitial: usize, carry: usize,
  T: i32, N: i32, H: i32, reversed: i32, begin: i32, end: i32,
): void {
  const slot = floats(N) * <usize>H, row = floats(H), first = <usize>begin * row;
  // The gradient of the state after the current step is gradInitial + carry, until the end.
  clear(gradInitial + first, (end - begin) * H);
  clear(carry + first, (end - begin) * H);
  for (let step = T - 1; step >= 0; step--) {
    const t = reversed ? T - 1 - step : step;
    const before = states + <usize>(t + reversed) * slot, after = grad + <usize>(t + 1 - reversed) * slot;
    const ofGates = gates + <usize>t * 4 * slot, ofStep = <usize>t * 3 * slot;
    for (let n = begin; n < end; n++) {
      const offset = <usize>n * row, g = ofGates + 4 * offset;
      const p = gradProjected + ofStep + 3 * offset, q = gradRecurrent + ofStep + 3 * offset;
      for (let j = 0; j < H; j += 4) {
        gruGradLanes(after + offset, g, before + offset, p, q, gradInitial + offset, carry + offset, H, j, H - j);
      }
    }
    gemm(gradRecurrent + ofStep, 3 * H, 3 * H, panels, 0, gradInitial, H, H, begin, end);
  }
  const initial = grad + <usize>(reversed * T) * slot;
  for (let n = begin; n < end; n++) {
    const offset = <usize>n * row;
    accumulateRow(gradInitial + offset, carry + offset, H);
    accumulateRow(gradInitial + offset, initial + offset, H);
  }
}

/**
 * The lanes j to j + 3 of one example of one step, of which `count` are left; carry is updated in
 * place.
 */
function gruGradLanes(
  grad: usize, gates: usize, before: usize, gradProjected: usize, gradRecurrent: usize,
  gradInitial: usize, carry: usize, H: i32, j: i32, count: i32,
): void {
  const one = f32x4.splat(1);
  const at = floats(j), row = floats(H), g = gates + at, p = gradProjected + at, q = gradRecurrent + at;
  const reset = loadPart(g, count), update = loadPart(g + row, count);
  const candidate = loadPart(g + 2 * row, count), recurrent = loadPart(g + 3 * row, count);
  const later = f32x4.add(loadPart(gradInitial + at, count), loadPart(carry + at, count));
  const dh = f32x4.add(later, loadPart(grad + at, count));
  const difference = f32x4.sub(loadPart(before + at, count), candidate);
  const ofUpdate = sigmoidGrad4(f32x4.mul(dh, difference), update);
  const ofCandidate = f32x4.mul(
    f32x4.mul(dh, f32x4.sub(one, update)), f32x4.sub(one, f32x4.mul(candidate, candidate)),
  );
  const ofReset = sigmoidGrad4(f32x4.mul(ofCandidate, recurrent), reset);
  storePart(p, ofReset, count);
  storePart(p + row, ofUpdate, count);
  storePart(p + 2 * row, ofCandidate, count);
  storePart(q, ofReset, count);
  storePart(q + row, ofUpdate, count);
  storePart(q + 2 * row, f32x4.mul(ofCandidate, reset), count);
  storePart(carry + at, f32x4.mul(dh, update), count);
}
