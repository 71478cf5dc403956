// Accuracy of models on the same synthetic characters drawn with pens of 4 to 12 units (of EMNIST's
// 128): a table, or JSON with --json. The characters are synthetic; only the difference between
// pens is meaningful, not the absolute accuracy.
//
//     npm run build:bench && node dist/bench/recipes/pens.js [--count 4700] [--seed 1] [--json] MODEL.safetensors ...

import { parseArgs } from 'node:util';
import { evaluate } from '../../src/app/evaluation/evaluate.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { PEN_WIDTHS, penWidthDataset } from '../../src/data/strokes/penWidths.js';
import { createWasmBackend, useBackend } from '../../src/index.js';
import { usageError } from '../support/options.js';
import { formatTable } from '../support/table.js';

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '4700' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (positionals.length === 0) usageError('expected at least one model file');
const [count, seed] = [Number(values.count), Number(values.seed)];

const backend = await createWasmBackend({ threads: 1 });
useBackend(backend);
const models = await Promise.all(
  positionals.map(async (path) => ({ path, pens: [] as Pen[], ...(await loadModel(path)) })),
);
interface Pen {
  readonly penWidth: number;
  readonly accuracy: number;
  readonly mergedAccuracy: number;
}
for (const penWidth of PEN_WIDTHS) {
  const dataset = penWidthDataset({ seed, count, penWidth });
  for (const { model, pens } of models) {
    const { accuracy, mergedAccuracy } = await evaluate(model, dataset);
    pens.push({ penWidth, accuracy, mergedAccuracy });
  }
}
for (const { model } of models) model.dispose();
await backend.dispose();

const percent = (share: number): string => (100 * share).toFixed(2);
const spread = (shares: readonly number[]): number => Math.max(...shares) - Math.min(...shares);
if (values.json) {
  const results = models.map(({ path, pens }) => ({ path, pens }));
  console.log(JSON.stringify({ count, seed, results }));
} else {
  const rows = models.flatMap(({ path, pens }) =>
    (['accuracy', 'mergedAccuracy'] as const).map((metric) => {
      const shares = pens.map((pen) => pen[metric]);
      const name = `${path}${metric === 'accuracy' ? '' : ', merged'}`;
      return [name, ...shares.map(percent), percent(spread(shares))];
    }),
  );
  const pens = PEN_WIDTHS.map((width) => `pen ${width}`);
  console.log(
    formatTable([`accuracy on ${count} synthetic characters, %`, ...pens, 'spread'], rows),
  );
}
