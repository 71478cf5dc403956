// Removes ruled lines: the lines of ruled paper and of tables, thin, nearly straight, and from one
// edge of the image to the opposite one. Strokes that cross a line are kept.
//
// The method is that of staff line removal in sheet music: the ink is erased only in the columns
// where it is as thin as the line.

import { findComponents, largestComponent, touchesEdge } from './connectedComponents.js';

/** Maximum thickness of a line, as a fraction of the image's longer side. */
const MAX_THICKNESS = 0.06;
/** Maximum slope of a line. */
const MAX_SLOPE = 0.12;
/** Minimum fraction of the columns with ink on the line, and with ink as thin as the line. */
const [MIN_COVERED, MIN_THIN] = [0.95, 0.4];
/** Ink up to this many times as thick as the line belongs to the line alone. */
const THIN = 1.5;
/**
 * The line at the edge of the image has at least this fraction of its median thickness. The bar
 * of a T in an image cropped to it ends there in a round cap, which is thinner.
 */
const MIN_END = 0.7;

/** A vertical run of ink of at least 0.5 in a column; inclusive bounds. */
interface Run {
  readonly top: number;
  readonly bottom: number;
}

/** One run per column, null where the line has a gap. */
type Line = readonly (Run | null)[];

/**
 * Removes horizontal and vertical ruled lines. Keeps all ink if what remains is nothing, or touches
 * the edge of the image: then the lines may be strokes of a cropped character.
 */
export function removeRuledLines(ink: Float32Array, width: number, height: number): Float32Array {
  const horizontal = removeHorizontalLines(ink, width, height);
  const vertical = removeVerticalLines(horizontal ?? ink, width, height);
  if (horizontal === null && vertical === null) return ink;
  const remaining = vertical ?? horizontal!;
  const main = largestComponent(findComponents(remaining, width, height).list);
  return main === undefined || touchesEdge(main.box, width, height) ? ink : remaining;
}

/** The pixel in column x and row y of an ink map moves to column y and row x. */
function transpose(ink: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(ink.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) result[x * height + y] = ink[y * width + x];
  }
  return result;
}

/** The ink map without lines from top to bottom; null if it has none. */
function removeVerticalLines(
  ink: Float32Array,
  width: number,
  height: number,
): Float32Array | null {
  // Only an image with ink at both edges needs to be transposed.
  const hasInk = (row: number): boolean =>
    ink.subarray(row * width, (row + 1) * width).some((value) => value >= 0.5);
  if (!hasInk(0) || !hasInk(height - 1)) return null;
  const turned = removeHorizontalLines(transpose(ink, width, height), height, width);
  return turned === null ? null : transpose(turned, height, width);
}

/** The ink map without lines from left to right; null if it has none. */
function removeHorizontalLines(
  ink: Float32Array,
  width: number,
  height: number,
): Float32Array | null {
  const maxThickness = MAX_THICKNESS * Math.max(width, height);
  const [starts, ends] = [0, width - 1].map((x) =>
    runsOf(ink, width, height, x).filter((run) => thickness(run) <= maxThickness),
  );
  let result: Float32Array | null = null;
  for (const start of starts) {
    for (const end of ends) {
      if (Math.abs(middle(end) - middle(start)) > MAX_SLOPE * width) continue;
      const line = trace(ink, width, height, start, end);
      const lineThickness = median(line.flatMap((run) => (run === null ? [] : [thickness(run)])));
      if (!isRule(line, lineThickness)) continue;
      result ??= ink.slice();
      eraseLine(result, width, height, line, lineThickness);
    }
  }
  return result;
}

const thickness = ({ top, bottom }: Run): number => bottom - top + 1;
const middle = ({ top, bottom }: Run): number => (top + bottom) / 2;
const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** All runs of a column that do not touch the upper or lower edge of the image. */
function runsOf(ink: Float32Array, width: number, height: number, x: number): Run[] {
  const runs: Run[] = [];
  for (let y = 0; y < height; y++) {
    if (ink[y * width + x] < 0.5) continue;
    const run = runAt(ink, width, height, x, y);
    if (run.top > 0 && run.bottom < height - 1) runs.push(run);
    y = run.bottom;
  }
  return runs;
}

/** The run that contains pixel (x, y). */
function runAt(ink: Float32Array, width: number, height: number, x: number, y: number): Run {
  let [top, bottom] = [y, y];
  while (top > 0 && ink[(top - 1) * width + x] >= 0.5) top -= 1;
  while (bottom < height - 1 && ink[(bottom + 1) * width + x] >= 0.5) bottom += 1;
  return { top, bottom };
}

/** The runs nearest to the straight line between two runs at the left and right edge. */
function trace(ink: Float32Array, width: number, height: number, start: Run, end: Run): Line {
  const reach = Math.max(thickness(start), thickness(end)); // a photographed line is slightly bent
  return Array.from({ length: width }, (_, x) => {
    const slope = (middle(end) - middle(start)) / Math.max(1, width - 1);
    const y = Math.round(middle(start) + x * slope);
    for (let distance = 0; distance <= reach; distance++) {
      for (const near of [y - distance, y + distance]) {
        if (near < 0 || near >= height || ink[near * width + x] < 0.5) continue;
        return runAt(ink, width, height, x, near);
      }
    }
    return null;
  });
}

function isRule(line: Line, lineThickness: number): boolean {
  const covered = line.filter((run) => run !== null);
  const thin = covered.filter((run) => thickness(run) <= THIN * lineThickness);
  const [start, end] = [line[0], line[line.length - 1]];
  return (
    covered.length >= MIN_COVERED * line.length &&
    thin.length >= MIN_THIN * line.length &&
    [start, end].every((run) => run !== null && thickness(run) >= MIN_END * lineThickness)
  );
}

/** Erases the runs that are as thin as the line, with their faint edges. */
function eraseLine(
  ink: Float32Array,
  width: number,
  height: number,
  line: Line,
  lineThickness: number,
): void {
  line.forEach((run, x) => {
    if (run === null || thickness(run) > THIN * lineThickness + 1) return;
    let { top, bottom } = run;
    while (top > 0 && ink[(top - 1) * width + x] > 0) top -= 1;
    while (bottom < height - 1 && ink[(bottom + 1) * width + x] > 0) bottom += 1;
    // The faint edge of the line can be that of a stroke: erase no more than the line's own.
    top = Math.max(top, run.top - Math.ceil(lineThickness));
    bottom = Math.min(bottom, run.bottom + Math.ceil(lineThickness));
    for (let y = top; y <= bottom; y++) ink[y * width + x] = 0;
  });
}
