// Removes ink that enters the image from outside: parts of an adjacent character or of a line, cut
// off by the edge of the image.

import { largestComponent, touchesEdge, type Component } from './connectedComponents.js';
import type { Box } from '../strokes/raster.js';

/** A dot is at most this fraction of the main component, in its longer side. */
const MAX_DOT = 0.5;

/**
 * The components without those that touch the edge of the image, if the one with most ink does not
 * touch it. If that one does, the image is cropped to the character, and all are kept. The dot of an
 * i or j is kept.
 */
export function withoutEdgeInk(
  list: readonly Component[],
  width: number,
  height: number,
): readonly Component[] {
  const main = largestComponent(list);
  if (main === undefined || touchesEdge(main.box, width, height)) return list;
  return list.filter(({ box }) => !touchesEdge(box, width, height) || isDot(box, main.box, width));
}

const longerSide = ({ left, top, right, bottom }: Box): number =>
  Math.max(right - left, bottom - top) + 1;

/** Whether a component could be the dot of an i: small, and above the main component. */
function isDot(box: Box, main: Box, width: number): boolean {
  const isSmall = longerSide(box) <= MAX_DOT * longerSide(main);
  const isAbove = box.bottom < main.top;
  const isCut = box.left === 0 || box.right === width - 1;
  const center = (box.left + box.right) / 2;
  const reach = (main.bottom - main.top) / 4;
  return (
    isSmall && isAbove && !isCut && center >= main.left - reach && center <= main.right + reach
  );
}
