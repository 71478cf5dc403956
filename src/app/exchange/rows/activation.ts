// Rows of activation functions.

import { ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh } from '../../../nn/index.js';
import type { LayerInGraph } from '../layerInGraph.js';
import { row, type TableEntry } from '../layerRow.js';
import { call } from '../python.js';

/** x Phi(x) with the exact normal distribution: x (1 + erf(x / sqrt(2))) / 2. */
export function geluNodes(at: LayerInGraph, x: string): string {
  const error = at.node('Erf', [at.node('Mul', [x, at.scalar(Math.SQRT1_2)])]);
  return halfTimes(at, x, error);
}

/** x (1 + y) / 2. */
function halfTimes(at: LayerInGraph, x: string, y: string): string {
  const half = at.node('Mul', [x, at.scalar(0.5)]);
  return at.node('Mul', [half, at.node('Add', [y, at.scalar(1)])]);
}

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
function tanhGeluNodes(at: LayerInGraph): string {
  const { x } = at;
  const square = at.node('Mul', [x, x]);
  const factor = at.node('Add', [at.node('Mul', [square, at.scalar(0.044715)]), at.scalar(1)]);
  const scaled = at.node('Mul', [x, at.scalar(Math.sqrt(2 / Math.PI))]);
  return halfTimes(at, x, at.node('Tanh', [at.node('Mul', [scaled, factor])]));
}

/** log(1 + e^(beta x)) / beta; x where beta x exceeds the threshold. */
function softplusNodes({ beta, threshold }: Softplus, at: LayerInGraph): string {
  const { x } = at;
  const scaled = beta === 1 ? x : at.node('Mul', [x, at.scalar(beta)]);
  const soft = at.node('Softplus', [scaled]);
  const y = beta === 1 ? soft : at.node('Div', [soft, at.scalar(beta)]);
  // At 20, the default, the two differ by less than the rounding of float32.
  if (threshold === 20) return y;
  return at.node('Where', [at.node('Greater', [scaled, at.scalar(threshold)]), x, y]);
}

export const ACTIVATIONS: readonly TableEntry[] = [
  row(ReLU, { pytorch: () => call('nn.ReLU', []), onnx: (_, at) => at.node('Relu', [at.x]) }),
  row(LeakyReLU, {
    pytorch: ({ slope }) => call('nn.LeakyReLU', [slope]),
    onnx: ({ slope }, at) => at.node('LeakyRelu', [at.x], { alpha: { float: slope } }),
  }),
  row(ELU, {
    pytorch: ({ alpha }) => call('nn.ELU', [], { alpha: [alpha, 1] }),
    onnx: ({ alpha }, at) => at.node('Elu', [at.x], { alpha: { float: alpha } }),
  }),
  row(GELU, {
    pytorch: ({ approximate }) => call('nn.GELU', [], { approximate: [approximate, 'none'] }),
    onnx: ({ approximate }, at) =>
      approximate === 'tanh' ? tanhGeluNodes(at) : geluNodes(at, at.x),
  }),
  row(SiLU, {
    pytorch: () => call('nn.SiLU', []),
    onnx: (_, at) => at.node('Mul', [at.x, at.node('Sigmoid', [at.x])]),
  }),
  row(Sigmoid, {
    pytorch: () => call('nn.Sigmoid', []),
    onnx: (_, at) => at.node('Sigmoid', [at.x]),
  }),
  row(Softplus, {
    pytorch: ({ beta, threshold }) =>
      call('nn.Softplus', [], { beta: [beta, 1], threshold: [threshold, 20] }),
    onnx: softplusNodes,
  }),
  row(Tanh, { pytorch: () => call('nn.Tanh', []), onnx: (_, at) => at.node('Tanh', [at.x]) }),
];
