// Rows of linear and embedding layers, and of layers without computation in evaluation mode.

import { Dropout, Embedding, Flatten, Linear, PositionalEncoding } from '../../../nn/index.js';
import type { LayerInGraph } from '../layerInGraph.js';
import { row, type TableEntry } from '../layerRow.js';
import { call } from '../python.js';

/** TensorProto.DataType of int64. */
const INT64 = 7;

/** Names of the arrays of a linear map; bias null if it has none. */
export interface LinearArrays {
  readonly weight: string;
  readonly bias: string | null;
}

/** x weightT + bias for x with any number of axes. */
export function linearNodes(at: LayerInGraph, x: string, { weight, bias }: LinearArrays): string {
  const transposed = at.node('Transpose', [at.array(weight)], { perm: [1, 0] });
  const product = at.node('MatMul', [x, transposed]);
  return bias === null ? product : at.node('Add', [product, at.array(bias)]);
}

/** The size of one axis of x, as a list of one number. */
export const sizeNode = (at: LayerInGraph, x: string, axis: number): string =>
  at.node('Shape', [x], { start: axis, end: axis + 1 });

function flattenNodes(at: LayerInGraph): string {
  const axis = at.outputShape.length - 1;
  if (axis === 1) return at.node('Flatten', [at.x], { axis });
  const kept = Array.from({ length: axis }, () => 0); // 0 keeps the size of the input
  return at.node('Reshape', [at.x, at.integers([...kept, -1])]);
}

export const BASIC_LAYERS: readonly TableEntry[] = [
  row(Linear, {
    pytorch: ({ weight: { shape }, bias }) =>
      call('nn.Linear', [shape[1], shape[0]], { bias: [bias !== null, true] }),
    onnx: ({ bias }, at) => {
      if (at.inputShape.length !== 2)
        return linearNodes(at, at.x, { weight: 'weight', bias: bias === null ? null : 'bias' });
      const arrays = bias === null ? ['weight'] : ['weight', 'bias'];
      return at.node('Gemm', [at.x, ...arrays.map((name) => at.array(name))], { transB: 1 });
    },
  }),
  row(Embedding, {
    pytorch: ({ weight, paddingIndex }) =>
      call('nn.Embedding', weight.shape, { padding_idx: [paddingIndex, null] }),
    // The input of the network is int64 if its first layer is an embedding.
    onnx: (_, at) => {
      const isInput = at.x === at.graph.input;
      const indices = isInput ? at.x : at.node('Cast', [at.x], { to: INT64 });
      return at.node('Gather', [at.array('weight'), indices], { axis: 0 });
    },
  }),
  row(PositionalEncoding, {
    pytorch: ({ encoding: { shape }, batchFirst }) =>
      call('PositionalEncoding', [shape[1], shape[0]], { batch_first: [batchFirst, false] }),
    onnx: ({ batchFirst }, at) => {
      const length = sizeNode(at, at.x, batchFirst ? 1 : 0);
      const bounds = [at.integers([0]), length, at.integers([0])];
      const rows = at.node('Slice', [at.array('encoding'), ...bounds]); // [length, size]
      const encoding = batchFirst ? rows : at.node('Unsqueeze', [rows, at.integers([1])]);
      return at.node('Add', [at.x, encoding]);
    },
  }),
  row(Flatten, {
    pytorch: ({ startAxis }) => call('nn.Flatten', [], { start_dim: [startAxis, 1] }),
    onnx: (_, at) => flattenNodes(at),
  }),
  row(Dropout, {
    pytorch: ({ probability }) => call('nn.Dropout', [probability]),
    onnx: (_, at) => at.x,
  }),
];
