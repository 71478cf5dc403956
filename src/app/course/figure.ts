// A figure that a cell shows: an image, and for line charts the numbers behind it.

import type { LineChartOptions } from '../report/lineChart.js';

export interface Figure {
  /** Text alternative. */
  readonly label: string;
  /** A complete SVG image. */
  readonly svg: string;
  /** The lines of a line chart, for an interactive chart in the page; null for other figures. */
  readonly chart: LineChartOptions | null;
}
