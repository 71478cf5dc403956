// Formats fractions as percentages.

/**
 * A fraction from 0 to 1 as a percentage, e.g. `90.41 %`; `-` for null, the fraction of
 * an empty set.
 */
export function percent(share: number | null, digits = 2): string {
  return share === null ? '-' : `${(100 * share).toFixed(digits)} %`;
}
