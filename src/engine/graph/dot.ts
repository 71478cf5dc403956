// The autograd graph in the DOT language of Graphviz.

import { format } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { traceGraph, type GraphOptions, type Vertex } from './trace.js';

const ATTRIBUTES: Readonly<Record<Vertex['kind'], string>> = {
  op: 'shape=box style="rounded,filled" fillcolor="#f4f4f4"',
  leaf: 'shape=ellipse style=filled fillcolor="#cfe4fa"',
  constant: 'shape=ellipse style="filled,dashed" fillcolor="#fdf2d0"',
};

/**
 * The autograd graph of a tensor as text in the DOT language: ops with the shapes of their outputs,
 * leaves with their shapes. Graphviz draws it, for example with `dot -Tsvg`; `toSvg` needs no
 * program.
 *
 * Leaves require a gradient; constants do not, or were computed without a graph. The elements are
 * not read: the graph of a disposed tensor can be drawn too.
 *
 * @param loss any tensor with a graph
 * @throws ArgumentError if the tensor has no graph, an option is invalid, or the graph has more than
 *   `maxVertices` ops and leaves
 * @example
 * scope(() => {
 *   const w = ones([3], { requiresGrad: true });
 *   const loss = sum(mul(w, tensor([1, 2, 3])));
 *   print(toDot(loss, { names: Object.entries({ w }) }));
 * });
 */
export function toDot(loss: Tensor, options: GraphOptions = {}): string {
  const vertices = traceGraph(loss, options, 'toDot');
  const lines = vertices.map(
    ({ kind, title, shape }, index) =>
      `v${index} [label=${quote(`${title}\n${format(shape)}`)} ${ATTRIBUTES[kind]}];`,
  );
  const edges = vertices.flatMap(({ inputs }, index) =>
    inputs.map((input) => `v${input} -> v${index};`),
  );
  const body = ['node [fontname="monospace" fontsize=12];', ...lines, ...edges];
  return `digraph {\n${body.map((line) => `  ${line}\n`).join('')}}\n`;
}

/** A quoted string of the DOT language. A backslash starts an escape sequence there. */
function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\0', '');
  return `"${escaped}"`;
}
