// Page performance in Chromium: time from opening a link to the first prediction with a cold
// profile, milliseconds per later prediction, compressed script size, and size of the weights.
// Builds and serves the page itself.
//
//     npm run bench:page -- [--visits 9] [--predictions 500] [--quick]
//
// The page is served from this machine, so network time is negligible: the result is the browser's
// share.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build, preview } from 'vite';
import {
  type Bytes,
  DRAWING,
  type FirstPrediction,
  recordFirstPrediction,
  type Timings,
  measureBytes,
} from './page/firstPrediction.js';
import { readOptions, usageError } from './support/options.js';
import { ROOT } from './support/paths.js';
import { saveResult } from './support/results.js';
import { spread, type Spread } from './support/statistics.js';
import { formatTable } from './support/table.js';

const options = readOptions({ visits: 9, predictions: 500, quick: false });
const visits = options.quick ? 1 : options.visits;
const predictions = options.quick ? 20 : options.predictions;
const WARM_UP = 50;

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined) usageError('Chromium not found; set CHROMIUM to its path');

interface Served {
  readonly address: string;
  close(): Promise<void>;
}

/** Builds the pages as published, with optional extra entries, and serves them. */
async function serve(extra: Readonly<Record<string, string>>, folder: string): Promise<Served> {
  const configFile = join(ROOT, 'vite.config.ts');
  await build({
    configFile,
    logLevel: 'error',
    build: {
      outDir: join(ROOT, folder),
      reportCompressedSize: false,
      rolldownOptions: {
        input: extra,
        output: {
          entryFileNames: ({ name }) =>
            name === 'predictions' ? 'predictions.js' : 'assets/[name]-[hash].js',
        },
      },
    },
  });
  const server = await preview({
    configFile,
    logLevel: 'error',
    build: { outDir: join(ROOT, folder) },
    preview: { port: 0 },
  });
  return { address: server.resolvedUrls!.local[0], close: () => server.close() };
}

/** Uses a new browser profile: nothing is cached, no code is compiled. */
async function firstVisit(
  browser: Browser,
  address: string,
): Promise<{ readonly first: FirstPrediction; readonly bytes: Bytes }> {
  const context = await browser.newContext();
  await recordFirstPrediction(context);
  const page = await context.newPage();
  await page.goto(address + DRAWING);
  const first = (await page.evaluate(() => globalThis.firstPrediction))!;
  const bytes = await measureBytes(page, first);
  await context.close();
  return { first, bytes };
}

async function timePredictions(browser: Browser, address: string): Promise<Timings> {
  const page = await browser.newPage();
  await page.goto(`${address}bench.html`); // an idle page of the same host, with the same headers
  await page.addScriptTag({ url: `${address}predictions.js`, type: 'module' });
  await page.waitForFunction(() => 'timePredictions' in globalThis);
  const strokes = [
    [0.3, 0.15, 0.28, 0.5, 0.27, 0.85],
    [0.3, 0.16, 0.5, 0.13, 0.66, 0.25, 0.6, 0.42, 0.3, 0.48, 0.5, 0.6, 0.68, 0.86],
  ];
  const timings = await page.evaluate(
    ([drawn, count]) => globalThis.timePredictions(drawn, count),
    [strokes, WARM_UP + predictions] as const,
  );
  await page.close();
  return timings;
}

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu'],
});
const site = await serve({}, 'build/bench-page');
const firstVisits = [];
for (let i = 0; i < visits; i++) firstVisits.push(await firstVisit(browser, site.address));
await site.close();
const bench = await serve(
  { predictions: join(ROOT, 'bench/page/predictions.ts') },
  'build/bench-predictions',
);
const measured = await timePredictions(browser, bench.address);
await bench.close();

/** Statistics without the warm-up predictions, during which code is compiled. */
const steady = (values: readonly number[]): Spread & { readonly p99: number } => {
  const measuredValues = values.slice(WARM_UP).sort((a, b) => a - b);
  return {
    ...spread(measuredValues),
    p99: measuredValues[Math.floor(0.99 * (measuredValues.length - 1))],
  };
};
const [{ bytes, first }] = firstVisits;
const result = {
  firstReading: {
    visits,
    read: first.text,
    ms: spread(firstVisits.map(({ first: { ms } }) => ms)),
  },
  reading: {
    predictions,
    image: steady(measured.image),
    network: steady(measured.network),
    both: steady(measured.both),
  },
  bytes,
};
const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
const { both, image, network } = result.reading;
const rows = [
  [
    'first prediction, cold profile, ms',
    '1000',
    ...[result.firstReading.ms].flatMap(({ median: m, min, max }) => [ms(m), ms(min), ms(max)]),
  ],
  ['one prediction, ms', '8', ms(both.median), ms(both.min), ms(both.p99)],
  ['  strokes to 28 x 28', '', ms(image.median), ms(image.min), ms(image.p99)],
  ['  network and verdict', '', ms(network.median), ms(network.min), ms(network.p99)],
  ['scripts before the first prediction, bytes (gzip)', '100000', String(bytes.scripts), '', ''],
  ['SIMD module, bytes (gzip)', '75000', String(bytes.simd), '', ''],
  ['weights, bytes', '900000', String(bytes.weights), '', ''],
];
console.log(formatTable(['measurement', 'budget', 'median', 'min', 'max or 99 %'], rows));
console.log(
  `\nscripts: ${bytes.names.join(', ')}\nresults: ${saveResult('page', result, options)}`,
);
await browser.close();
