// The loops of elementwise kernels: y[i] = f(x[i]) for one to four inputs. The formula is the method
// `lanes` of a class, for four lanes; it is inlined, so the class needs no instance. A kernel with
// scalars receives them as two more vectors, the same in every lane.
//
// Unit of begin and end, everywhere: one element; begin must be a multiple of 4. The output may be
// an input.
//
// The main loop computes eight elements, with two adjacent stores at its end, so that V8's
// revectorizer can merge its halves into 32-byte operations. The rest uses the same formula through
// loadPart and storePart, so that the value of an element does not depend on the end of the range.
//
// A function passed as an argument instead of a class is not inlined: `call_indirect` takes 25 %
// longer for exp.

import { floats, loadPart, storePart } from './lanes';

/** y = F.lanes(x). */
@inline
export function map1<F>(x: usize, y: usize, begin: i32, end: i32): void {
  const f = changetype<F>(0);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = x + floats(i), q = y + floats(i);
    const low = f.lanes(v128.load(p)), high = f.lanes(v128.load(p, 16));
    v128.store(q, low);
    v128.store(q, high, 16);
  }
  for (; i < end; i += 4) storePart(y + floats(i), f.lanes(loadPart(x + floats(i), end - i)), end - i);
}

/** y = F.lanes(x, s, t), with the scalars s and t. */
@inline
export function map1Scalars<F>(x: usize, s: f32, t: f32, y: usize, begin: i32, end: i32): void {
  const f = changetype<F>(0);
  const sLanes = f32x4.splat(s), tLanes = f32x4.splat(t);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = x + floats(i), q = y + floats(i);
    const low = f.lanes(v128.load(p), sLanes, tLanes), high = f.lanes(v128.load(p, 16), sLanes, tLanes);
    v128.store(q, low);
    v128.store(q, high, 16);
  }
  for (; i < end; i += 4) {
    storePart(y + floats(i), f.lanes(loadPart(x + floats(i), end - i), sLanes, tLanes), end - i);
  }
}

/** y = F.lanes(a, b). */
@inline
export function map2<F>(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  const f = changetype<F>(0);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = a + floats(i), q = b + floats(i), r = y + floats(i);
    const low = f.lanes(v128.load(p), v128.load(q)), high = f.lanes(v128.load(p, 16), v128.load(q, 16));
    v128.store(r, low);
    v128.store(r, high, 16);
  }
  for (; i < end; i += 4) {
    const left = end - i;
    storePart(y + floats(i), f.lanes(loadPart(a + floats(i), left), loadPart(b + floats(i), left)), left);
  }
}

/** y = F.lanes(a, b, s, t), with the scalars s and t. */
@inline
export function map2Scalars<F>(a: usize, b: usize, s: f32, t: f32, y: usize, begin: i32, end: i32): void {
  const f = changetype<F>(0);
  const sLanes = f32x4.splat(s), tLanes = f32x4.splat(t);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = a + floats(i), q = b + floats(i), r = y + floats(i);
    const low = f.lanes(v128.load(p), v128.load(q), sLanes, tLanes);
    const high = f.lanes(v128.load(p, 16), v128.load(q, 16), sLanes, tLanes);
    v128.store(r, low);
    v128.store(r, high, 16);
  }
  for (; i < end; i += 4) {
    const left = end - i;
    const last = f.lanes(loadPart(a + floats(i), left), loadPart(b + floats(i), left), sLanes, tLanes);
    storePart(y + floats(i), last, left);
  }
}

/** y = F.lanes(a, b, c). */
@inline
export function map3<F>(a: usize, b: usize, c: usize, y: usize, begin: i32, end: i32): void {
  const f = changetype<F>(0);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = a + floats(i), q = b + floats(i), r = c + floats(i), to = y + floats(i);
    const low = f.lanes(v128.load(p), v128.load(q), v128.load(r));
    const high = f.lanes(v128.load(p, 16), v128.load(q, 16), v128.load(r, 16));
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i < end; i += 4) {
    const offset = floats(i), left = end - i;
    const last = f.lanes(loadPart(a + offset, left), loadPart(b + offset, left), loadPart(c + offset, left));
    storePart(y + offset, last, left);
  }
}

/** y = F.lanes(a, b, c, s), with the scalar s. */
@inline
export function map3Scalar<F>(a: usize, b: usize, c: usize, s: f32, y: usize, begin: i32, end: i32): void {
  const f = changetype<F>(0);
  const sLanes = f32x4.splat(s);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = a + floats(i), q = b + floats(i), r = c + floats(i), to = y + floats(i);
    const low = f.lanes(v128.load(p), v128.load(q), v128.load(r), sLanes);
    const high = f.lanes(v128.load(p, 16), v128.load(q, 16), v128.load(r, 16), sLanes);
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i < end; i += 4) {
    const offset = floats(i), left = end - i;
    const last = f.lanes(loadPart(a + offset, left), loadPart(b + offset, left), loadPart(c + offset, left), sLanes);
    storePart(y + offset, last, left);
  }
}

/** y = F.lanes(a, b, c, d). */
@inline
export function map4<F>(a: usize, b: usize, c: usize, d: usize, y: usize, begin: i32, end: i32): void {
  const f = changetype<F>(0);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = a + floats(i), q = b + floats(i), r = c + floats(i), s = d + floats(i), to = y + floats(i);
    const low = f.lanes(v128.load(p), v128.load(q), v128.load(r), v128.load(s));
    const high = f.lanes(v128.load(p, 16), v128.load(q, 16), v128.load(r, 16), v128.load(s, 16));
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i < end; i += 4) {
    const offset = floats(i), left = end - i;
    const last = f.lanes(
      loadPart(a + offset, left), loadPart(b + offset, left), loadPart(c + offset, left), loadPart(d + offset, left),
    );
    storePart(y + offset, last, left);
  }
}
