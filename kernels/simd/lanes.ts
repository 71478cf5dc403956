// Helpers of the SIMD kernels: loads, stores and arithmetic of four float32 lanes in a v128.
// AssemblyScript, not TypeScript: `usize` is a byte address in linear memory.

/**
 * Whether this is the wide variant of the module, which V8's revectorizer compiles to 256-bit
 * instructions (wideTile.ts). Set by the build.
 */
@inline
export function wide(): bool {
  // @ts-ignore: defined by the compiler option --use
  return isDefined(WIDE);
}

/** Output channels (columns) of one packed panel: two vectors of four lanes, in the wide variant four. */
// @ts-ignore: defined by the compiler option --use
export const PANEL: i32 = isDefined(WIDE) ? 16 : 8;

/** Bytes of one panel row. */
export const PANEL_BYTES: usize = <usize>PANEL << 2;

/** Rows of the register tile. */
export const TILE_ROWS: i32 = 6;

/** Byte distance of `count` floats. */
@inline
export function floats(count: i32): usize {
  return (<usize>count) << 2;
}

/**
 * acc + a * b, the only multiply-add of the module. With relaxed SIMD it is one fused
 * instruction with one rounding, without it two instructions with two roundings.
 */
@inline
export function fma(acc: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/**
 * Whether fma is the fused instruction. The register tile is unrolled accordingly (see tile.ts).
 */
@inline
export function fused(): bool {
  return ASC_FEATURE_RELAXED_SIMD;
}

/** The float at `pointer`, in all four lanes. */
@inline
export function splat(pointer: usize): v128 {
  return v128.load_splat<f32>(pointer);
}

/** The first `count` (0 to 4) floats at `pointer`, the other lanes 0. Reads nothing beyond them. */
@inline
export function loadPart(pointer: usize, count: i32): v128 {
  if (count >= 4) return v128.load(pointer);
  let lanes = f32x4.splat(0);
  if (count > 0) lanes = v128.load_lane<f32>(pointer, lanes, 0);
  if (count > 1) lanes = v128.load_lane<f32>(pointer, lanes, 1, 4);
  if (count > 2) lanes = v128.load_lane<f32>(pointer, lanes, 2, 8);
  return lanes;
}

/** Stores the first `count` (0 or less to 4 or more) lanes. Writes nothing beyond them. */
@inline
export function storePart(pointer: usize, lanes: v128, count: i32): void {
  if (count >= 4) {
    v128.store(pointer, lanes);
  } else {
    if (count > 0) v128.store_lane<f32>(pointer, lanes, 0);
    if (count > 1) v128.store_lane<f32>(pointer, lanes, 1, 4);
    if (count > 2) v128.store_lane<f32>(pointer, lanes, 2, 8);
  }
}

/** Stores the first `cols` of eight columns. */
@inline
export function storeRow(pointer: usize, left: v128, right: v128, cols: i32): void {
  if (cols == 8) {
    v128.store(pointer, left);
    v128.store(pointer, right, 16);
  } else {
    storePart(pointer, left, cols);
    storePart(pointer + 16, right, cols - 4);
  }
}

/** The sum of the four lanes, always in the same order. */
@inline
export function sumLanes(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) +
    f32x4.extract_lane(lanes, 1) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}

/** Sets `count` floats to zero. */
export function clear(pointer: usize, count: i32): void {
  memory.fill(pointer, 0, floats(count));
}
