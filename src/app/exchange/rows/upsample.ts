// Row of the upsampling layer.

import { interpolationTable } from '../../../engine/ops/internal/interpolationTable.js';
import { Upsample } from '../../../nn/index.js';
import type { LayerInGraph } from '../layerInGraph.js';
import { row, type TableEntry } from '../layerRow.js';
import { call, sizes } from '../python.js';
import { multiplyAxes, type AxisMatrix } from './axisMatrices.js';

/** The options with one scale factor per axis after the channels; null if the size is given. */
function resolve({ options }: Upsample, { inputShape, outputShape }: LayerInGraph) {
  const { scaleFactor = null, mode = 'nearest', alignCorners = false } = options;
  const axes = inputShape.slice(2).map((size, axis) => ({
    size,
    outSize: outputShape[2 + axis],
    scaleFactor: typeof scaleFactor === 'number' ? scaleFactor : (scaleFactor?.[axis] ?? null),
    mode: mode === 'nearest' ? ('nearest' as const) : ('linear' as const),
    alignCorners,
  }));
  return { axes, isNearest: mode === 'nearest', alignCorners };
}

function nodes(layer: Upsample, at: LayerInGraph): string {
  const { axes, isNearest, alignCorners } = resolve(layer, at);
  const factors = axes.map(({ size, outSize, scaleFactor }) => scaleFactor ?? outSize / size);
  if (factors.every(Number.isInteger)) {
    const [linearMode, nearestMode] = [alignCorners ? 'align_corners' : 'half_pixel', 'asymmetric'];
    return at.node('Resize', [at.x, '', at.floats([1, 1, ...factors], [2 + factors.length])], {
      mode: isNearest ? 'nearest' : 'linear',
      coordinate_transformation_mode: isNearest ? nearestMode : linearMode,
      nearest_mode: 'floor',
    });
  }
  // For other factors, Resize of some runtimes rounds positions differently: use the engine's.
  const tables = axes.map((axis) => interpolationTable(axis));
  if (isNearest) {
    return tables.reduce((x, table, axis) => {
      const indices = Array.from(table).filter((_, i) => i % 2 === 0);
      return at.node('Gather', [x, at.integers(indices)], { axis: 2 + axis });
    }, at.x);
  }
  const matrices = axes.map(({ size, outSize }, axis): AxisMatrix | null =>
    size === outSize ? null : interpolationMatrix(tables[axis], size),
  );
  return multiplyAxes(at, matrices);
}

/** Weights of the two neighbors of each output position. */
function interpolationMatrix(table: Float64Array, size: number): AxisMatrix {
  return Array.from({ length: table.length / 2 }, (_, i) => {
    const [lower, fraction] = table.slice(2 * i);
    const weights = new Array<number>(size).fill(0);
    weights[lower] += 1 - fraction;
    weights[Math.min(lower + 1, size - 1)] += fraction;
    return weights;
  });
}

export const UPSAMPLING: readonly TableEntry[] = [
  row(Upsample, {
    pytorch: ({ options }) => {
      const { size = null, scaleFactor = null, mode = 'nearest', alignCorners = false } = options;
      return call('nn.Upsample', [], {
        size: [size === null ? null : sizes(size), null],
        scale_factor: [scaleFactor === null ? null : sizes(scaleFactor), null],
        mode: [mode, 'nearest'],
        align_corners: [alignCorners ? true : null, null],
      });
    },
    onnx: nodes,
  }),
];
