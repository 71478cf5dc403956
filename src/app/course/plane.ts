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
  for (let i = 0; i < side * side; i++) {
    const [left, right] = [xOf(box, axis, edge(i % side)), xOf(box, axis, edge((i % side) + 1))];
    const row = Math.floor(i / side);
    const [bottom, top] = [yOf(box, axis, edge(row)), yOf(box, axis, edge(row + 1))];
    drawing.fillRect(left, top, right - left, bottom - top, fieldColor(probabilities[i]));
  }
  for (const [x, y, label] of points) {
    const [column, row] = [xOf(box, axis, x), yOf(box, axis, y)];
    drawing.disc(column, row, 4, WHITE);
    drawing.disc(column, row, 3, COLORS[label] ?? INK);
  }
  return drawing;
}

/** A light color: white at probability 0.5, tinted by the likelier class. */
function fieldColor(probability: number): Color {
  const color = COLORS[probability < 0.5 ? 0 : 1];
  return mix(WHITE, color, 0.55 * Math.abs(2 * probability - 1));
}
