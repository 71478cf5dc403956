// Attention, softmax(scale Q KT) V, and its gradients: the scores stay in the cache, a block of rows
// at a time. The composition of kernels is in src/engine/ops/attention.ts.
//
// Unit of begin and end: one head of one example, so that threads share nothing. Backward computes
// the transpose of the scores again from the statistics of each query: the weights of a key then lie
// in a row, as the products for the gradients of keys and values need them. With a causal mask, the
// products skip the blocks that the mask sets to 0.

import { exp4 } from './exponential';
import { gemm, packPanels, packRows } from './gemm';
import { PANEL, PANEL_BYTES, TILE_ROWS, floats, loadPart, sumLanes } from './lanes';

/** Rows of a block of scores: whole register tiles. */
const BLOCK: i32 = 4 * TILE_ROWS;

/** Bits of `layout`. */
const LENGTH_FIRST: i32 = 1, PACKED: i32 = 2, CAUSAL: i32 = 4;

/** Bytes of `columns` columns in panels of `rows` rows. */
@inline
function panelBytes(rows: i32, columns: i32): usize {
  return <usize>((columns + PANEL - 1) / PANEL) * rows * PANEL_BYTES;
}

/** Floats of a row of scratch: whole pairs of vectors. */
@inline
function padded(count: i32): i32 {
  return (count + 7) & ~7;
}

/** Bytes of scratch that `attentionForward` needs for each thread. */
export function attentionScratch(S: i32, d: i32, e: i32): i32 {
  return <i32>(panelBytes(d, S) + panelBytes(S, e) + floats(BLOCK * padded(S)));
}

/** Bytes of scratch that `attentionBackward` needs for each thread. */
export function attentionGradScratch(Q: i32, S: i32, d: i32, e: i32): i32 {
  const panels = panelBytes(d, Q) + panelBytes(e, Q) + panelBytes(Q, d) + panelBytes(Q, e) + panelBytes(S, d);
  return <i32>(panels + floats((3 + BLOCK + S) * padded(Q)) + floats(Q * S));
}

/** Bytes from the start of an array to head h of example b; `width` floats per position. */
@inline
function headOffset(b: i32, h: i32, length: i32, width: i32, size: i32, layout: i32): usize {
  return floats((layout & LENGTH_FIRST ? b : b * length) * width + h * size);
}

/**
 * out = softmax(scale Q KT) V for B examples of `heads` heads: Q query and S key positions, heads of
 * d floats (query, key) and e floats (value, out). Arrays are [B, length, heads * size], with layout
 * bit 1 [length, B, heads * size]. Bit 2: query, key and value are the parts of one array, side by
 * side. Bit 4: query i attends to the keys 0 to i only. statistics [B, heads, 2, Q] receives the maximum of
 * the scaled scores of each query, then the inverse of the sum of e^(scaled score - maximum). Unit of begin and end: one head of one example.
 */
export function attentionForward(
  query: usize, key: usize, value: usize, out: usize, statistics: usize,
  B: i32, heads: i32, Q: i32, S: i32, d: i32, e: i32, layout: i32, scale: f32, scratch: usize,
  begin: i32, end: i32,
): void {
  const all = heads * (d + d + e), packed = layout & PACKED, step = layout & LENGTH_FIRST ? B : 1;
  const widthK = packed ? all : heads * d, widthV = packed ? all : heads * e, widthOut = heads * e;
  const keyPanels = scratch, valuePanels = keyPanels + panelBytes(d, S), scores = valuePanels + panelBytes(S, e);
  const rowQ = step * widthK, rowV = step * widthV, rowOut = step * widthOut, stride = padded(S);
  for (let unit = begin; unit < end; unit++) {
    const b = unit / heads, h = unit % heads;
    const q = query + headOffset(b, h, Q, widthK, d, layout);
    const to = out + headOffset(b, h, Q, widthOut, e, layout);
    packPanels(key + headOffset(b, h, S, widthK, d, layout), 1, rowQ, d, S, keyPanels, 0, (S + PANEL - 1) / PANEL);
    packPanels(value + headOffset(b, h, S, widthV, e, layout), rowV, 1, S, e, valuePanels, 0, (e + PANEL - 1) / PANEL);
    for (let i = 0; i < Q; i += BLOCK) {
      const rows = min(BLOCK, Q - i), keys = layout & CAUSAL ? min(S, i + rows) : S;
      gemm(q + floats(i * rowQ), rowQ, d, keyPanels, 0, scores, stride, keys, 0, rows);
      for (let r = 0; r < rows; r++) {
        const visible = layout & CAUSAL ? min(S, i + r + 1) : S;
        softmaxRow(scores + floats(r * stride), visible, keys, scale, statistics + floats(2 * unit * Q + i + r), floats(Q));
      }
      multiplyPanels(scores, stride, keys, valuePanels, S, to + floats(i * rowOut), rowOut, e, rows);
    }
  }
}

/**
 * Replaces a row of scores by softmax(scale row): the first `visible` elements; 0 up to `count`.
 * Stores the maximum at `statistics` and the inverse of the sum `next` bytes behind it.
 */
function softmaxRow(row: usize, visible: i32, count: i32, scale: f32, statistics: usize, next: usize): void {
  for (let j = visible; j < padded(count); j++) store<f32>(row + floats(j), -Infinity);
  const factor = f32x4.splat(scale);
  let largest = f32x4.splat(-Infinity);
  const end = row + floats(padded(visible));
  for (let p = row; p < row + floats(visible & ~3); p += 16) {
    const x = f32x4.mul(v128.load(p), factor);
    v128.store(p, x);
    largest = f32x4.max(largest, x);
  }
  let most = max(
    max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
    max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
  );
  for (let p = row + floats(visible & ~3); p < row + floats(visible); p += 4) {
    const x = load<f32>(p) * scale;
    store<f32>(p, x);
    most = max(most, x);
  }
  const shift = f32x4.splat(most);
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let p = row; p < end; p += 32) {
    const x0 = exp4(f32x4.sub(v128.load(p), shift)), x1 = exp4(f32x4.sub(v128.load(p, 16), shift));
    v128.store(p, x0);
    v128.store(p, x1, 16);
    sum0 = f32x4.add(sum0, x0);
    sum1 = f32x4.add(sum1, x1);
  }
  const factorOfAll: f32 = 1 / sumLanes(f32x4.add(sum0, sum1));
  store<f32>(statistics, most);
  store<f32>(statistics + next, factorOfAll);
  const inverse = f32x4.splat(factorOfAll);
  for (let p = row; p < end; p += 32) {
    const x0 = f32x4.mul(v128.load(p), inverse), x1 = f32x4.mul(v128.load(p, 16), inverse);
    v128.store(p, x0);
    v128.store(p, x1, 16);
  }
  for (let p = end; p < row + floats(count); p += 4) store<f32>(p, 0);
}

/**
 * out = A B for `rows` rows and the first K rows of B, whose panels have `panelRows` rows: gemm for
 * one panel at a time.
 */
function multiplyPanels(
  a: usize, strideA: i32, K: i32, panels: usize, panelRows: i32, out: usize, outStride: i32, N: i32, rows: i32,
): void {
  for (let n = 0; n < N; n += PANEL, panels += <usize>panelRows * PANEL_BYTES) {
    gemm(a, strideA, K, panels, 0, out + floats(n), outStride, min(PANEL, N - n), 0, rows);
  }
}

/**
 * The gradients of query, key and value, in their layout; `grad` is that of `out`. Sizes and layout
 * as in attentionForward. Unit of begin and end: one head of one example.
 */
export function attentionBackward(
  grad: usize, query: usize, key: usize, value: usize, out: usize, statistics: usize,
  gradQuery: usize, gradKey: usize, gradValue: usize,
  B: i32, heads: i32, Q: i32, S: i32, d: i32, e: i32, layout: i32, scale: f32, scratch: usize,
  begin: i32, end: i32,
): void {
  const all = heads * (d + d + e), packed = layout & PACKED, step = layout & LENGTH_FIRST ? B : 1;
  const widthK = packed ? all : heads * d, widthV = packed ? all : heads * e, widthOut = heads * e;
  const rowQ = step * widthK, rowV = step * widthV, rowOut = step * widthOut, stride = padded(Q);
  const panelsQ = (Q + PANEL - 1) / PANEL, panelsD = (d + PANEL - 1) / PANEL, panelsE = (e + PANEL - 1) / PANEL;
  // Panels of the transposes of query and gradient, and of query, gradient and key.
  const queryT = scratch, gradT = queryT + panelBytes(d, Q), queryPanels = gradT + panelBytes(e, Q);
  const gradPanels = queryPanels + panelBytes(Q, d), keyPanels = gradPanels + panelBytes(Q, e);
  const maxima = keyPanels + panelBytes(S, d), inverses = maxima + floats(stride), dots = inverses + floats(stride);
  // The weights of a block of keys; the gradients of all scores, and their transpose.
  const weights = dots + floats(stride), ofScoresT = weights + floats(BLOCK * stride);
  const ofScores = ofScoresT + floats(S * stride);
  for (let unit = begin; unit < end; unit++) {
    const b = unit / heads, h = unit % heads;
    const ofQ = headOffset(b, h, Q, widthK, d, layout), ofK = headOffset(b, h, S, widthK, d, layout);
    const ofV = headOffset(b, h, S, widthV, e, layout), ofOut = headOffset(b, h, Q, widthOut, e, layout);
    const q = query + ofQ, k = key + ofK, v = value + ofV, g = grad + ofOut;
    packPanels(q, 1, rowQ, d, Q, queryT, 0, panelsQ);
    packPanels(g, 1, rowOut, e, Q, gradT, 0, panelsQ);
    packPanels(q, rowQ, 1, Q, d, queryPanels, 0, panelsD);
    packPanels(g, rowOut, 1, Q, e, gradPanels, 0, panelsE);
    packPanels(k, rowQ, 1, S, d, keyPanels, 0, panelsD);
    memory.copy(maxima, statistics + floats(2 * unit * Q), floats(Q));
    memory.copy(inverses, statistics + floats((2 * unit + 1) * Q), floats(Q));
    for (let i = 0; i < Q; i++) {
      store<f32>(dots + floats(i), dot(g + floats(i * rowOut), out + ofOut + floats(i * rowOut), e));
    }
    for (let j = 0; j < S; j += BLOCK) {
      const rows = min(BLOCK, S - j);
      const first = layout & CAUSAL ? min((j / PANEL) * PANEL, stride) : 0, columns = max(Q - first, 0);
      const ofBlock = ofScoresT + floats(j * stride);
      gemm(
        k + floats(j * rowQ), rowQ, d, queryT + floats(first * d), 0, weights + floats(first), stride, columns, 0, rows,
      );
      gemm(
        v + floats(j * rowV), rowV, e, gradT + floats(first * e), 0, ofBlock + floats(first), stride, columns, 0, rows,
      );
      for (let r = 0; r < rows; r++) {
        const hidden = layout & CAUSAL ? min(j + r, Q) : 0;
        const row = floats(r * stride);
        scoreGradRow(weights + row, ofBlock + row, maxima, inverses, dots, first, hidden, stride, scale);
      }
      const skip = <usize>first * PANEL_BYTES;
      multiplyPanels(
        weights + floats(first), stride, columns, gradPanels + skip, Q, gradValue + ofV + floats(j * rowV), rowV, e, rows,
      );
      multiplyPanels(
        ofBlock + floats(first), stride, columns, queryPanels + skip, Q, gradKey + ofK + floats(j * rowQ), rowQ, d, rows,
      );
    }
    packRows(ofScoresT, 1, stride, Q, S, ofScores);
    for (let i = 0; i < Q; i += BLOCK) {
      const rows = min(BLOCK, Q - i), keys = layout & CAUSAL ? min(S, i + rows) : S;
      multiplyPanels(
        ofScores + floats(i * S), S, keys, keyPanels, S, gradQuery + ofQ + floats(i * rowQ), rowQ, d, rows,
      );
    }
  }
}

/**
 * One key: replaces scores by weights, inverse e^(scale score - maximum), and the gradients of the
 * weights by those of the unscaled scores, scale weight (gradient - dot), for the queries from `first` on. Both
 * are 0 before query `hidden`.
 */
function scoreGradRow(
  weights: usize, gradients: usize, maxima: usize, inverses: usize, dots: usize, first: i32, hidden: i32, stride: i32,
  scale: f32,
): void {
  const factor = f32x4.splat(scale);
  for (let i = max(first, hidden & ~7); i < stride; i += 8) {
    const at = floats(i), w = weights + at, g = gradients + at;
    const e0 = exp4(f32x4.sub(f32x4.mul(v128.load(w), factor), v128.load(maxima + at)));
    const e1 = exp4(f32x4.sub(f32x4.mul(v128.load(w, 16), factor), v128.load(maxima + at, 16)));
    const p0 = f32x4.mul(e0, v128.load(inverses + at)), p1 = f32x4.mul(e1, v128.load(inverses + at, 16));
    const s0 = f32x4.mul(f32x4.mul(p0, factor), f32x4.sub(v128.load(g), v128.load(dots + at)));
    const s1 = f32x4.mul(f32x4.mul(p1, factor), f32x4.sub(v128.load(g, 16), v128.load(dots + at, 16)));
    v128.store(w, p0);
    v128.store(w, p1, 16);
    v128.store(g, s0);
    v128.store(g, s1, 16);
  }
  for (let i = first; i < hidden; i++) {
    store<f32>(weights + floats(i), 0);
    store<f32>(gradients + floats(i), 0);
  }
}

/** The dot product of two rows of `count` floats. */
function dot(a: usize, b: usize, count: i32): f32 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const at = floats(i);
    sum = f32x4.add(sum, f32x4.mul(loadPart(a + at, count - i), loadPart(b + at, count - i)));
  }
  return sumLanes(sum);
}
