// Selection of one element of a sorted array, without sorting it.

/**
 * The value that would be at `index` if the values were sorted; reorders them. Values are not NaN.
 *
 * @see C. A. R. Hoare, "Algorithm 65: Find", Communications of the ACM 4 (7), 1961
 */
export function nthSmallest(values: Float32Array, index: number): number {
  let [first, last] = [0, values.length - 1];
  while (first < last) {
    const pivot = values[(first + last) >> 1];
    let [low, high] = [first, last];
    // Afterwards, values up to `high` are at most the pivot, and values from `low` at least.
    while (low <= high) {
      while (values[low] < pivot) low += 1;
      while (values[high] > pivot) high -= 1;
      if (low > high) break;
      const swapped = values[low];
      values[low] = values[high];
      values[high] = swapped;
      low += 1;
      high -= 1;
    }
    if (index <= high) last = high;
    else if (index >= low) first = low;
    else break;
  }
  return values[index];
}
