// Numbers and positions formatted as text, for captions and for screen readers.

const ROWS = ['top', 'middle', 'bottom'];
const COLUMNS = ['left', 'middle', 'right'];

/** Names the ninth of a `size` x `size` square that contains a point: "top left", "middle". */
export function regionName(row: number, column: number, size: number): string {
  const thirdOf = (index: number): number => Math.min(2, Math.floor((3 * index) / size));
  const [vertical, horizontal] = [ROWS[thirdOf(row)], COLUMNS[thirdOf(column)]];
  if (vertical !== 'middle')
    return horizontal === 'middle' ? vertical : `${vertical} ${horizontal}`;
  return horizontal === 'middle' ? 'middle' : horizontal;
}

/** Names the ninth of a square with the largest sum of positive values; null if there are none. */
export function largestRegion(values: ArrayLike<number>, size: number): string | null {
  const sums = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const region = regionName(Math.floor(i / size), i % size, size);
    if (values[i] > 0) sums.set(region, (sums.get(region) ?? 0) + values[i]);
  }
  const [largest] = [...sums].sort((a, b) => b[1] - a[1]);
  return (largest as [string, number] | undefined)?.[0] ?? null;
}

/** `regionName` with its preposition: "at the top left", "in the middle". */
export function inRegion(row: number, column: number, size: number): string {
  const name = regionName(row, column, size);
  if (name === 'middle') return 'in the middle';
  return name === 'left' || name === 'right' ? `on the ${name}` : `at the ${name}`;
}

/** Formats a number with two or three significant digits and a true minus sign. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = size.toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** `formatNumber` with an explicit sign. */
export function formatSigned(value: number): string {
  const text = formatNumber(value);
  return text.startsWith('−') ? text : `+${text}`;
}

/** Formats the ratio of two probabilities whose logarithms differ by `difference`. */
export function formatRatio(difference: number): string {
  const ratio = Math.exp(Math.abs(difference));
  if (ratio >= 1e6) return 'more than a million times';
  if (ratio >= 100) return `${Number(ratio.toPrecision(2)).toLocaleString('en')} times`;
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} times`;
}

/** Describes where the largest positive and negative gradients are, for screen readers. */
export function describeGradients(gradients: ArrayLike<number>, size: number): string {
  const positive = largestRegion(gradients, size);
  const negative = largestRegion(
    Array.from(gradients, (gradient) => -gradient),
    size,
  );
  if (positive === null && negative === null) return 'No pixel matters.';
  const [addRegion, removeRegion] = [positive ?? 'nowhere', negative ?? 'nowhere'];
  return `More ink helps most here: ${addRegion}. Less ink helps most here: ${removeRegion}.`;
}
