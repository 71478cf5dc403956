// Scatter plot, colored by group, with the group's name where its points are densest. Axes have no
// numbers: projections such as PCA and UMAP have distances but no units.

import { ArgumentError } from '../../engine/errors.js';
import { Drawing } from './drawing.js';
import { GRID, groupColor, INK, mix, PALETTE, MUTED, type Color } from './color.js';
import { textHeight, textWidth } from './font.js';
import { drawTitle, PADDING } from './frame.js';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Index into `names`. */
  readonly group: number;
}

export interface ScatterOptions {
  readonly title: string;
  readonly points: readonly ScatterPoint[];
  /** The name of each group; short, because the names are drawn among the points. */
  readonly names: readonly string[];
  /** Axis labels, e.g. `first component, 9 % of the variance`. Default none. */
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** In pixels; default 900 x 760. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Draws every point, and the names of the groups where their points are densest.
 *
 * @throws ArgumentError for a point whose group has no name
 */
export function scatter(options: ScatterOptions): Drawing {
  const { title, points, names, xLabel = '', yLabel = '', width = 900, height = 760 } = options;
  const invalid = points.find(({ group }) => !(group in names));
  if (invalid !== undefined) {
    throw new ArgumentError(
      `scatter "${title}": group ${invalid.group} has no name (${names.length} names)`,
    );
  }
  const drawing = new Drawing(width, height);
  const top = drawTitle(drawing, title);
  const left = PADDING + (yLabel === '' ? 0 : 20);
  const [right, bottom] = [width - PADDING, height - PADDING - (xLabel === '' ? 0 : 20)];
  drawing.strokeRect(left, top, right - left, bottom - top, GRID);
  if (xLabel !== '')
    drawing.text((left + right) / 2, bottom + 12, xLabel, { align: 'center', color: MUTED });
  if (yLabel !== '')
    drawing.text(PADDING, (top + bottom) / 2, yLabel, {
      align: 'center',
      vertical: true,
      color: MUTED,
    });

  const shown = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (shown.length === 0) {
    drawing.text((left + right) / 2, (top + bottom) / 2, 'nothing to show', {
      align: 'center',
      color: MUTED,
    });
    return drawing;
  }
  const toX = linearScale(
    shown.map(({ x }) => x),
    left + 14,
    right - 14,
  );
  const toY = linearScale(
    shown.map(({ y }) => -y),
    top + 14,
    bottom - 14,
  );
  const colors = names.map((_, group): Color =>
    names.length <= PALETTE.length ? PALETTE[group] : groupColor(group),
  );
  const radius = shown.length > 4000 ? 1.4 : shown.length > 1000 ? 2 : 3;
  for (const { x, y, group } of shown) {
    drawing.disc(toX(x), toY(-y), radius, colors[group], 0.75);
  }
  const placedLabels: Label[] = [];
  for (const [group, name] of names.entries()) {
    const groupPoints = shown
      .filter((point) => point.group === group)
      .map((point) => ({ x: toX(point.x), y: toY(-point.y) }));
    if (groupPoints.length === 0) continue;
    const label = placeLabel(name, densest(groupPoints, (right - left) / 12), placedLabels);
    placedLabels.push(label);
    const color = mix(colors[group], INK, 0.55);
    drawing.outlinedText(label.x, label.y - textHeight(2) / 2, name, {
      scale: 2,
      align: 'center',
      color,
    });
  }
  return drawing;
}

interface Position {
  readonly x: number;
  readonly y: number;
}

/** A label with its position: center, and half its width. */
interface Label extends Position {
  readonly half: number;
}

/**
 * Mean of the points in the densest neighborhood, centered on one of the points; of equal ones, the
 * first.
 */
function densest(points: readonly Position[], radius: number): Position {
  const pointsNear = (center: Position): Position[] =>
    points.filter(({ x, y }) => Math.hypot(x - center.x, y - center.y) <= radius);
  let best: readonly Position[] = [];
  // The first thousand points are enough to find the densest neighborhood.
  for (const point of points.slice(0, 1000)) {
    const close = pointsNear(point);
    if (close.length > best.length) best = close;
  }
  const mean = (values: number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return { x: mean(best.map(({ x }) => x)), y: mean(best.map(({ y }) => y)) };
}

/**
 * The position nearest to the requested one where the label overlaps no other; the requested one if
 * none is free.
 */
function placeLabel(name: string, { x, y }: Position, placedLabels: readonly Label[]): Label {
  const half = textWidth(name, 2) / 2 + 3;
  const isFree = (candidate: Position): boolean =>
    placedLabels.every(
      (other) =>
        Math.abs(other.x - candidate.x) >= half + other.half ||
        Math.abs(other.y - candidate.y) >= textHeight(2) + 5,
    );
  for (let distance = 0; distance < 60; distance += 4) {
    for (let direction = 0; direction < 8; direction++) {
      const angle = (direction * Math.PI) / 4;
      const candidate = { x: x + distance * Math.cos(angle), y: y + distance * Math.sin(angle) };
      if (isFree(candidate)) return { ...candidate, half };
    }
  }
  return { x, y, half };
}

/** Maps the range of some values linearly onto pixels. */
function linearScale(
  values: readonly number[],
  from: number,
  to: number,
): (value: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return () => (from + to) / 2;
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}
