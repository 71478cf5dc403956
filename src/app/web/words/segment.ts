// Segmentation of a line's strokes into characters and spaces, from their positions alone. No DOM.
// It ignores shapes, so that visitors can understand the result.

import type { Stroke } from '../../../data/strokes/raster.js';
import { boundingBox, type StrokeBox } from '../../../data/strokes/boundingBox.js';

/** The strokes of one character. */
export interface Group {
  readonly strokes: readonly Stroke[];
  readonly box: StrokeBox;
  /** Whether a space precedes it. */
  readonly spaceBefore: boolean;
}

/** A manual correction of the segmentation. It refers to stroke objects, so it applies as long as they are on the pad. */
export type Edit =
  | { readonly kind: 'join'; readonly first: Stroke; readonly second: Stroke }
  /** Splits these strokes off as a separate character. */
  | { readonly kind: 'split'; readonly separated: ReadonlySet<Stroke> };

/** Minimum horizontal overlap of strokes of one character, as a fraction of the narrower one's width. */
const MIN_OVERLAP = 0.35;
/**
 * Strokes narrower than this fraction of the line's height, such as dots and vertical lines, have no usable width. They belong
 * to the stroke that their center is over, or next to with at most this gap.
 */
const [THIN, MAX_DISTANCE] = [0.15, 0.06];
/** Strokes lower than this fraction of the highest are dots and bars, and do not count for the line's height. */
const MIN_LETTER_HEIGHT = 0.25;
/** A gap is a space if it exceeds this fraction of the line's height and this multiple of the usual gap. */
const [SPACE_GAP, SPACE_RATIO] = [0.55, 2];

/** Height of the line's letters: the median height of the strokes that are not dots or bars. */
export function lineHeight(strokes: readonly Stroke[]): number {
  const boxes = strokes.map((stroke) => boundingBox([stroke]));
  const heights = boxes.map(({ top, bottom }) => bottom - top);
  const tallest = Math.max(...heights, 0);
  const letters = heights
    .filter((height) => height >= MIN_LETTER_HEIGHT * tallest)
    .sort((a, b) => a - b);
  const middle = letters[Math.floor(letters.length / 2)] ?? 0;
  if (middle > 0) return middle;
  return Math.max(...boxes.map(({ left, right }) => right - left), 0.05); // only dashes or dots
}

/** Groups the strokes of a line into characters, left to right. */
export function segment(strokes: readonly Stroke[], edits: readonly Edit[] = []): Group[] {
  const height = lineHeight(strokes);
  let parts = strokes.map((stroke) => [stroke]);
  for (let pair = nextPair(parts, height); pair !== null; pair = nextPair(parts, height)) {
    parts = joinParts(parts, ...pair);
  }
  for (const edit of edits) parts = applyEdit(parts, edit);
  const sorted = parts
    .map((part) => ({ strokes: part, box: boundingBox(part) }))
    .sort((a, b) => a.box.left + a.box.right - b.box.left - b.box.right);
  const gaps = sorted.slice(1).map(({ box }, i) => box.left - sorted[i].box.right);
  const medianGap = [...gaps].sort((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  return sorted.map((part, i) => {
    const gap = i > 0 ? gaps[i - 1] : 0;
    const fewGaps = gaps.length < 3; // too few gaps for a typical one
    return {
      ...part,
      spaceBefore: gap > SPACE_GAP * height && (fewGaps || gap > SPACE_RATIO * medianGap),
    };
  });
}

type Part = readonly Stroke[];

/** Indices of the first two parts that belong together, or null. */
function nextPair(parts: readonly Part[], height: number): [number, number] | null {
  const boxes = parts.map(boundingBox);
  for (let a = 0; a < parts.length; a++) {
    for (let b = a + 1; b < parts.length; b++) {
      if (sameCharacter(boxes[a], boxes[b], height)) return [a, b];
    }
  }
  return null;
}

function sameCharacter(a: StrokeBox, b: StrokeBox, height: number): boolean {
  const overlap = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const narrower = Math.min(a.right - a.left, b.right - b.left);
  if (narrower < THIN * height) {
    const [thin, wide] = a.right - a.left < b.right - b.left ? [a, b] : [b, a];
    const middle = (thin.left + thin.right) / 2;
    return (
      middle >= wide.left - MAX_DISTANCE * height && middle <= wide.right + MAX_DISTANCE * height
    );
  }
  return overlap >= MIN_OVERLAP * narrower;
}

function joinParts(parts: readonly Stroke[][], first: number, second: number): Stroke[][] {
  return parts
    .map((part, i) => (i === first ? [...part, ...parts[second]] : part))
    .filter((_, i) => i !== second);
}

function applyEdit(parts: Stroke[][], edit: Edit): Stroke[][] {
  if (edit.kind === 'join') {
    const first = parts.findIndex((part) => part.includes(edit.first));
    const second = parts.findIndex((part) => part.includes(edit.second));
    return first < 0 || second < 0 || first === second ? parts : joinParts(parts, first, second);
  }
  return parts.flatMap((part) => {
    const separated = part.filter((stroke) => edit.separated.has(stroke));
    const remaining = part.filter((stroke) => !edit.separated.has(stroke));
    return [separated, remaining].filter(({ length }) => length > 0);
  });
}

/** Splits a group at the widest gap between the centers of its strokes. Null for one stroke. */
export function splitEdit({ strokes }: Group): Edit | null {
  if (strokes.length < 2) return null;
  const centers = strokes
    .map((stroke) => ({ stroke, box: boundingBox([stroke]) }))
    .map(({ stroke, box }) => ({ stroke, center: (box.left + box.right) / 2 }))
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
  return { kind: 'join', first: first.strokes[0], second: second.strokes[0] };
}
