// Sample characters for the page, as pen paths in the notation of src/data/strokes/skeletons/skeleton.ts.

import type { Stroke } from '../../../../data/strokes/raster.js';
import { parseSkeleton, smoothPath } from '../../../../data/strokes/skeletons/skeleton.js';
import { boundingBox } from '../../../../data/strokes/boundingBox.js';

/** A sample character. */
export interface Sample {
  /** Name of its button. */
  readonly name: string;
  /** Its pen path. */
  readonly path: string;
}

/** Characters with high confidence, then one that only context can decide, and one between two classes. */
export const SAMPLES: readonly Sample[] = [
  { name: 'the letter R', path: '9,3 4,98 / 9,3 44,0 60,22 44,44 8,50! 38,60 68,99' },
  { name: 'the digit 4', path: '40,0 4,60! 72,57 / 52,34 47,104' },
  { name: 'the letter g', path: '52,13 30,0 6,13 4,40 26,51 47,36 54,5! 54,82 34,103 5,92' },
  { name: 'the digit 2', path: '4,24 16,5 38,0 54,14 50,38 26,68 2,94! 22,88 64,93' },
  { name: 'the letter e', path: '3,39 48,32! 45,9 26,0 6,14 0,40 13,62 36,67 58,53' },
  { name: 'the letter K', path: '9,0 4,98 / 62,3 8,54! 30,50 68,99' },
  { name: 'a circle, 0 or O', path: '34,0 10,16 0,48 10,82 32,94 54,78 62,44 54,12 34,0' },
  {
    name: 'something between 5 and S',
    path: '60,6 30,4 13,17 12,36! 40,46 58,66 46,90 22,97 0,87',
  },
];

/** Longer side of a sample's bounding box on the pad, in units of the pad. */
const SAMPLE_SIDE = 0.56;
/** Points per span of the curve. */
const POINTS_PER_SPAN = 8;

/** The strokes of a path, centered on a square pad, in units of the pad. */
export function strokesOf(path: string): Stroke[] {
  const paths = parseSkeleton(1, path).strokes.map((stroke) =>
    smoothPath(stroke, stroke.knots, POINTS_PER_SPAN),
  );
  const { left, top, right, bottom } = boundingBox(paths);
  const scale = SAMPLE_SIDE / Math.max(right - left, bottom - top);
  return paths.map((points) =>
    Array.from(points, (value, i) =>
      i % 2 === 0
        ? 0.5 + (value - (left + right) / 2) * scale
        : 0.5 + (value - (top + bottom) / 2) * scale,
    ),
  );
}
