// Live charts of a run: loss and accuracy, training and validation, drawn with uPlot.
// uPlot works under the page's content security policy; the colors come from the style sheet.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { element } from '../ui/dom.js';
import type { EpochValues, Lines } from './history.js';
import { axisFont, onThemeChange, textSize, themeOf } from './theme.js';

/** Times the size of the text. */
const HEIGHT = 13.75;

export interface CurveOptions {
  readonly title: string;
  /** Formats a value for the legend, as in the table of epochs. */
  readonly format: (value: number) => string;
  /** Formats a value for the axis. */
  readonly formatAxis: (value: number) => string;
  /** Upper bound of the values, or null. */
  readonly max: number | null;
}

export class Curve {
  /** The chart as a figure with an accessible label. */
  readonly element: HTMLElement;
  readonly #options: CurveOptions;
  readonly #canvas = element('div', { className: 'curve-canvas' });
  readonly #values = [element('output'), element('output')];
  #plot: uPlot | null = null;
  #lines: Lines = { x: [], training: [], validation: [] };
  #epochs = 1;
  #lastEpoch: EpochValues | null = null;

  constructor(options: CurveOptions) {
    this.#options = options;
    const names = ['training', 'validation'];
    const legend = names.map((name, i) =>
      element('span', { className: `key key-${name}` }, element('i'), name, ' ', this.#values[i]),
    );
    this.element = element(
      'figure',
      { className: 'curve' },
      element('figcaption', {}, element('strong', {}, options.title), ...legend),
      this.#canvas,
    );
    this.#canvas.role = 'img';
    new ResizeObserver(() => this.#fit()).observe(this.#canvas);
    onThemeChange(() => this.#redraw());
    this.show(this.#lines, 1, null);
  }

  /**
   * Shows the current lines on an axis of `epochs` epochs.
   *
   * @param lastEpoch numbers of the last completed epoch, for the legend; null before the first
   */
  show(lines: Lines, epochs: number, lastEpoch: EpochValues | null): void {
    this.#lines = lines;
    this.#lastEpoch = lastEpoch;
    if (epochs !== this.#epochs) {
      this.#epochs = epochs;
      this.#redraw();
    } else this.#plot?.setData(this.#data());
    this.#showValues(null);
    const [training, validation] = this.#values.map(({ value }) => value || 'none yet');
    this.#canvas.ariaLabel =
      `${this.#options.title} by epoch: training ${training}, validation ${validation}; ` +
      'the table of epochs has the numbers';
  }

  #data(): uPlot.AlignedData {
    const { x, training, validation } = this.#lines;
    return [x, training, validation];
  }

  /** Shows the values under the pointer, or those of the last epoch, or before its end the last ones. */
  #showValues(index: number | null): void {
    for (const [i, name] of (['training', 'validation'] as const).entries()) {
      const line = this.#lines[name];
      const end = index === null ? line.length : index + 1;
      const point = line.slice(0, end).findLast((one) => one !== null);
      const value = index === null ? (this.#lastEpoch?.[name] ?? point) : point;
      this.#values[i].value = value === undefined ? '' : this.#options.format(value);
    }
  }

  #redraw(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this.#fit();
  }

  #fit(): void {
    const width = this.#canvas.clientWidth;
    if (width === 0) return; // the tab is hidden
    if (this.#plot === null)
      this.#plot = new uPlot(this.#settings(width), this.#data(), this.#canvas);
    else if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT * textSize() });
  }

  #settings(width: number): uPlot.Options {
    const [theme, unit] = [themeOf(this.#canvas), textSize()];
    const { formatAxis, max } = this.#options;
    const axis = (): uPlot.Axis => ({
      stroke: theme.soft,
      font: axisFont(),
      grid: { stroke: theme.line, width: 1 },
      ticks: { show: false },
    });
    return {
      width,
      height: HEIGHT * unit,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: [0, this.#epochs] },
        // A uniform guess among 47 classes has a loss of ln 47 = 3.85, the initial loss of an untrained network.
        y: {
          range: (_, __, highest) => [0, max ?? (this.#lines.x.length === 0 ? 4 : 1.05 * highest)],
        },
      },
      axes: [
        { ...axis(), space: 2.5 * unit, size: 1.75 * unit, incrs: [1, 2, 5, 10, 20, 50] },
        { ...axis(), size: 3 * unit, values: (_, splits) => splits.map(formatAxis) },
      ],
      series: [
        {},
        { stroke: theme.training, width: 1.5, points: { show: false }, spanGaps: true },
        {
          stroke: theme.validation,
          width: 2.5,
          points: { show: true, size: 6, fill: theme.surface },
          spanGaps: true,
        },
      ],
      hooks: { setCursor: [(plot) => this.#showValues(plot.cursor.idx ?? null)] },
    };
  }
}
