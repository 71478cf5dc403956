// The module `course/figures` that cells import: each function shows one figure below the cell.

import { barChart } from '../report/barChart.js';
import type { Drawing } from '../report/drawing.js';
import { gallery, type Tile } from '../report/gallery.js';
import { lineChart } from '../report/lineChart.js';
import { svgDocument } from '../report/svg.js';
import { ArgumentError } from '../../engine/errors.js';
import type { Figure } from './figure.js';
import { plane, type PlaneOptions } from './plane.js';

export interface LinesOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Values of each line by its name. A value that is not finite leaves a gap. */
  readonly lines: Readonly<Record<string, readonly number[]>>;
  /** Where the values lie on the x axis. Default 1, 2, 3, and so on. */
  readonly x?: readonly number[];
  /** Logarithmic axes. Default false. */
  readonly xLog?: boolean;
  readonly yLog?: boolean;
}

export interface BarsOptions {
  readonly title: string;
  readonly yLabel: string;
  /** The value of each bar by its name. */
  readonly bars: Readonly<Record<string, number>>;
}

export interface ImagesOptions {
  readonly title: string;
  /** One array of pixels per image, row by row, 0 = paper and 1 = ink. */
  readonly images: readonly ArrayLike<number>[];
  /** Text under each image; `\n` starts a new line. Default none. */
  readonly captions?: readonly string[];
  /** Width of each image in pixels. Default: the images are square. */
  readonly width?: number;
  /** Images per row. Default: nearly a square. */
  readonly columns?: number;
  /** Screen pixels per pixel. Default 2. */
  readonly scale?: number;
}

/** Size of the charts, which fit the page's column of text. */
const SIZE = { width: 640, height: 360 };

/** The module, which passes figures to `show`. */
export function figureModule(show: (figure: Figure) => void) {
  const draw = (title: string, drawing: Drawing, chart: Figure['chart'] = null): void =>
    show({ label: title, svg: svgDocument(drawing, title), chart });
  return {
    /** A line chart. */
    showLines({ title, xLabel, yLabel, lines, x, xLog = false, yLog = false }: LinesOptions): void {
      const series = Object.entries(lines).map(([name, y]) => ({
        name,
        x: x ?? y.map((_, i) => i + 1),
        y,
      }));
      const chart = { title, xLabel, yLabel, series, xLog, yLog, ...SIZE };
      draw(title, lineChart(chart), chart);
    },

    /** A bar chart with a zero baseline. */
    showBars({ title, yLabel, bars }: BarsOptions): void {
      const [names, values] = [Object.keys(bars), Object.values(bars)];
      draw(title, barChart({ title, yLabel, names, values, ...SIZE }));
    },

    /** Gray images in rows, dark ink on white. */
    showImages({ title, images, captions = [], columns, scale = 2, ...rest }: ImagesOptions): void {
      const length = images[0]?.length ?? 0;
      const { width = Math.round(Math.sqrt(length)) } = rest;
      const height = length / width;
      if (!Number.isInteger(height)) {
        throw new ArgumentError(
          `showImages: an image of ${length} pixels has no rows of ${width}; set width`,
        );
      }
      const tiles = images.map((image, i): Tile => ({
        pixels: toGray(image),
        caption: captions[i] ?? '',
      }));
      const layout = columns === undefined ? {} : { columns };
      draw(title, gallery({ title, tiles, size: { width, height }, scale, ...layout }));
    },

    /** Points of a plane by class, over the probability of class 1: a decision boundary. */
    showPlane(options: PlaneOptions): void {
      draw(options.title, plane(options));
    },

    /** An SVG image, for example of `toSvg`. */
    showSvg(label: string, svg: string): void {
      show({ label, svg, chart: null });
    },
  };
}

function toGray(image: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(image, (ink) => Math.round(255 * Math.min(1, Math.max(0, ink))));
}
