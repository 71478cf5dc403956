// Numbers and places in plain words: what captions say, and what people hear who do not see the pictures. Knows no elements.
// Imports nothing.

const ROWS = ['top', 'middle', 'bottom'];
const COLUMNS = ['left', 'middle', 'right'];

/** Names the ninth of a square that a point lies in: "top left", "middle". Counted from 0, `size` to a side. */
export function placeName(row: number, column: number, size: number): string {
  const third = (at: number): number => Math.min(2, Math.floor((3 * at) / size));
  const [vertical, horizontal] = [ROWS[third(row)], COLUMNS[third(column)]];
  if (vertical !== 'middle') return horizontal === 'middle' ? vertical : `${vertical} ${horizontal}`;
  return horizontal === 'middle' ? 'middle' : horizontal;
}

/** The ninth of a square with the largest sum, or null if nothing is above 0. */
export function heaviest(values: ArrayLike<number>, size: number): string | null {
  const sums = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const place = placeName(Math.floor(i / size), i % size, size);
    if (values[i] > 0) sums.set(place, (sums.get(place) ?? 0) + values[i]);
  }
  const [most] = [...sums].sort((a, b) => b[1] - a[1]);
  return (most as [string, number] | undefined)?.[0] ?? null;
}

/** `placeName` with the word before it: "at the top left", "in the middle". */
export function atPlace(row: number, column: number, size: number): string {
  const name = placeName(row, column, size);
  if (name === 'middle') return 'in the middle';
  return name === 'left' || name === 'right' ? `on the ${name}` : `at the ${name}`;
}

/** A number as people read it: two or three digits that count, a real minus sign. */
export function figure(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = size.toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** `figure` with its sign always there. */
export function signed(value: number): string {
  const text = figure(value);
  return text.startsWith('−') ? text : `+${text}`;
}

/** How many times likelier one thing is than another, whose logarithms of probability are `difference` apart. */
export function times(difference: number): string {
  const ratio = Math.exp(Math.abs(difference));
  if (ratio >= 1e6) return 'more than a million times';
  if (ratio >= 100) return `${Number(ratio.toPrecision(2)).toLocaleString('en')} times`;
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} times`;
}

/** Where the most of a signed picture lies, for people who hear it. */
export function describeSlopes(slopes: ArrayLike<number>, size: number): string {
  const more = heaviest(slopes, size);
  const less = heaviest(
    Array.from(slopes, (slope) => -slope),
    size,
  );
  if (more === null && less === null) return 'No pixel matters.';
  const [adding, removing] = [more ?? 'nowhere', less ?? 'nowhere'];
  return `More ink helps most here: ${adding}. Less ink helps most here: ${removing}.`;
}
