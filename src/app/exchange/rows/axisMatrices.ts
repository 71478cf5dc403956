// Linear maps along the last axes of images [N, C, H, W] and sequences [N, C, L], as products with
// constant matrices.

import type { LayerInGraph } from '../layerInGraph.js';

/** Weight of each input element, for each output element. */
export type AxisMatrix = readonly (readonly number[])[];

/** The result of one matrix per axis after the channels; null leaves an axis unchanged. */
export function multiplyAxes(at: LayerInGraph, matrices: readonly (AxisMatrix | null)[]): string {
  const columns = matrices.at(-1) ?? null;
  const rows = matrices.length === 2 ? matrices[0] : null;
  let y = at.x;
  if (columns !== null) {
    const transposed = columns[0].map((_, i) => columns.map((weights) => weights[i]));
    y = at.node('MatMul', [y, constant(at, transposed)]);
  }
  return rows === null ? y : at.node('MatMul', [constant(at, rows), y]);
}

const constant = (at: LayerInGraph, matrix: AxisMatrix): string =>
  at.floats(matrix.flat(), [matrix.length, matrix[0].length]);
