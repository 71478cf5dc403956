// Selection of lanes by a comparison.

/**
 * a where the mask is set, else b. All bits of a lane of the mask must be equal, as in the result of a
 * comparison: then the relaxed instruction, a single one on x86 instead of three, has the same result.
 */
@inline
export function select(mask: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(a, b, mask);
  return v128.bitselect(a, b, mask);
}
