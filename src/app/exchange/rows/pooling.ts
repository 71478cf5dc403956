// Rows of pooling layers.

import {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  GlobalAvgPool2d,
  MaxPool1d,
  MaxPool2d,
} from '../../../nn/index.js';
import type { LayerInGraph } from '../layerInGraph.js';
import { row, type LayerRow, type TableEntry } from '../layerRow.js';
import { call, literal, sizes, type PythonValue } from '../python.js';
import { multiplyAxes, type AxisMatrix } from './axisMatrices.js';

type MaxPool = MaxPool1d | MaxPool2d;
type AvgPool = AvgPool1d | AvgPool2d;

const list = (value: number | readonly number[]): readonly number[] =>
  typeof value === 'number' ? [value] : value;

function windowKeywords({ window, stride, padding, ceilMode }: MaxPool['options']) {
  return {
    stride: [sizes(stride), sizes(window)],
    padding: [sizes(padding), 0],
    ceil_mode: [ceilMode, false],
  } satisfies Record<string, readonly [PythonValue, PythonValue]>;
}

/**
 * Attributes of the operators. `ceilMode` becomes padding at the end: runtimes differ in how they
 * treat the attribute ceil_mode.
 *
 * @param padding elements added at both ends of each axis by the operator
 * @param padded elements that a node before has added at both ends
 */
function windowAttributes(
  { window, stride, ceilMode }: MaxPool['options'],
  at: LayerInGraph,
  padding: readonly number[],
  padded: readonly number[] = padding.map(() => 0),
) {
  const [kernel, strides] = [list(window), list(stride)];
  const end = padding.map((size, axis) => {
    const available = at.inputShape[2 + axis] + 2 * (size + padded[axis]);
    const needed = (at.outputShape[2 + axis] - 1) * strides[axis] + kernel[axis];
    return size + (ceilMode ? Math.max(0, needed - available) : 0);
  });
  return { kernel_shape: kernel, strides, pads: [...padding, ...end] };
}

function maxPoolRow(name: string): LayerRow<MaxPool> {
  return {
    pytorch: ({ options }) => call(name, [sizes(options.window)], windowKeywords(options)),
    onnx: ({ options }, at) =>
      at.node('MaxPool', [at.x], windowAttributes(options, at, list(options.padding))),
  };
}

function avgPoolNodes({ options }: AvgPool, at: LayerInGraph): string {
  const { ceilMode, countPadding } = options;
  const padding = list(options.padding);
  const hasPadding = padding.some((size) => size > 0);
  if (!(ceilMode && countPadding && hasPadding)) {
    const attributes = windowAttributes(options, at, padding);
    const counts = countPadding && hasPadding ? 1 : 0;
    return at.node('AveragePool', [at.x], { ...attributes, count_include_pad: counts });
  }
  // The mean counts the zeros of the padding, but not what lies beyond it.
  const padded = at.node('Pad', [at.x, at.integers([0, 0, ...padding, 0, 0, ...padding])]);
  const none = padding.map(() => 0);
  return at.node('AveragePool', [padded], windowAttributes(options, at, none, padding));
}

function avgPoolRow(name: string): LayerRow<AvgPool> {
  return {
    pytorch: ({ options }) =>
      call(name, [sizes(options.window)], {
        ...windowKeywords(options),
        count_include_pad: [options.countPadding, true],
      }),
    onnx: avgPoolNodes,
  };
}

/** First element and end of each of `count` windows that divide `size` elements. */
function evenWindows(size: number, count: number): (readonly [start: number, end: number])[] {
  return Array.from({ length: count }, (_, i) => [
    Math.floor((i * size) / count),
    Math.ceil(((i + 1) * size) / count),
  ]);
}

/** Attributes of ordinary pooling with the same windows; null if no such pooling exists. */
function ordinaryWindows({ inputShape, outputShape }: LayerInGraph) {
  const [input, output] = [inputShape.slice(2), outputShape.slice(2)];
  if (input.some((size, axis) => size % output[axis] !== 0)) return null;
  const kernel = input.map((size, axis) => size / output[axis]);
  return { kernel_shape: kernel, strides: kernel };
}

function adaptiveAvgNodes(at: LayerInGraph): string {
  const ordinary = ordinaryWindows(at);
  if (ordinary !== null) return at.node('AveragePool', [at.x], ordinary);
  const matrices = at.inputShape.slice(2).map((size, axis): AxisMatrix | null => {
    const outputs = at.outputShape[2 + axis];
    if (outputs === size) return null;
    return evenWindows(size, outputs).map(([start, end]) =>
      Array.from({ length: size }, (_, i) => (i >= start && i < end ? 1 / (end - start) : 0)),
    );
  });
  return multiplyAxes(at, matrices);
}

function adaptiveMaxNodes(at: LayerInGraph): string {
  const ordinary = ordinaryWindows(at);
  if (ordinary !== null) return at.node('MaxPool', [at.x], ordinary);
  // The maximum of each window of rows, then of each window of columns.
  let y = at.x;
  for (const [index, size] of at.inputShape.slice(2).entries()) {
    const axis = index + 2;
    if (at.outputShape[axis] === size) continue;
    const parts = evenWindows(size, at.outputShape[axis]).map(([start, end]) => {
      const bounds = [[start], [end], [axis]].map((one) => at.integers(one));
      return at.node('ReduceMax', [at.node('Slice', [y, ...bounds])], {
        axes: [axis],
        keepdims: 1,
      });
    });
    y = at.node('Concat', parts, { axis });
  }
  return y;
}

/** The output size of an adaptive layer in Python: `3` or `(3, None)`. */
const adaptive =
  (name: string) =>
  ({ outputSize }: { readonly outputSize: PythonValue }): string =>
    `${name}(${literal(outputSize)})`;

export const POOLS: readonly TableEntry[] = [
  row(MaxPool1d, maxPoolRow('nn.MaxPool1d')),
  row(MaxPool2d, maxPoolRow('nn.MaxPool2d')),
  row(AvgPool1d, avgPoolRow('nn.AvgPool1d')),
  row(AvgPool2d, avgPoolRow('nn.AvgPool2d')),
  row(GlobalAvgPool2d, {
    pytorch: () => call('nn.AdaptiveAvgPool2d', [1]),
    onnx: (_, at) => at.node('GlobalAveragePool', [at.x]),
  }),
  row(AdaptiveAvgPool1d, {
    pytorch: adaptive('nn.AdaptiveAvgPool1d'),
    onnx: (_, at) => adaptiveAvgNodes(at),
  }),
  row(AdaptiveAvgPool2d, {
    pytorch: adaptive('nn.AdaptiveAvgPool2d'),
    onnx: (_, at) => adaptiveAvgNodes(at),
  }),
  row(AdaptiveMaxPool1d, {
    pytorch: adaptive('nn.AdaptiveMaxPool1d'),
    onnx: (_, at) => adaptiveMaxNodes(at),
  }),
  row(AdaptiveMaxPool2d, {
    pytorch: adaptive('nn.AdaptiveMaxPool2d'),
    onnx: (_, at) => adaptiveMaxNodes(at),
  }),
];
