// Tests the charts: colors at positions that follow from the data, sizes that follow from the
// names, and the errors.

import { describe, expect, it } from 'vitest';
import { barChart } from '../../../src/app/report/barChart.js';
import {
  BAD,
  GOOD,
  groupColor,
  PALETTE,
  MUTED,
  contrastColor,
  type Color,
} from '../../../src/app/report/color.js';
import { confusionPlot } from '../../../src/app/report/confusion.js';
import { gallery } from '../../../src/app/report/gallery.js';
import type { Drawing } from '../../../src/app/report/drawing.js';
import { lineChart } from '../../../src/app/report/lineChart.js';
import { paint } from '../../../src/app/report/paint.js';
import { scatter } from '../../../src/app/report/scatter.js';

/** Every pixel of exactly this color. */
function pixelsOf(drawing: Drawing, color: Color): { x: number; y: number }[] {
  const canvas = paint(drawing);
  const matches: { x: number; y: number }[] = [];
  for (let y = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++) {
      if (canvas.at(x, y).join() === color.join()) matches.push({ x, y });
    }
  }
  return matches;
}

const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a line chart', () => {
  const labels = { title: '', xLabel: '', yLabel: '' };
  const x = Array.from({ length: 100 }, (_, i) => i);

  it('rises where its values rise', () => {
    const chart = lineChart({ ...labels, series: [{ name: 'a', x, y: x }] });
    const line = pixelsOf(chart, PALETTE[0]);
    const left = line.filter((pixel) => pixel.x < 300);
    const right = line.filter((pixel) => pixel.x > 600);
    expect(mean(left.map(({ y }) => y)) - mean(right.map(({ y }) => y))).toBeGreaterThan(150);
  });

  it('draws a power law as a straight line on logarithmic axes', () => {
    const powers = x.map((i) => 10 ** (i / 25));
    const series = [{ name: 'cube', x: powers, y: powers.map((value) => value ** 3) }];
    const line = pixelsOf(lineChart({ ...labels, series, xLog: true, yLog: true }), PALETTE[0]);
    const slope = (from: number, to: number): number => {
      const row = (column: number) =>
        mean(line.filter((pixel) => pixel.x === column).map(({ y }) => y));
      return (row(to) - row(from)) / (to - from);
    };
    expect(slope(200, 400)).toBeCloseTo(slope(500, 800), 1);
  });

  it('leaves a gap for NaN', () => {
    const y = x.map((i) => (i > 40 && i < 60 ? NaN : 1));
    const columns = new Set(
      pixelsOf(lineChart({ ...labels, series: [{ name: 'a', x, y }] }), PALETTE[0]).map((p) => p.x),
    );
    expect(columns.has(250)).toBe(true);
    expect(columns.has(470)).toBe(false);
    expect(columns.has(700)).toBe(true);
  });

  it('has a legend if there are several lines', () => {
    const series = ['first', 'second'].map((name, i) => ({ name, x: [0, 1], y: [i, i] }));
    const chart = lineChart({ ...labels, series });
    for (const color of PALETTE.slice(0, 2)) {
      expect(pixelsOf(chart, color).some(({ y }) => y < 40)).toBe(true);
    }
    const single = lineChart({
      ...labels,
      series: series.slice(0, 1).map((one) => ({ ...one, y: [0, 0] })),
    });
    expect(pixelsOf(single, PALETTE[0]).some(({ y }) => y < 40)).toBe(false);
  });

  it('is drawn with no points, and with one', () => {
    expect(lineChart({ ...labels, series: [] }).width).toBe(900);
    const one = lineChart({
      ...labels,
      series: [{ name: 'a', x: [3], y: [4] }],
      marks: [{ x: 3, label: 'here' }],
    });
    expect(pixelsOf(one, PALETTE[0]).length).toBeGreaterThan(10);
  });

  it('rejects invalid lines', () => {
    const series = [{ name: 'loss', x: [1, 2], y: [1] }];
    expect(() => lineChart({ ...labels, title: 't', series })).toThrow(
      'series loss has 2 x values but 1 y values',
    );
    const nine = Array.from({ length: 9 }, () => ({ name: '', x: [], y: [] }));
    expect(() => lineChart({ ...labels, series: nine })).toThrow(
      '9 series, but only 8 colors; draw at most 8',
    );
  });
});

describe('a bar chart', () => {
  it('draws bars proportional to their values', () => {
    const chart = barChart({
      title: 't',
      yLabel: 'y',
      names: ['a', 'b', 'c'],
      values: [10, 40, NaN],
    });
    const bars = pixelsOf(chart, PALETTE[0]);
    const middle = chart.width / 2;
    const height = (of: typeof bars) => new Set(of.map(({ y }) => y)).size;
    const [first, second] = [
      bars.filter(({ x }) => x < middle - 70),
      bars.filter(({ x }) => x >= middle - 70),
    ];
    expect(height(second) / height(first)).toBeCloseTo(4, 1);
    expect(Math.max(...bars.map(({ x }) => x))).toBeLessThan(chart.width * 0.7);
  });

  it('grows with the number of bars', () => {
    const of = (n: number) =>
      barChart({
        title: '',
        yLabel: '',
        names: Array<string>(n).fill('x'),
        values: Array<number>(n).fill(1),
      });
    expect(of(62).width).toBeGreaterThan(of(3).width);
    expect(of(0).width).toBeGreaterThan(0);
  });

  it('rejects lists of different lengths', () => {
    expect(() => barChart({ title: 't', yLabel: '', names: ['a'], values: [1, 2] })).toThrow(
      '1 names, 2 values',
    );
    const errorBars = [null, null];
    expect(() =>
      barChart({ title: 't', yLabel: '', names: ['a'], values: [1], errorBars }),
    ).toThrow('2 error bars');
  });
});

describe('a confusion plot', () => {
  const names = Array.from({ length: 47 }, (_, i) => String.fromCharCode(48 + i));

  it('is blue on the diagonal and orange elsewhere, by fraction of the row', () => {
    const counts = [90, 10, 1, 1];
    const plot = confusionPlot({ title: '', names: ['a', 'b'], counts });
    // The matrix has a frame of one color, which its four cells fill.
    const frame = pixelsOf(plot, MUTED);
    const columns = frame
      .map(({ x }) => x)
      .filter((x) => frame.filter((pixel) => pixel.x === x).length > 60);
    const [left, right] = [Math.min(...columns), Math.max(...columns)];
    const rows = frame
      .filter(({ x }) => x === left)
      .map(({ y }) => y)
      .filter(
        (y) =>
          frame.filter((pixel) => pixel.y === y && pixel.x >= left && pixel.x <= right).length > 60,
      );
    const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
    const [right0, wrong0, wrong1, right1] = [0, 1, 2, 3].map((cell) =>
      paint(plot).at(cell % 2 === 0 ? left + 3 : right - 3, cell < 2 ? top + 3 : bottom - 3),
    );
    const isBlue = ([red, , blue]: Color) => blue > red;
    expect([right0, wrong0, wrong1, right1].map(isBlue)).toEqual([true, false, false, true]);
    // 1 of 10 is paler than 1 of 2, regardless of the counts.
    expect(wrong0[2]).toBeGreaterThan(wrong1[2]);
    expect(right1[0]).toBeGreaterThan(right0[0]);
  });

  it('has room for 47 classes and for the counts of a test set', () => {
    const counts = Array.from({ length: 47 * 47 }, (_, i) => (i % 48 === 0 ? 400 : 0));
    const plot = confusionPlot({ title: 'Confusion', names, counts });
    expect(plot.width).toBeGreaterThan(47 * 22);
    expect(plot.width).toBeLessThan(1200);
    const blank = confusionPlot({
      title: 'Confusion',
      names,
      counts: counts.map((count) => Math.min(count, 0)),
    });
    expect(paint(blank).pixels).not.toEqual(paint(plot).pixels);
  });

  it('rejects a matrix of another size', () => {
    expect(() => confusionPlot({ title: '', names: ['a', 'b'], counts: [1, 2, 3] })).toThrow(
      '2 classes need 4 counts, at least one, got 3',
    );
    expect(() => confusionPlot({ title: '', names: [], counts: [] })).toThrow('0 classes');
  });
});

describe('a gallery', () => {
  const size = { width: 28, height: 20 };
  const pixels = new Uint8Array(28 * 20).fill(255);

  it('shows each image as ink on paper, in a frame of its tone', () => {
    const tiles = (['good', 'bad', 'plain'] as const).map((tone) => ({
      pixels,
      caption: 'A',
      tone,
    }));
    const sheet = gallery({ title: '', tiles, size, columns: 3 });
    expect(pixelsOf(sheet, [0, 0, 0])).toHaveLength(3 * 56 * 40);
    const [good, bad] = [pixelsOf(sheet, GOOD), pixelsOf(sheet, BAD)];
    expect(Math.max(...good.map(({ x }) => x))).toBeLessThan(Math.min(...bad.map(({ x }) => x)));
  });

  it('has as many rows as it needs', () => {
    const height = (count: number) =>
      gallery({
        title: '',
        tiles: Array.from({ length: count }, () => ({ pixels, caption: 'a\nb' })),
        size,
        columns: 4,
      }).height;
    expect(height(4)).toBe(height(1));
    expect(height(5)).toBeGreaterThan(height(4));
    expect(height(9) - height(5)).toBe(height(5) - height(4));
    expect(gallery({ title: 'none', tiles: [], size }).height).toBeGreaterThan(0);
  });
});

describe('a scatter', () => {
  it('places points with y upwards', () => {
    const points = [
      { x: 0, y: 0, group: 0 },
      { x: 1, y: 1, group: 1 },
    ];
    const plot = scatter({ title: '', points, names: ['', ''] });
    const center = (group: number) => {
      const groupPixels = pixelsOf(plot, PALETTE[group]).concat(
        pixelsOf(
          plot,
          PALETTE[group].map((c) => Math.round(255 + (c - 255) * 0.75)) as unknown as Color,
        ),
      );
      return { x: mean(groupPixels.map(({ x }) => x)), y: mean(groupPixels.map(({ y }) => y)) };
    };
    expect(center(0).x).toBeLessThan(100);
    expect(center(1).x).toBeGreaterThan(800);
    expect(center(0).y).toBeGreaterThan(center(1).y + 500);
  });

  it('omits NaN points, and rejects unknown groups', () => {
    const withoutPoints = scatter({
      title: '',
      points: [{ x: NaN, y: 0, group: 0 }],
      names: ['a'],
    });
    expect(pixelsOf(withoutPoints, PALETTE[0])).toEqual([]);
    expect(() => scatter({ title: 't', points: [{ x: 0, y: 0, group: 3 }], names: ['a'] })).toThrow(
      'group 3 has no name (1 names)',
    );
  });
});

describe('colors', () => {
  it('of groups are distinct', () => {
    expect(new Set(Array.from({ length: 62 }, (_, i) => groupColor(i).join())).size).toBe(62);
  });

  it('of text contrast with any background', () => {
    expect(contrastColor([255, 255, 255])).not.toEqual([255, 255, 255]);
    expect(contrastColor([8, 81, 156])).toEqual([255, 255, 255]);
  });
});
