// The autograd graph as an SVG image.

import { format } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { layOut, type Item } from './layout.js';
import { traceGraph, type GraphOptions, type Vertex } from './trace.js';

const FONT_SIZE = 12;
/** Width of a character of a monospace font, in the widest common font. */
const CHARACTER_WIDTH = 0.62 * FONT_SIZE;
const BOX_HEIGHT = 38;
const ROW_HEIGHT = BOX_HEIGHT + 34;
const MARGIN = 8;
/** Largest distance between the ends of two edges on a box. */
const PORT_DISTANCE = 16;

const STYLES: Readonly<Record<Vertex['kind'], string>> = {
  op: 'rx="6" fill="#f4f4f4"',
  leaf: `rx="${BOX_HEIGHT / 2}" fill="#cfe4fa"`,
  constant: `rx="${BOX_HEIGHT / 2}" fill="#fdf2d0" stroke-dasharray="4 2"`,
};

/**
 * The autograd graph of a tensor as an SVG image, from the leaves at the top to the tensor at the
 * bottom: ops are boxes with the shapes of their outputs; leaves are blue, constants yellow.
 *
 * Leaves require a gradient; constants do not, or were computed without a graph. The elements are
 * not read: the graph of a disposed tensor can be drawn too. Several edges from one tensor may share
 * their first part.
 *
 * @param loss any tensor with a graph
 * @returns an `<svg>` element with its size in pixels, for a file or a page
 * @throws ArgumentError if the tensor has no graph, an option is invalid, or the graph has more than
 *   `maxVertices` ops and leaves
 * @example
 * scope(() => {
 *   const w = ones([3], { requiresGrad: true });
 *   const loss = sum(mul(w, tensor([1, 2, 3])));
 *   print(toSvg(loss, { names: Object.entries({ w }) }));
 * });
 */
export function toSvg(loss: Tensor, options: GraphOptions = {}): string {
  const vertices = traceGraph(loss, options, 'toSvg');
  const rows = layOut(vertices.map((one) => ({ width: widthOf(one), inputs: one.inputs })));
  const items = rows.flat();
  const left = Math.min(...items.map(({ x, width }) => x - width / 2)) - MARGIN;
  const right = Math.max(...items.map(({ x, width }) => x + width / 2)) + MARGIN;
  const height = (rows.length - 1) * ROW_HEIGHT + BOX_HEIGHT + 2 * MARGIN;
  const size = `width="${round(right - left)}" height="${height}"`;
  const viewBox = `viewBox="${round(left)} ${-MARGIN} ${round(right - left)} ${height}"`;
  const drawn = rows.map((row, index) =>
    row.map((item) => drawItem(item, index * ROW_HEIGHT, vertices)).join(''),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${viewBox} role="img" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${FONT_SIZE}" text-anchor="middle">
<title>Autograd graph: ${vertices.filter(({ kind }) => kind === 'op').length} ops</title>
<defs><marker id="inkgrad-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#777"/></marker></defs>
${drawn.join('')}</svg>
`;
}

function widthOf({ title, shape }: Vertex): number {
  const characters = Math.max(title.length, format(shape).length);
  return Math.max(48, characters * CHARACTER_WIDTH + 20);
}

/** An item whose top is at y, with the edges that lead to it from above. */
function drawItem(item: Item, y: number, vertices: readonly Vertex[]): string {
  const { vertex, x, width } = item;
  const sources = item.above.toSorted((a, b) => a.x - b.x);
  const distance = Math.min(PORT_DISTANCE, (width - 16) / sources.length);
  const edges = sources.map((source, index) => {
    const end = vertex === null ? x : x + (index - (sources.length - 1) / 2) * distance;
    return drawEdge(source.x, y - ROW_HEIGHT + BOX_HEIGHT, end, y, vertex === null);
  });
  if (vertex === null) return edges.join('');
  const { kind, title, shape } = vertices[vertex];
  const box = `<rect x="${round(x - width / 2)}" y="${y}" width="${round(width)}" height="${BOX_HEIGHT}" stroke="#555" ${STYLES[kind]}/>`;
  const name = `<text x="${round(x)}" y="${y + 16}" font-weight="bold" fill="#111">${escape(title)}</text>`;
  const size = `<text x="${round(x)}" y="${y + 31}" fill="#444">${format(shape)}</text>`;
  return `${edges.join('')}${box}${name}${size}\n`;
}

/** A curve from (x1, y1) down to (x2, y2): to a box with an arrow, or through a waypoint's row. */
function drawEdge(x1: number, y1: number, x2: number, y2: number, passes: boolean): string {
  const middle = (y1 + y2) / 2;
  const curve = `M${round(x1)} ${y1}C${round(x1)} ${middle} ${round(x2)} ${middle} ${round(x2)} ${y2}`;
  const end = passes ? `v${BOX_HEIGHT}"` : '" marker-end="url(#inkgrad-arrow)"';
  return `<path d="${curve}${end} fill="none" stroke="#777"/>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Text in XML. It cannot contain control characters, which are replaced. */
function escape(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
