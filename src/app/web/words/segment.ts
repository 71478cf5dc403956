// Which strokes of a line belong to one character, and where a space is. Decided by where the strokes are, never by what they
// look like, so that a visitor can tell why. No DOM; imports types.

import type { Stroke } from '../../../data/strokes/raster.js';

/** In units of the pad. */
export interface StrokeBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Strokes of one character. */
export interface Group {
  readonly strokes: readonly Stroke[];
  readonly box: StrokeBox;
  /** Whether a space lies before it. */
  readonly spaceBefore: boolean;
}

/** What the visitor decided otherwise, by the strokes themselves: it holds as long as they are on the pad. */
export type Edit =
  | { readonly kind: 'join'; readonly one: Stroke; readonly other: Stroke }
  /** These of a group's strokes are a character of their own. */
  | { readonly kind: 'split'; readonly off: ReadonlySet<Stroke> };

/** Strokes of one character overlap by at least this part of the narrower one's width; crossbars and dots always do. */
const LEAST_OVERLAP = 0.35;
/**
 * Strokes narrower than this part of the line's height, dots and upright lines, have no width to compare: they belong to what their
 * middle is over, or beside with no more than that much between.
 */
const [THIN, BESIDE] = [0.15, 0.06];
/** Strokes lower than this part of the highest are dots and bars, and say nothing of the letters' height. */
const DOT = 0.25;
/** A gap wider than this part of the line's height is a space, if it is also wider than this many usual gaps. */
const [SPACE, USUAL_GAPS] = [0.55, 2];

/** The box around strokes. */
export function boxOf(strokes: readonly Stroke[]): StrokeBox {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      [left, right] = [Math.min(left, stroke[i]), Math.max(right, stroke[i])];
      [top, bottom] = [Math.min(top, stroke[i + 1]), Math.max(bottom, stroke[i + 1])];
    }
  }
  return { left, top, right, bottom };
}

/** The height of the line's letters: the middle one of the strokes' heights that are no dots or bars. */
export function lineHeight(strokes: readonly Stroke[]): number {
  const boxes = strokes.map((stroke) => boxOf([stroke]));
  const heights = boxes.map(({ top, bottom }) => bottom - top);
  const tallest = Math.max(...heights, 0);
  const letters = heights.filter((height) => height >= DOT * tallest).sort((a, b) => a - b);
  const middle = letters[Math.floor(letters.length / 2)] ?? 0;
  if (middle > 0) return middle;
  return Math.max(...boxes.map(({ left, right }) => right - left), 0.05); // a line of dashes or dots
}

/** Groups the strokes of a line into characters, from left to right. */
export function segment(strokes: readonly Stroke[], edits: readonly Edit[] = []): Group[] {
  const height = lineHeight(strokes);
  let parts = strokes.map((stroke) => [stroke]);
  for (let pair = closest(parts, height); pair !== null; pair = closest(parts, height)) {
    parts = joined(parts, ...pair);
  }
  for (const edit of edits) parts = edited(parts, edit);
  const placed = parts
    .map((part) => ({ strokes: part, box: boxOf(part) }))
    .sort((a, b) => a.box.left + a.box.right - b.box.left - b.box.right);
  const gaps = placed.slice(1).map(({ box }, i) => box.left - placed[i].box.right);
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  return placed.map((part, i) => {
    const gap = i > 0 ? gaps[i - 1] : 0;
    const alone = gaps.length < 3; // too few to know what is usual
    return { ...part, spaceBefore: gap > SPACE * height && (alone || gap > USUAL_GAPS * usual) };
  });
}

type Part = readonly Stroke[];

/** The numbers of the first two parts that belong together, or null. */
function closest(parts: readonly Part[], height: number): [number, number] | null {
  const boxes = parts.map(boxOf);
  for (let a = 0; a < parts.length; a++) {
    for (let b = a + 1; b < parts.length; b++) {
      if (belong(boxes[a], boxes[b], height)) return [a, b];
    }
  }
  return null;
}

function belong(a: StrokeBox, b: StrokeBox, height: number): boolean {
  const overlap = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const narrower = Math.min(a.right - a.left, b.right - b.left);
  if (narrower < THIN * height) {
    const [thin, wide] = a.right - a.left < b.right - b.left ? [a, b] : [b, a];
    const middle = (thin.left + thin.right) / 2;
    return middle >= wide.left - BESIDE * height && middle <= wide.right + BESIDE * height;
  }
  return overlap >= LEAST_OVERLAP * narrower;
}

function joined(parts: readonly Stroke[][], one: number, other: number): Stroke[][] {
  return parts
    .map((part, i) => (i === one ? [...part, ...parts[other]] : part))
    .filter((_, i) => i !== other);
}

function edited(parts: Stroke[][], edit: Edit): Stroke[][] {
  if (edit.kind === 'join') {
    const one = parts.findIndex((part) => part.includes(edit.one));
    const other = parts.findIndex((part) => part.includes(edit.other));
    return one < 0 || other < 0 || one === other ? parts : joined(parts, one, other);
  }
  return parts.flatMap((part) => {
    const off = part.filter((stroke) => edit.off.has(stroke));
    const rest = part.filter((stroke) => !edit.off.has(stroke));
    return [off, rest].filter(({ length }) => length > 0);
  });
}

/** How a group of several strokes comes apart: at the widest step between the middles of its strokes. Null for one stroke. */
export function splitOf({ strokes }: Group): Edit | null {
  if (strokes.length < 2) return null;
  const middles = strokes
    .map((stroke) => ({ stroke, box: boxOf([stroke]) }))
    .map(({ stroke, box }) => ({ stroke, at: (box.left + box.right) / 2 }))
    .sort((a, b) => a.at - b.at);
  let [widest, cut] = [-1, 1];
  for (let i = 1; i < middles.length; i++) {
    const step = middles[i].at - middles[i - 1].at;
    if (step > widest) [widest, cut] = [step, i];
  }
  return { kind: 'split', off: new Set(middles.slice(0, cut).map(({ stroke }) => stroke)) };
}

/** Joins two groups. */
export function joinOf(one: Group, other: Group): Edit {
  return { kind: 'join', one: one.strokes[0], other: other.strokes[0] };
}
