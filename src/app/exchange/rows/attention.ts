// Rows of attention and of the transformer block.

import { gelu, relu } from '../../../engine/index.js';
import { MultiheadAttention, TransformerEncoderLayer } from '../../../nn/index.js';
import type { LayerInGraph } from '../layerInGraph.js';
import { row, type TableEntry } from '../layerRow.js';
import { call } from '../python.js';
import { geluNodes } from './activation.js';
import { linearNodes, sizeNode } from './basic.js';
import { layerNormNodes } from './normalization.js';

/** -Infinity where the key is later than the query, else 0: [length, length]. */
function causalMaskNodes(at: LayerInGraph, x: string, lengthAxis: number): string {
  const length = sizeNode(at, x, lengthAxis);
  const square = at.node('Concat', [length, length], { axis: 0 });
  const filled = at.node('Expand', [at.scalar(-Infinity), square]);
  return at.node('Trilu', [filled, at.integer(1)], { upper: 1 });
}

/** Attention of a sequence to itself, with the arrays of the given prefix: `self_attn.`. */
function attentionNodes(
  layer: MultiheadAttention,
  at: LayerInGraph,
  { x = at.x, prefix = '', causal = false } = {},
): string {
  const { numHeads, batchFirst, in_proj_bias: bias, out_proj: output } = layer;
  const embedDim = layer.in_proj_weight.shape[1];
  const size = embedDim / numHeads;
  const array = (name: string, has: unknown): string | null =>
    has === null ? null : `${prefix}${name}`;
  const arrays = { weight: `${prefix}in_proj_weight`, bias: array('in_proj_bias', bias) };
  const projected = at.nodeWithOutputs(3, 'Split', [linearNodes(at, x, arrays)], { axis: 2 });
  // [batch, heads, length, size]; keys [batch, heads, size, length]
  const [batch, length] = batchFirst ? [0, 1] : [1, 0];
  const [queries, keys, values] = projected.map((part, index) => {
    const heads = at.node('Reshape', [part, at.integers([0, 0, numHeads, size])]);
    const perm = index === 1 ? [batch, 2, 3, length] : [batch, 2, length, 3];
    return at.node('Transpose', [heads], { perm });
  });
  const products = at.node('MatMul', [queries, keys]);
  const scores = at.node('Mul', [products, at.scalar(1 / Math.sqrt(size))]);
  const masked = causal ? at.node('Add', [scores, causalMaskNodes(at, x, length)]) : scores;
  const weights = at.node('Softmax', [masked], { axis: 3 });
  const perm = batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3];
  const heads = at.node('Transpose', [at.node('MatMul', [weights, values])], { perm });
  const joined = at.node('Reshape', [heads, at.integers([0, 0, embedDim])]);
  const outputArrays = {
    weight: `${prefix}out_proj.weight`,
    bias: array('out_proj.bias', output.bias),
  };
  return linearNodes(at, joined, outputArrays);
}

/** Name of an activation in PyTorch; null for a function of the user's. */
function activationName({ activation }: TransformerEncoderLayer): 'relu' | 'gelu' | null {
  if (activation === relu) return 'relu';
  return activation === gelu ? 'gelu' : null;
}

function encoderLayerNodes(layer: TransformerEncoderLayer, at: LayerInGraph): string {
  const { self_attn: attention, norm1, norm2, normFirst, causal } = layer;
  const attend = (x: string): string =>
    attentionNodes(attention, at, { x, prefix: 'self_attn.', causal });
  const feedForward = (x: string): string => {
    const hidden = linearNodes(at, x, { weight: 'linear1.weight', bias: 'linear1.bias' });
    const active =
      activationName(layer) === 'relu' ? at.node('Relu', [hidden]) : geluNodes(at, hidden);
    return linearNodes(at, active, { weight: 'linear2.weight', bias: 'linear2.bias' });
  };
  const normalize1 = (x: string): string => layerNormNodes(norm1, at, x, 'norm1.');
  const normalize2 = (x: string): string => layerNormNodes(norm2, at, x, 'norm2.');
  const add = (a: string, b: string): string => at.node('Add', [a, b]);
  if (normFirst) {
    const y = add(at.x, attend(normalize1(at.x)));
    return add(y, feedForward(normalize2(y)));
  }
  const y = normalize1(add(at.x, attend(at.x)));
  return normalize2(add(y, feedForward(y)));
}

export const ATTENTION: readonly TableEntry[] = [
  row(MultiheadAttention, {
    pytorch: ({ in_proj_weight: { shape }, numHeads, dropout, in_proj_bias: bias, batchFirst }) =>
      call('SelfAttention', [shape[1], numHeads], {
        dropout: [dropout.probability, 0],
        bias: [bias !== null, true],
        batch_first: [batchFirst, false],
      }),
    onnx: (layer, at) => attentionNodes(layer, at),
  }),
  row(TransformerEncoderLayer, {
    problem: (layer) =>
      activationName(layer) === null
        ? 'its activation is a function of your own; use "relu" or "gelu"'
        : null,
    pytorch: (layer) => {
      const { self_attn: attention, linear1, dropout, norm1, normFirst, causal } = layer;
      const [dimFeedforward, dModel] = linear1.weight.shape;
      const name = causal ? 'CausalTransformerEncoderLayer' : 'nn.TransformerEncoderLayer';
      return call(name, [dModel, attention.numHeads], {
        dim_feedforward: [dimFeedforward, 2048],
        dropout: [dropout.probability, 0.1],
        activation: [activationName(layer), 'relu'],
        layer_norm_eps: [norm1.epsilon, 1e-5],
        batch_first: [attention.batchFirst, false],
        norm_first: [normFirst, false],
      });
    },
    onnx: encoderLayerNodes,
  }),
];
