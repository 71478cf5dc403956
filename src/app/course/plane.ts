// Points of two classes in a plane, over a field of probabilities: the decision boundary of a
// classifier.

import { Drawing } from '../report/drawing.js';
import { mix, PALETTE, WHITE, INK, type Color } from '../report/color.js';
import { drawFrame, xOf, yOf } from '../report/frame.js';
import { axisOf } from '../report/ticks.js';

export interface PlaneOptions {
  readonly title: string;
  /** x, y and class (0 or 1) of each point. */
  readonly points: readonly (readonly [x: number, y: number, label: number])[];
  /** Range of both axes, from -limit to limit. Default 1. */
  readonly limit?: number;
  /**
   * Probability of class 1 on a square grid, row by row from the lowest y, in cells of equal size
   * that cover the plane. Default none.
   */
  readonly probabilities?: ArrayLike<number>;
}

/** Colors of the two classes, blue and vermilion. */
const COLORS: readonly [Color, Color] = [PALETTE[0], PALETTE[1]];
const SIDE = 420;

/** Centers of a grid with `side` times `side` cells, in the order of `probabilities`. */
export function gridPoints(side: number, limit = 1): [x: number, y: number][] {
  const at = (i: number): number => limit * ((2 * i + 1) / side - 1);
  return Array.from({ length: side * side }, (_, i) => [at(i % side), at(Math.floor(i / side))]);
}

/** Draws the field, then the points. */
export function plane({ title, points, limit = 1, probabilities = [] }: PlaneOptions): Drawing {
  const drawing = new Drawing(SIDE, SIDE + 30);
  const axis = axisOf([-limit, limit], { count: 4, round: false });
  const box = drawFrame(drawing, { title, xLabel: 'x', yLabel: 'y', xAxis: axis, yAxis: axis });
  const side = Math.round(Math.sqrt(probabilities.length));
  const edge = (i: number): number => limit * ((2 * i) / side - 1);
  for (let row = 0; row < side; row++) {
    const [bottom, top] = [yOf(box, axis, edge(row)), yOf(box, axis, edge(row + 1))];
    const levels = Array.from({ length: side }, (_, i) => levelOf(probabilities[row * side + i]));
    for (let start = 0, end = 1; start < side; start = end++) {
      while (end < side && levels[end] === levels[start]) end++; // one box for equal neighbors
      const [left, right] = [xOf(box, axis, edge(start)), xOf(box, axis, edge(end))];
      drawing.fillRect(left, top, right - left, bottom - top, fieldColor(levels[start]));
    }
  }
  for (const [x, y, label] of points) {
    const [column, row] = [xOf(box, axis, x), yOf(box, axis, y)];
    drawing.disc(column, row, 4, WHITE);
    drawing.disc(column, row, 3, COLORS[label] ?? INK);
  }
  return drawing;
}

/** Levels of a field: from -LEVELS (class 0) to LEVELS (class 1). */
const LEVELS = 8;

function levelOf(probability: number): number {
  return Math.round(LEVELS * (2 * probability - 1));
}

/** A light color: white for level 0, tinted by the likelier class. */
function fieldColor(level: number): Color {
  return mix(WHITE, COLORS[level < 0 ? 0 : 1], (0.55 * Math.abs(level)) / LEVELS);
}
