// Rows of convolutions and transposed convolutions.

import { Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d } from '../../../nn/index.js';
import type { OnnxAttribute } from '../../formats/onnx.js';
import type { LayerInGraph } from '../layerInGraph.js';
import { row, type TableEntry } from '../layerRow.js';
import { call, sizes } from '../python.js';

type Sizes = number | readonly number[];

/** A size per axis. */
const list = (value: Sizes, axes: number): readonly number[] =>
  typeof value === 'number' ? Array.from({ length: axes }, () => value) : value;

/**
 * Padding at the beginning of each axis, then at the end. `same` has one more element at the end if
 * their number is odd.
 */
function pads(kernel: readonly number[], padding: Sizes | 'same', dilation: Sizes): number[] {
  if (padding !== 'same') {
    const each = list(padding, kernel.length);
    return [...each, ...each];
  }
  const dilations = list(dilation, kernel.length);
  const totals = kernel.map((size, axis) => dilations[axis] * (size - 1));
  return [
    ...totals.map((total) => Math.floor(total / 2)),
    ...totals.map((total) => Math.ceil(total / 2)),
  ];
}

/** What the four layers have in common. */
interface Convolution {
  readonly weight: { readonly shape: readonly number[] };
  readonly bias: unknown;
  readonly options: {
    readonly stride: Sizes;
    readonly padding: Sizes | 'same';
    readonly dilation: Sizes;
    readonly groups: number;
    readonly outputPadding?: Sizes;
  };
}

function pytorch(name: string, channelsOf: (layer: Convolution) => readonly number[]) {
  return (layer: Convolution): string => {
    const { weight, bias, options } = layer;
    const { stride, padding, outputPadding = 0, dilation, groups } = options;
    return call(name, [...channelsOf(layer), sizes(weight.shape.slice(2))], {
      stride: [sizes(stride), 1],
      padding: [padding === 'same' ? 'same' : sizes(padding), 0],
      output_padding: [sizes(outputPadding), 0],
      groups: [groups, 1],
      bias: [bias !== null, true],
      dilation: [sizes(dilation), 1],
    });
  };
}

function onnx(op: 'Conv' | 'ConvTranspose') {
  return ({ weight, bias, options }: Convolution, at: LayerInGraph): string => {
    const { stride, padding, dilation, groups, outputPadding } = options;
    const kernel = weight.shape.slice(2);
    const attributes: Record<string, OnnxAttribute> = {
      kernel_shape: kernel,
      strides: list(stride, kernel.length),
      pads: pads(kernel, padding, dilation),
      dilations: list(dilation, kernel.length),
      group: groups,
    };
    if (outputPadding !== undefined) attributes.output_padding = list(outputPadding, kernel.length);
    const arrays = bias === null ? ['weight'] : ['weight', 'bias'];
    return at.node(op, [at.x, ...arrays.map((name) => at.array(name))], attributes);
  };
}

/** Numbers of input and output channels; the weight is [out, in / groups, ...]. */
const channels = ({ weight: { shape }, options }: Convolution): number[] => [
  shape[1] * options.groups,
  shape[0],
];
/** The same of a transposed convolution; the weight is [in, out / groups, ...]. */
const transposedChannels = ({ weight: { shape }, options }: Convolution): number[] => [
  shape[0],
  shape[1] * options.groups,
];

export const CONVOLUTIONS: readonly TableEntry[] = [
  row(Conv1d, { pytorch: pytorch('nn.Conv1d', channels), onnx: onnx('Conv') }),
  row(Conv2d, { pytorch: pytorch('nn.Conv2d', channels), onnx: onnx('Conv') }),
  row(ConvTranspose1d, {
    pytorch: pytorch('nn.ConvTranspose1d', transposedChannels),
    onnx: onnx('ConvTranspose'),
  }),
  row(ConvTranspose2d, {
    pytorch: pytorch('nn.ConvTranspose2d', transposedChannels),
    onnx: onnx('ConvTranspose'),
  }),
];
