// The figures of an architecture's stages, as SVG: stacked maps, and columns of units. Sizes grow
// with the square root of the numbers, so that 1 x 1 and 28 x 28, 4 and 256 are all visible.

const NAMESPACE = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT] = [100, 84];
/** Side of a 28 x 28 map. */
const MAX_SIDE = 60;
const INPUT_SIDE = 28;
/** Offset of a sheet from the one before it. */
const [STEP_X, STEP_Y] = [2.6, 1.6];

function svg(...children: readonly SVGElement[]): SVGSVGElement {
  const figure = document.createElementNS(NAMESPACE, 'svg');
  figure.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  figure.setAttribute('aria-hidden', 'true');
  figure.append(...children);
  return figure;
}

function shape(
  name: 'rect' | 'circle',
  attributes: Readonly<Record<string, number>>,
  className = '',
): SVGElement {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value.toFixed(1));
  if (className !== '') node.setAttribute('class', className);
  return node;
}

/** A stack of square maps. */
export function mapsFigure(channels: number, side: number): SVGSVGElement {
  const sheets = channels === 1 ? 1 : Math.max(2, Math.round(0.85 * Math.sqrt(channels)));
  const size = MAX_SIDE * Math.sqrt(side / INPUT_SIDE);
  const left = (WIDTH - size - (sheets - 1) * STEP_X) / 2;
  const top = (HEIGHT - size + (sheets - 1) * STEP_Y) / 2;
  return svg(
    ...Array.from({ length: sheets }, (_, i) => sheets - 1 - i).map((i) =>
      shape('rect', {
        x: left + i * STEP_X,
        y: top - i * STEP_Y,
        width: size,
        height: size,
        rx: Math.min(3, size / 6),
      }),
    ),
  );
}

/** A column of units, with as many dots as fit. */
export function unitsFigure(units: number): SVGSVGElement {
  const dots = Math.min(12, Math.max(3, Math.round(1.2 * Math.log2(units))));
  const distance = 6.6;
  const top = (HEIGHT - (dots - 1) * distance) / 2;
  return svg(
    ...Array.from({ length: dots }, (_, i) =>
      shape('circle', { cx: WIDTH / 2, cy: top + i * distance, r: 2.4 }, 'unit'),
    ),
  );
}
