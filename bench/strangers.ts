// Accuracy on handwriting from outside EMNIST: a folder with strokes.jsonl.gz and pictures.csv
// (strangers/drawings.ts), for evaluation only; on generated rare forms, and rejection of generated
// drawings that are not characters. It measures accuracy, not speed.
//
//     STRANGERS_DIR=DIR npm run bench:strangers -- [--model MODEL] [--sheet FILE.png] [--quick]
//
// Without --model, it evaluates the shipped model. --sheet draws all errors, confident ones in red.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createWasmBackend, useBackend } from '../src/index.js';
import { classify } from '../src/app/evaluation/classify.js';
import { interpret } from '../src/app/evaluation/interpret.js';
import { modelFrom } from '../src/app/model/modelContents.js';
import { SHIPPED_MODEL } from '../src/app/model/shippedModel.js';
import { gallery } from '../src/app/report/gallery.js';
import { writePng } from '../src/app/report/writePng.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../src/data/emnist/idx.js';
import { readOptions, usageError } from './support/options.js';
import { saveResult } from './support/results.js';
import { formatTable } from './support/table.js';
import { readSamples, type Sample } from './strangers/drawings.js';
import { outlierSamples, rareSamples } from './strangers/generated.js';
import {
  groupBy,
  isConfidentError,
  isMergedCorrect,
  kindOf,
  scoreOf,
  type Outcome,
  type Score,
} from './strangers/score.js';

const { model, sheet, quick } = readOptions({ model: [''], sheet: [''], quick: false });
const folder = process.env.STRANGERS_DIR;
if (folder === undefined) {
  usageError('STRANGERS_DIR is not set: the folder with strokes.jsonl.gz and pictures.csv');
}
const path = model[0] === '' ? fileURLToPath(SHIPPED_MODEL) : model[0];

useBackend(await createWasmBackend());
const loaded = await modelFrom(path, new Uint8Array(await readFile(path)));
const all = await readSamples(folder);
const samples = quick ? all.filter((_, index) => index % 20 === 0) : all;
const outcomes = await predict(samples);
const rare = await predict(rareSamples());
const outliers = await predict([...outlierSamples(false), ...outlierSamples(true)]);
loaded.model.dispose();

/** Predicts every sample, in batches of 64. */
async function predict(items: readonly Sample[]): Promise<Outcome[]> {
  const results: Outcome[] = [];
  const { classes } = loaded;
  for (let start = 0; start < items.length; start += 64) {
    const batch = items.slice(start, start + 64);
    const images = new Uint8Array(batch.length * IMAGE_PIXELS);
    batch.forEach(({ image }, i) => images.set(image ?? [], i * IMAGE_PIXELS));
    const probabilities = await classify(loaded.model, images, loaded.temperature);
    batch.forEach((sample, i) => {
      const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      const prediction =
        sample.image === null ? null : interpret(row, classes, classes.length, loaded.rejection);
      results.push({ sample, prediction });
    });
  }
  return results;
}

/** Scores by set, by set and kind of character, of the letter i, and of each character. */
const bySet = new Map(
  [...groupBy(outcomes, ({ set }) => set)].map(([set, group]) => [set, scoreOf(group)]),
);
const byKind = new Map(
  [...groupBy(outcomes, (sample) => `${sample.set}, ${kindOf(sample)}`)].map(([key, group]) => [
    key,
    scoreOf(group),
  ]),
);
const letterI = scoreOf(outcomes.filter(({ sample }) => sample.written === 'i'));
const byCharacter = new Map(
  [...groupBy(outcomes, ({ written }) => written)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => [key, scoreOf(group)]),
);

const percent = (share: number): string => (100 * share).toFixed(1);
const row = (name: string, score: Score): string[] => [
  name,
  String(score.count),
  ...[score.top1, score.merged, score.unsure, score.rejected, score.confidentErrors].map(percent),
];
const header = ['%', 'count', 'top-1', 'merged', 'unsure', 'rejected', 'confident errors'];
console.log(
  formatTable(header, [
    ...[...bySet].map(([set, score]) => row(set, score)),
    ...[...byKind].map(([key, score]) => row(key, score)),
    row('letter i, all sets', letterI),
    row('generated rare forms', scoreOf(rare)),
  ]),
);
const worst = [...byCharacter].sort(([, a], [, b]) => a.merged - b.merged).slice(0, 12);
console.log(
  `\n${formatTable(
    header,
    worst.map(([key, score]) => row(key, score)),
  )}`,
);

/** Merged accuracy of each kind of rare form, and share of rejected outliers of each kind. */
const byForm = shares(rare, 'merged');
const rejectedByKind = shares(outliers, 'rejected');
const rejectedBySet = Object.fromEntries(
  [...groupBy(outliers, ({ set }) => set)].map(([set, group]) => [set, scoreOf(group).rejected]),
);

function shares(group: readonly Outcome[], of: 'merged' | 'rejected'): Record<string, number> {
  return Object.fromEntries(
    [...groupBy(group, ({ name }) => name)].map(([name, some]) => [name, scoreOf(some)[of]]),
  );
}

const lowest = (values: Record<string, number>): string =>
  Object.entries(values)
    .sort(([, a], [, b]) => a - b)
    .slice(0, 12)
    .map(([name, value]) => `${name} ${percent(value)}`)
    .join(', ');
console.log(`\nrare forms, lowest: ${lowest(byForm)}`);
for (const [set, share] of Object.entries(rejectedBySet))
  console.log(`${set}: ${percent(share)} % rejected`);
console.log(`lowest: ${lowest(rejectedByKind)}`);

if (sheet[0] !== '') {
  const errors = outcomes.filter((outcome) => !isMergedCorrect(outcome));
  const tiles = errors.map((outcome) => ({
    pixels: outcome.sample.image ?? new Uint8Array(IMAGE_PIXELS),
    caption:
      `${outcome.sample.written}: ${outcome.prediction?.top[0].name ?? 'empty'}\n` +
      `${outcome.sample.set} ${percent(outcome.prediction?.probability ?? 0)}`,
    tone: isConfidentError(outcome) ? ('bad' as const) : ('plain' as const),
  }));
  const size = { width: IMAGE_SIDE, height: IMAGE_SIDE };
  await writePng(sheet[0], gallery({ title: `${errors.length} errors`, tiles, size, columns: 24 }));
}
const file = saveResult(
  'strangers',
  {
    model: path,
    bySet: Object.fromEntries(bySet),
    byKind: Object.fromEntries(byKind),
    letterI,
    byCharacter: Object.fromEntries(byCharacter),
    byForm,
    rejectedBySet,
    rejectedByKind,
  },
  { quick },
);
console.log(`\nwritten to ${file}`);
