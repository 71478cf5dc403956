// Rows of normalization layers.

import { BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, RMSNorm } from '../../../nn/index.js';
import type { LayerInGraph } from '../layerInGraph.js';
import { row, type LayerRow, type TableEntry } from '../layerRow.js';
import { call, sizes } from '../python.js';

type BatchNorm = BatchNorm1d | BatchNorm2d;

/** (x - mean) / sqrt(variance + epsilon) with the mean and variance over some axes. */
function normalize(at: LayerInGraph, axes: readonly number[], epsilon: number): string {
  const mean = at.node('ReduceMean', [at.x], { axes, keepdims: 1 });
  const centered = at.node('Sub', [at.x, mean]);
  return divideByRoot(at, centered, axes, epsilon);
}

/** x / sqrt(mean(x^2) + epsilon) with the mean over some axes. */
function divideByRoot(
  at: LayerInGraph,
  x: string,
  axes: readonly number[],
  epsilon: number,
): string {
  const meanSquare = at.node('ReduceMean', [at.node('Mul', [x, x])], { axes, keepdims: 1 });
  const root = at.node('Sqrt', [at.node('Add', [meanSquare, at.scalar(epsilon)])]);
  return at.node('Div', [x, root]);
}

/** x * weight + bias, per channel; x without parameters. */
function scaleAndShift(at: LayerInGraph, x: string, weight: unknown): string {
  if (weight === null) return x;
  const scaled = at.node('Mul', [x, at.perChannel('weight')]);
  return at.node('Add', [scaled, at.perChannel('bias')]);
}

function batchNormNodes(layer: BatchNorm, at: LayerInGraph): string {
  const { epsilon, numFeatures, weight } = layer;
  if (layer.running_mean === null) {
    const axes = at.inputShape.map((_, axis) => axis).filter((axis) => axis !== 1);
    return scaleAndShift(at, normalize(at, axes, epsilon), weight);
  }
  const filled = (value: number): string =>
    at.floats(new Float32Array(numFeatures).fill(value), [numFeatures]);
  const parameters =
    weight === null ? [filled(1), filled(0)] : [at.array('weight'), at.array('bias')];
  const inputs = [at.x, ...parameters, at.array('running_mean'), at.array('running_var')];
  return at.node('BatchNormalization', inputs, { epsilon: { float: epsilon } });
}

function batchNormRow(name: string): LayerRow<BatchNorm> {
  return {
    pytorch: ({ numFeatures, epsilon, momentum, weight, running_mean: mean }) =>
      call(name, [numFeatures], {
        eps: [epsilon, 1e-5],
        momentum: [momentum, 0.1],
        affine: [weight !== null, true],
        track_running_stats: [mean !== null, true],
      }),
    onnx: batchNormNodes,
  };
}

/** Layer normalization with the parameters of the given prefix: `norm1.`. */
export function layerNormNodes(
  { weight, epsilon }: LayerNorm,
  at: LayerInGraph,
  x = at.x,
  prefix = '',
): string {
  const inputs = [x, at.array(`${prefix}weight`), at.array(`${prefix}bias`)];
  const attributes = { axis: -weight.shape.length, epsilon: { float: epsilon } };
  return at.node('LayerNormalization', inputs, attributes);
}

/** The last axes, counted from the end. */
const lastAxes = (count: number): number[] => Array.from({ length: count }, (_, i) => i - count);

export const NORMALIZATIONS: readonly TableEntry[] = [
  row(BatchNorm1d, batchNormRow('nn.BatchNorm1d')),
  row(BatchNorm2d, batchNormRow('nn.BatchNorm2d')),
  row(GroupNorm, {
    pytorch: ({ numGroups, numChannels, epsilon, weight }) =>
      call('nn.GroupNorm', [numGroups, numChannels], {
        eps: [epsilon, 1e-5],
        affine: [weight !== null, true],
      }),
    // Each group as one channel: instance normalization with scale 1 and shift 0.
    onnx: ({ numGroups, epsilon, weight }, at) => {
      const groups = at.node('Reshape', [at.x, at.integers([0, numGroups, -1])]);
      const scale = at.floats(new Float32Array(numGroups).fill(1), [numGroups]);
      const shift = at.floats(new Float32Array(numGroups), [numGroups]);
      const attributes = { epsilon: { float: epsilon } };
      const normalized = at.node('InstanceNormalization', [groups, scale, shift], attributes);
      const shape = at.integers([-1, ...at.inputShape.slice(1)]);
      return scaleAndShift(at, at.node('Reshape', [normalized, shape]), weight);
    },
  }),
  row(LayerNorm, {
    pytorch: ({ weight, epsilon }) =>
      call('nn.LayerNorm', [weight.shape.length === 1 ? sizes(weight.shape) : weight.shape], {
        eps: [epsilon, 1e-5],
      }),
    onnx: (layer, at) => layerNormNodes(layer, at),
  }),
  row(RMSNorm, {
    pytorch: ({ weight, epsilon }) => call('RMSNorm', [weight.shape, epsilon]),
    onnx: ({ weight, epsilon }, at) => {
      const normalized = divideByRoot(at, at.x, lastAxes(weight.shape.length), epsilon);
      return at.node('Mul', [normalized, at.array('weight')]);
    },
  }),
];
