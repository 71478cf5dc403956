// Placement of the tour's card: the corner of the window where it hides least of the highlighted element.

/** The corners, in order of preference. */
export const CORNERS = ['bottom-right', 'bottom-left', 'top-right', 'top-left'] as const;
export type Corner = (typeof CORNERS)[number];

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The corner with the smallest overlap of card and target; the first one if several have none. */
export function bestCorner(
  target: Box,
  card: Pick<Box, 'width' | 'height'>,
  window: Pick<Box, 'width' | 'height'>,
): Corner {
  const overlapAt = (corner: Corner): number => {
    const left = corner.endsWith('left') ? 0 : window.width - card.width;
    const top = corner.startsWith('top') ? 0 : window.height - card.height;
    const width =
      Math.min(left + card.width, target.left + target.width) - Math.max(left, target.left);
    const height =
      Math.min(top + card.height, target.top + target.height) - Math.max(top, target.top);
    return Math.max(0, width) * Math.max(0, height);
  };
  return CORNERS.reduce((best, corner) => (overlapAt(corner) < overlapAt(best) ? corner : best));
}
