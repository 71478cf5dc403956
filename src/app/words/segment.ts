// Segmentation of a line into characters and spaces, from the positions of its parts alone. No DOM.
// Parts are the strokes of a pad or the connected components of an image. It ignores shapes, so
// that visitors can understand the result.

import type { Stroke } from '../../data/strokes/raster.js';
import { boundingBox, type StrokeBox } from '../../data/strokes/boundingBox.js';

/** The parts of one character. */
export interface Group<Part = Stroke> {
  readonly parts: readonly Part[];
  readonly box: StrokeBox;
  /** Whether a space precedes it. */
  readonly spaceBefore: boolean;
}

/**
 * A manual correction of the segmentation. It refers to stroke objects, so it applies as long as
 * they are on the pad.
 */
export type Edit<Part = Stroke> =
  | { readonly kind: 'join'; readonly first: Part; readonly second: Part }
  /** Splits these parts off as a separate character. */
  | { readonly kind: 'split'; readonly separated: ReadonlySet<Part> };

/** Minimum horizontal overlap of parts of one character, as a fraction of the narrower one's width. */
const MIN_OVERLAP = 0.25;
/**
 * Parts narrower than this fraction of the line's height, such as vertical lines, have no usable
 * width. They belong to the part that their center is over, or next to with at most this gap.
 */
const [THIN, MAX_DISTANCE] = [0.2, 0.1];
/**
 * Parts that end higher than this above the baseline, such as dots and the arm of a Y, are not
 * characters. They belong to the nearest part, with at most this gap.
 */
const [MIN_RISE, MAX_FLOATING_DISTANCE] = [0.35, 0.3];
/** Parts lower than this fraction of the highest are dots and bars, and do not count for the line's height. */
const MIN_LETTER_HEIGHT = 0.25;
/**
 * A gap is a space if it exceeds this fraction of the line's height and this multiple of the gap at
 * this quantile. With fewer gaps than the minimum there is no usual gap, and only the height counts.
 */
const [SPACE_GAP, SPACE_RATIO, GAP_QUANTILE] = [0.55, 1.5, 0.7];
const [MIN_GAPS, SINGLE_SPACE_GAP] = [3, 0.9];

interface Character<Part> {
  readonly parts: readonly Part[];
  readonly box: StrokeBox;
}

/** Size and position of a line: medians over the boxes that are not dots or bars. */
interface Line {
  readonly height: number;
  readonly baseline: number;
}

function lineOf(boxes: readonly StrokeBox[]): Line {
  const tallest = Math.max(...boxes.map(heightOf), 0);
  const letters = boxes.filter((box) => heightOf(box) >= MIN_LETTER_HEIGHT * tallest);
  const height = median(letters.map(heightOf)) || Math.max(...boxes.map(widthOf), 0.05); // only dashes or dots
  return { height, baseline: median(letters.map(({ bottom }) => bottom)) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Groups the strokes of a line into characters, left to right. */
export function segment(strokes: readonly Stroke[], edits: readonly Edit[] = []): Group[] {
  return segmentParts(strokes, (stroke) => boundingBox([stroke]), edits);
}

/** Groups the parts of a line into characters, left to right. */
export function segmentParts<Part>(
  parts: readonly Part[],
  boxOf: (part: Part) => StrokeBox,
  edits: readonly Edit<Part>[] = [],
): Group<Part>[] {
  const line = lineOf(parts.map(boxOf));
  let characters = parts.map((part): Character<Part> => ({ parts: [part], box: boxOf(part) }));
  for (let pair = nextPair(characters, line); pair !== null; pair = nextPair(characters, line)) {
    characters = joinCharacters(characters, ...pair);
  }
  for (const edit of edits) characters = applyEdit(characters, edit, boxOf);
  const sorted = [...characters].sort((a, b) => centerOf(a.box) - centerOf(b.box));
  const gaps = sorted.slice(1).map(({ box }, i) => box.left - sorted[i].box.right);
  const minSpace = minimumSpace(gaps, line.height);
  return sorted.map((character, i) => ({
    ...character,
    spaceBefore: i > 0 && gaps[i - 1] > minSpace,
  }));
}

/** Every wider gap is a space. */
function minimumSpace(gaps: readonly number[], height: number): number {
  if (gaps.length < MIN_GAPS) return SINGLE_SPACE_GAP * height;
  const usualGap = [...gaps].sort((a, b) => a - b)[Math.floor(GAP_QUANTILE * (gaps.length - 1))];
  return Math.max(SPACE_GAP * height, SPACE_RATIO * usualGap);
}

const widthOf = ({ left, right }: StrokeBox): number => right - left;
const heightOf = ({ top, bottom }: StrokeBox): number => bottom - top;
const centerOf = ({ left, right }: StrokeBox): number => (left + right) / 2;

/** Indices of the two characters that belong together most clearly, or null. */
function nextPair(characters: readonly Character<unknown>[], line: Line): [number, number] | null {
  let [smallest, pair]: [number, [number, number] | null] = [1, null];
  for (let a = 0; a < characters.length; a++) {
    for (let b = 0; b < characters.length; b++) {
      if (a === b) continue;
      const distance = relativeDistance(characters[a].box, characters[b].box, line);
      if (distance < smallest) [smallest, pair] = [distance, [Math.min(a, b), Math.max(a, b)]];
    }
  }
  return pair;
}

/** Distance of a box from another, relative to the maximum within one character. */
function relativeDistance(box: StrokeBox, other: StrokeBox, { height, baseline }: Line): number {
  const center = centerOf(box);
  const distance = Math.max(other.left - center, center - other.right) / height;
  if (baseline - box.bottom > MIN_RISE * height) return distance / MAX_FLOATING_DISTANCE;
  if (widthOf(box) > widthOf(other)) return Infinity;
  if (widthOf(box) < THIN * height) return distance / MAX_DISTANCE;
  const overlap = Math.min(box.right, other.right) - Math.max(box.left, other.left);
  return (1 - overlap / widthOf(box)) / (1 - MIN_OVERLAP);
}

function joinCharacters<Part>(
  characters: readonly Character<Part>[],
  first: number,
  second: number,
): Character<Part>[] {
  const [a, b] = [characters[first], characters[second]];
  const joined = { parts: [...a.parts, ...b.parts], box: union([a.box, b.box]) };
  return characters.map((one, i) => (i === first ? joined : one)).filter((_, i) => i !== second);
}

/** The smallest box around all boxes. */
export function union(boxes: readonly StrokeBox[]): StrokeBox {
  return {
    left: Math.min(...boxes.map(({ left }) => left)),
    top: Math.min(...boxes.map(({ top }) => top)),
    right: Math.max(...boxes.map(({ right }) => right)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
  };
}

function applyEdit<Part>(
  characters: Character<Part>[],
  edit: Edit<Part>,
  boxOf: (part: Part) => StrokeBox,
): Character<Part>[] {
  if (edit.kind === 'join') {
    const first = characters.findIndex(({ parts }) => parts.includes(edit.first));
    const second = characters.findIndex(({ parts }) => parts.includes(edit.second));
    if (first < 0 || second < 0 || first === second) return characters;
    return joinCharacters(characters, first, second);
  }
  return characters.flatMap(({ parts }) => {
    const separated = parts.filter((part) => edit.separated.has(part));
    const remaining = parts.filter((part) => !edit.separated.has(part));
    return [separated, remaining]
      .filter(({ length }) => length > 0)
      .map((some) => ({ parts: some, box: union(some.map(boxOf)) }));
  });
}

/** Splits a group at the widest gap between the centers of its strokes. Null for one stroke. */
export function splitEdit({ parts }: Group): Edit | null {
  if (parts.length < 2) return null;
  const centers = parts
    .map((stroke) => ({ stroke, center: centerOf(boundingBox([stroke])) }))
    .sort((a, b) => a.center - b.center);
  let [widest, cut] = [-1, 1];
  for (let i = 1; i < centers.length; i++) {
    const step = centers[i].center - centers[i - 1].center;
    if (step > widest) [widest, cut] = [step, i];
  }
  return { kind: 'split', separated: new Set(centers.slice(0, cut).map(({ stroke }) => stroke)) };
}

/** Joins two groups. */
export function joinEdit(first: Group, second: Group): Edit {
  return { kind: 'join', first: first.parts[0], second: second.parts[0] };
}
