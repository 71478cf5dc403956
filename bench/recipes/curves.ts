// Learning curves of the recipes, averaged over seeds: training and validation accuracy after each
// epoch. Reads the metrics of the ablation's runs (ablation.ts) and draws one PNG.
//
//     node dist/bench/recipes/curves.js docs/images/recipes-curves.png
//         [--scale full] [--variants original,best] [--seeds 1,2,3]

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lineChart, type Series } from '../../src/app/report/lineChart.js';
import { writePng } from '../../src/app/report/writePng.js';
import { usageError } from '../support/options.js';
import { ROOT } from '../support/paths.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: 'full' },
    variants: { type: 'string', default: 'original,best' },
    seeds: { type: 'string', default: '1,2,3' },
  },
});
if (positionals.length !== 1) usageError('expected the path of the PNG file to write');
const [outputFile] = positionals;
const seeds = values.seeds.split(',');

interface Row {
  readonly epoch: number;
  readonly trainAccuracy: number;
  readonly valAccuracy: number;
}

function rowsOf(variant: string, seed: string): Row[] {
  const folder = join(ROOT, 'bench', '.ablation', values.scale, `${variant}-${seed}`);
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

/** The mean over seeds, in percent, per epoch. */
function mean(name: string, runs: readonly Row[][], metric: (row: Row) => number): Series {
  const y = runs[0].map(
    (_, i) => runs.reduce((sum, rows) => sum + metric(rows[i]), 0) / runs.length,
  );
  return { name, x: runs[0].map(({ epoch }) => epoch), y: y.map((share) => 100 * share) };
}

const series = values.variants.split(',').flatMap((variant) => {
  const runs = seeds.map((seed) => rowsOf(variant, seed));
  return [
    mean(`${variant}, training`, runs, ({ trainAccuracy }) => trainAccuracy),
    mean(`${variant}, validation`, runs, ({ valAccuracy }) => valAccuracy),
  ];
});
const title = `Accuracy, mean of seeds ${seeds.join(', ')}`;
// With dropout, the first epoch is far below the relevant range.
const allSeries = series.map(({ name, x, y }) => ({ name, x: x.slice(1), y: y.slice(1) }));
await writePng(
  outputFile,
  lineChart({ title, xLabel: 'epoch', yLabel: 'accuracy, %', series: allSeries }),
);
console.log(`written: ${outputFile}`);
