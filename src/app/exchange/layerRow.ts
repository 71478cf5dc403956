// One row of the table of layers: how a layer is written in PyTorch and in ONNX.

import type { Module } from '../../nn/index.js';
import type { LayerInGraph } from './layerInGraph.js';

/** How one kind of layer is exported. */
export interface LayerRow<T extends Module = Module> {
  /** The layer as a Python expression: `nn.Conv2d(1, 8, 3)`. */
  readonly pytorch: (layer: T) => string;
  /** Adds the layer's nodes, in evaluation mode, to a graph; returns the name of the result. */
  readonly onnx: (layer: T, at: LayerInGraph) => string;
  /** Why this layer cannot be exported, in one clause; null if it can. */
  readonly problem?: (layer: T) => string | null;
}

/** A class of layers. */
export type LayerClass<T extends Module = Module> = abstract new (...options: never[]) => T;

/** Entry of the table: the class, and its row. */
export type TableEntry = readonly [kind: LayerClass, row: LayerRow];

/** Types an entry: the row's functions receive a layer of the class. */
export function row<T extends Module>(kind: LayerClass<T>, rule: LayerRow<T>): TableEntry {
  const { pytorch, onnx, problem } = rule;
  return [
    kind,
    {
      pytorch: (layer) => pytorch(layer as T),
      onnx: (layer, at) => onnx(layer as T, at),
      problem: (layer) => problem?.(layer as T) ?? null,
    },
  ];
}
