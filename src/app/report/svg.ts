// Renders a drawing as SVG, with the fonts of the reader's system. For inline use in a page.

import type { Color } from './color.js';
import type { Drawing, ImageShape, LineShape, RectShape, Shape, TextShape } from './drawing.js';
import { textHeight } from './font.js';
import { escapeHtml } from './escape.js';
import { encodeGray } from './encodePng.js';

/** Height of capitals per font size, in common sans-serif fonts. */
const CAP_HEIGHT = 0.72;
const FONT = 'system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const ANCHORS = { left: 'start', center: 'middle', right: 'end' } as const;

/**
 * One `<svg>` element. It contains no reference to another file, and its ids and styles cannot
 * conflict with those of the page: it has none.
 *
 * @param label text alternative for readers who cannot see the drawing
 */
export function renderSvg(drawing: Drawing, label: string): string {
  const { width, height } = drawing;
  // Coordinates are centers of pixels, so the drawing begins at -0.5.
  return (
    `<svg role="img" aria-label="${escapeHtml(label)}" width="${width}" height="${height}" ` +
    `viewBox="-0.5 -0.5 ${width} ${height}" font-family="${FONT}" ` +
    `font-size="${fontSize(1)}">\n${renderShapes(drawing)}\n</svg>`
  );
}

/**
 * A complete SVG document for a file or an `<img>`, on a white background.
 *
 * @param label text alternative
 */
export function svgDocument(drawing: Drawing, label: string): string {
  const { width, height } = drawing;
  return renderSvg(drawing, label)
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace('\n', `\n<rect x="-0.5" y="-0.5" width="${width}" height="${height}" fill="#fff"/>\n`);
}

const fontSize = (scale: number): string => compact(textHeight(scale) / CAP_HEIGHT);

function renderShapes({ shapes }: Drawing): string {
  const rendered: string[] = [];
  for (let start = 0, end: number; start < shapes.length; start = end) {
    end = endOfPath(shapes, start);
    const path = shapes.slice(start, end) as LineShape[];
    rendered.push(path.length > 1 ? renderPath(path) : renderShape(shapes[start]));
  }
  return rendered.join('\n');
}

/** End of the longest run of lines from `start` that each begin where the one before ends. */
function endOfPath(shapes: readonly Shape[], start: number): number {
  let end = start + 1;
  for (let last = shapes[start]; last.kind === 'line' && end < shapes.length; end++) {
    const next = shapes[end];
    const continues =
      next.kind === 'line' &&
      next.from.x === last.to.x &&
      next.from.y === last.to.y &&
      next.color === last.color &&
      next.thickness === last.thickness;
    if (!continues) break;
    last = next;
  }
  return end;
}

/** Connected lines as one element, which is a fifth of the size of a curve of many points. */
function renderPath(lines: readonly LineShape[]): string {
  const [{ from, color, thickness }] = lines;
  const points = [from, ...lines.map(({ to }) => to)];
  return element('polyline', {
    points: points.map(({ x, y }) => `${compact(x)},${compact(y)}`).join(' '),
    fill: 'none',
    stroke: hex(color),
    'stroke-width': thickness,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  });
}

function renderShape(shape: Shape): string {
  switch (shape.kind) {
    case 'rect':
      return renderRect(shape);
    case 'line':
      return renderLine(shape);
    case 'disc': {
      const { x, y, radius, color, opacity } = shape;
      return element('circle', { cx: x, cy: y, r: radius, fill: hex(color), opacity });
    }
    case 'text':
      return renderText(shape);
    case 'image':
      return renderImage(shape);
    case 'inset': {
      const { x, y, drawing } = shape;
      return `<g transform="translate(${compact(x)} ${compact(y)})">\n${renderShapes(drawing)}\n</g>`;
    }
  }
}

function renderRect({ x, y, width, height, color, thickness }: RectShape): string {
  const paint = thickness === 0 ? { fill: hex(color) } : { fill: 'none', stroke: hex(color) };
  // The centerline of the outline is inside the box.
  const inset = thickness / 2;
  return element('rect', {
    x: Math.round(x) - 0.5 + inset,
    y: Math.round(y) - 0.5 + inset,
    width: Math.max(0, Math.round(width) - thickness),
    height: Math.max(0, Math.round(height) - thickness),
    ...paint,
    'stroke-width': Math.max(1, thickness),
  });
}

function renderLine({ from, to, color, thickness }: LineShape): string {
  return element('line', {
    x1: from.x,
    y1: from.y,
    x2: to.x,
    y2: to.y,
    stroke: hex(color),
    'stroke-width': thickness,
    'stroke-linecap': 'round',
  });
}

function renderText(shape: TextShape): string {
  const { x, y, text, color, scale, align, vertical, edge } = shape;
  const baseline = textHeight(scale) - 0.5;
  const position = vertical
    ? { transform: `translate(${compact(x + baseline)} ${compact(y)}) rotate(-90)` }
    : { x, y: y + baseline };
  const outline =
    edge === null
      ? {}
      : { stroke: hex(edge), 'stroke-width': 2 * scale + 1, 'paint-order': 'stroke' };
  const attributes = {
    ...position,
    fill: hex(color),
    ...(align !== 'left' && { 'text-anchor': ANCHORS[align] }),
    ...(scale !== 1 && { 'font-size': fontSize(scale) }),
    ...outline,
  };
  return element('text', attributes, escapeHtml(text));
}

function renderImage({ x, y, pixels, width, height, scale }: ImageShape): string {
  const png = encodeGray({ width, height, data: pixels.map((ink) => 255 - ink) });
  return element('image', {
    x: x - 0.5,
    y: y - 0.5,
    width: width * scale,
    height: height * scale,
    'image-rendering': 'pixelated',
    href: `data:image/png;base64,${btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(''))}`,
  });
}

/** One element; attributes with the value that SVG assumes are left out. */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = '',
): string {
  const text = Object.entries(attributes)
    .filter(([key, value]) => !(key in DEFAULTS && DEFAULTS[key] === value))
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? compact(value) : value}"`)
    .join('');
  return content === '' ? `<${name}${text}/>` : `<${name}${text}>${content}</${name}>`;
}

const DEFAULTS: Readonly<Record<string, string | number>> = { opacity: 1, 'stroke-width': 1 };

/** A number with at most two decimals. */
const compact = (value: number): string => String(Number(value.toFixed(2)));

const hex = (color: Color): string =>
  `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
