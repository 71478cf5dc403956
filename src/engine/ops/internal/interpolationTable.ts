// Where the output positions of an interpolation lie between the input positions, along one axis.
// Computed on the host, so that every backend uses the same positions.

/** The method of an interpolation along one axis. */
export interface AxisInterpolation {
  /** Input size. */
  readonly size: number;
  /** Output size. */
  readonly outSize: number;
  /** Output size divided by input size as the caller gave it; null if only the size was given. */
  readonly scaleFactor: number | null;
  readonly mode: 'nearest' | 'linear';
  /** Linear: whether the centers of the first and last elements coincide; otherwise the edges do. */
  readonly alignCorners: boolean;
}

/** The input element of each output position. */
function nearestIndices({ size, outSize, scaleFactor }: AxisInterpolation): number[] {
  // As in PyTorch, in float32, which decides positions that are nearly whole numbers.
  const step = Math.fround(scaleFactor === null ? size / outSize : 1 / scaleFactor);
  return Array.from({ length: outSize }, (_, i) =>
    Math.min(Math.floor(Math.fround(i * step)), size - 1),
  );
}

/** The position of each output element among the input elements; -0.5 is the edge of the first. */
function linearPositions({
  size,
  outSize,
  scaleFactor,
  alignCorners,
}: AxisInterpolation): number[] {
  if (alignCorners) {
    const step = outSize > 1 ? (size - 1) / (outSize - 1) : 0;
    return Array.from({ length: outSize }, (_, i) => i * step);
  }
  const step = scaleFactor === null ? size / outSize : 1 / scaleFactor;
  return Array.from({ length: outSize }, (_, i) => Math.max(0, (i + 0.5) * step - 0.5));
}

/** The table of `kernels/interpolate.ts`: for each output position the lower input and the fraction. */
export function interpolationTable(axis: AxisInterpolation): Float64Array {
  const { size, outSize, mode } = axis;
  const table = new Float64Array(2 * outSize);
  if (mode === 'nearest') {
    nearestIndices(axis).forEach((index, i) => (table[2 * i] = index));
    return table;
  }
  if (outSize === size) {
    for (let i = 0; i < outSize; i++) table[2 * i] = i;
    return table;
  }
  linearPositions(axis).forEach((position, i) => {
    const lower = Math.min(Math.floor(position), size - 1);
    table[2 * i] = lower;
    table[2 * i + 1] = Math.min(position - lower, 1);
  });
  return table;
}

/** The outputs that depend on each input: the first of them, and the largest number of them. */
export interface Dependents {
  readonly first: Float64Array;
  readonly span: number;
}

/** Output positions whose lower or upper input is element 0, 1, ... of `size` inputs. */
export function dependents(table: Float64Array, size: number): Dependents {
  const outSize = table.length / 2;
  const first = new Float64Array(size);
  let span = 0;
  let [start, end] = [0, 0]; // the positions whose lower input is index - 1 or index
  for (let index = 0; index < size; index++) {
    while (start < outSize && table[2 * start] < index - 1) start++;
    while (end < outSize && table[2 * end] <= index) end++;
    first[index] = start;
    span = Math.max(span, end - start);
  }
  return { first, span };
}
