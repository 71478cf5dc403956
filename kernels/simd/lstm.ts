// LSTM over all steps of a sequence, forward and backward. The composition of kernels is in
// src/engine/ops/lstm.ts, with the formulas.
//
// The examples of a batch are independent of each other at all steps, so a unit of work is one
// example and no thread waits for another between two steps. Every step is one product with the
// packed weights (gemm.ts) and one pass over the gates.

import { sigmoid4, tanh4 } from './activation';
import { gemm } from './gemm';
import { clear, floats, loadPart, storePart } from './lanes';

/**
 * Forward pass. projected and gates are [T, N, 4 H], states is [2, T + 1, N, H] (hidden, then cell
 * states). `panels` holds the transpose of the weights [4 H, H]; bias is [4 H] or 0. Step t reads
 * slot t of the states and writes slot t + 1; if `reversed` is 1, time runs backward, from slot
 * t + 1 to slot t. gates receives sigmoid(i), sigmoid(f), tanh(g), sigmoid(o). Unit of begin and end:
 * one example.
 */
export function lstmForward(
  projected: usize, panels: usize, bias: usize, hidden: usize, cell: usize, states: usize, gates: usize,
  T: i32, N: i32, H: i32, reversed: i32, begin: i32, end: i32,
): void {
  const slot = floats(N) * <usize>H, row = floats(H), first = <usize>begin * row;
  const cells = states + <usize>(T + 1) * slot;
  const bytes = <usize>(end - begin) * row, initial = <usize>(reversed * T) * slot + first;
  memory.copy(states + initial, hidden + first, bytes);
  memory.copy(cells + initial, cell + first, bytes);
  for (let step = 0; step < T; step++) {
    const t = reversed ? T - 1 - step : step;
    const before = <usize>(t + reversed) * slot, after = <usize>(t + 1 - reversed) * slot;
    const ofStep = <usize>t * 4 * slot;
    gemm(states + before, H, H, panels, bias, gates + ofStep, 4 * H, 4 * H, begin, end);
    for (let n = begin; n < end; n++) {
      const offset = <usize>n * row, ofGates = ofStep + 4 * offset;
      lstmCell(
        projected + ofGates, gates + ofGates, cells + before + offset, states + after + offset, cells + after + offset, H,
      );
    }
  }
}

/** One example of one step: activates the gates in place, and writes the next h and c [H]. */
function lstmCell(projected: usize, gates: usize, cell: usize, nextHidden: usize, nextCell: usize, H: i32): void {
  for (let j = 0; j < H; j += 4) lstmLanes(projected, gates, cell, nextHidden, nextCell, H, j, H - j);
}

/** The lanes j to j + 3 of `lstmCell`, of which `count` are left. */
function lstmLanes(
  projected: usize, gates: usize, cell: usize, nextHidden: usize, nextCell: usize, H: i32, j: i32, count: i32,
): void {
  const row = floats(H), p = projected + floats(j), g = gates + floats(j);
  const input = sigmoid4(f32x4.add(loadPart(p, count), loadPart(g, count)));
  const forget = sigmoid4(f32x4.add(loadPart(p + row, count), loadPart(g + row, count)));
  const candidate = tanh4(f32x4.add(loadPart(p + 2 * row, count), loadPart(g + 2 * row, count)));
  const output = sigmoid4(f32x4.add(loadPart(p + 3 * row, count), loadPart(g + 3 * row, count)));
  const next = f32x4.add(f32x4.mul(forget, loadPart(cell + floats(j), count)), f32x4.mul(input, candidate));
  storePart(g, input, count);
  storePart(g + row, forget, count);
  storePart(g + 2 * row, candidate, count);
  storePart(g + 3 * row, output, count);
  storePart(nextCell + floats(j), next, count);
  storePart(nextHidden + floats(j), f32x4.mul(output, tanh4(next)), count);
}

/**
 * Backward pass. grad is the gradient of the states; `panels` holds the weights [4 H, H]. gradGates
 * [T, N, 4 H] receives the gradients before the activations, gradInitial [2, N, H] those of the
 * initial states. Unit of begin and end: one example.
 */
export function lstmBackward(
  grad: usize, gates: usize, states: usize, panels: usize, gradGates: usize, gradInitial: usize,
  T: i32, N: i32, H: i32, reversed: i32, begin: i32, end: i32,
): void {
  const slot = floats(N) * <usize>H, row = floats(H), first = <usize>begin * row;
  const cells = states + <usize>(T + 1) * slot, gradCells = grad + <usize>(T + 1) * slot;
  // The initial gradients contain those of the step after the current one until the end.
  const gradHidden = gradInitial, gradCell = gradInitial + slot;
  clear(gradHidden + first, (end - begin) * H);
  clear(gradCell + first, (end - begin) * H);
  for (let step = T - 1; step >= 0; step--) {
    const t = reversed ? T - 1 - step : step;
    const before = <usize>(t + reversed) * slot, after = <usize>(t + 1 - reversed) * slot;
    const ofStep = <usize>t * 4 * slot;
    for (let n = begin; n < end; n++) {
      const offset = <usize>n * row, ofGates = ofStep + 4 * offset;
      const ofHidden = grad + after + offset, ofCell = gradCells + after + offset;
      const previous = cells + before + offset, next = cells + after + offset;
      for (let j = 0; j < H; j += 4) {
        lstmGradLanes(
          ofHidden, ofCell, gates + ofGates, previous, next, gradGates + ofGates,
          gradHidden + offset, gradCell + offset, H, j, H - j,
        );
      }
    }
    gemm(gradGates + ofStep, 4 * H, 4 * H, panels, 0, gradHidden, H, H, begin, end);
  }
  const initial = <usize>(reversed * T) * slot;
  for (let n = begin; n < end; n++) {
    const offset = <usize>n * row;
    accumulateRow(gradHidden + offset, grad + initial + offset, H);
    accumulateRow(gradCell + offset, gradCells + initial + offset, H);
  }
}

/**
 * The lanes j to j + 3 of one example of one step, of which `count` are left; gradCell is updated in
 * place.
 */
function lstmGradLanes(
  ofHidden: usize, ofCell: usize, gates: usize, previous: usize, next: usize, gradGates: usize,
  gradHidden: usize, gradCell: usize, H: i32, j: i32, count: i32,
): void {
  const one = f32x4.splat(1);
  const at = floats(j), row = floats(H), g = gates + at, to = gradGates + at;
  const input = loadPart(g, count), forget = loadPart(g + row, count);
  const candidate = loadPart(g + 2 * row, count), output = loadPart(g + 3 * row, count);
  const active = tanh4(loadPart(next + at, count));
  const dh = f32x4.add(loadPart(gradHidden + at, count), loadPart(ofHidden + at, count));
  const through = f32x4.mul(f32x4.mul(dh, output), f32x4.sub(one, f32x4.mul(active, active)));
  const dc = f32x4.add(f32x4.add(loadPart(gradCell + at, count), loadPart(ofCell + at, count)), through);
  storePart(to, sigmoidGrad4(f32x4.mul(dc, candidate), input), count);
  storePart(to + row, sigmoidGrad4(f32x4.mul(dc, loadPart(previous + at, count)), forget), count);
  const ofCandidate = f32x4.mul(f32x4.mul(dc, input), f32x4.sub(one, f32x4.mul(candidate, candidate)));
  storePart(to + 2 * row, ofCandidate, count);
  storePart(to + 3 * row, sigmoidGrad4(f32x4.mul(dh, active), output), count);
  storePart(gradCell + at, f32x4.mul(dc, forget), count);
}

/** grad y (1 - y). */
@inline
export function sigmoidGrad4(grad: v128, y: v128): v128 {
  return f32x4.mul(f32x4.mul(grad, y), f32x4.sub(f32x4.splat(1), y));
}

/** sum += x, `count` floats. */
export function accumulateRow(sum: usize, x: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(sum + floats(i), f32x4.add(v128.load(sum + floats(i)), v128.load(x + floats(i))));
  }
  const last = f32x4.add(loadPart(sum + floats(i), count - i), loadPart(x + floats(i), count - i));
  storePart(sum + floats(i), last, count - i);
}
