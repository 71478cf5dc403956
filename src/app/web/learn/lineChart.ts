// The line chart of a cell, drawn with uPlot: the values under the pointer are in the legend.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { PALETTE } from '../../report/color.js';
import type { LineChartOptions } from '../../report/lineChart.js';
import { element } from '../ui/dom.js';
import { axisFont, onThemeChange, textSize, themeOf } from '../training/theme.js';

/** Times the size of the text. */
const HEIGHT = 17.5;
/** A logarithmic scale of uPlot, whose ambient enum a single module cannot read. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const LOGARITHMIC = 3 as uPlot.Scale.Distr;

/** Makes the chart, which follows the width of the page and its color scheme. */
export function makeLineChart(chart: LineChartOptions): HTMLElement {
  const canvas = element('div', { className: 'chart', role: 'img', ariaLabel: chart.title });
  let plot: uPlot | null = null;
  const fit = (): void => {
    const width = canvas.clientWidth;
    if (width === 0) return;
    if (plot === null) plot = new uPlot(settings(chart, canvas, width), data(chart), canvas);
    else if (plot.width !== width) plot.setSize({ width, height: HEIGHT * textSize() });
  };
  new ResizeObserver(fit).observe(canvas);
  onThemeChange(() => {
    plot?.destroy();
    plot = null;
    fit();
  });
  return element(
    'figure',
    { className: 'figure line-chart' },
    element(
      'figcaption',
      {},
      element('strong', {}, chart.title),
      `${chart.yLabel} by ${chart.xLabel}`,
    ),
    canvas,
  );
}

/** One x axis for all lines, which may have values at different places. */
function data({ series, yLog = false }: LineChartOptions): uPlot.AlignedData {
  const xs = [...new Set(series.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const shown = (value: number | undefined): number | null =>
    value === undefined || !Number.isFinite(value) || (yLog && value <= 0) ? null : value;
  const lines = series.map(({ x, y }) => {
    const at = new Map(x.map((position, i) => [position, y[i]]));
    return xs.map((position) => shown(at.get(position)));
  });
  return [xs, ...lines];
}

function settings(chart: LineChartOptions, host: HTMLElement, width: number): uPlot.Options {
  const [theme, unit] = [themeOf(host), textSize()];
  const axis = (label: string): uPlot.Axis => ({
    label,
    stroke: theme.soft,
    font: axisFont(),
    labelFont: axisFont(),
    labelSize: 1.75 * unit,
    grid: { stroke: theme.line, width: 1 },
    ticks: { show: false },
  });
  const scale = (log = false): uPlot.Scale => ({ time: false, ...(log && { distr: LOGARITHMIC }) });
  return {
    width,
    height: HEIGHT * unit,
    cursor: { drag: { x: false, y: false } },
    scales: { x: scale(chart.xLog), y: scale(chart.yLog) },
    axes: [
      { ...axis(chart.xLabel), size: 2 * unit },
      { ...axis(chart.yLabel), size: 3.75 * unit },
    ],
    series: [
      { label: chart.xLabel },
      ...chart.series.map(({ name }, i) => ({
        label: name,
        stroke: `rgb(${PALETTE[i].join()})`,
        width: 2,
        spanGaps: true,
        points: { show: false },
      })),
    ],
  };
}
