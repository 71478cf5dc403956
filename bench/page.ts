// Page performance in Chromium: time from opening a link to the first prediction with a cold
// profile, on a fast and on a slow network; milliseconds per later prediction; script time per point
// of a stroke on a slow processor; compressed size of scripts and weights. Builds and serves the page
// itself.
//
//     npm run bench:page -- [--visits 9] [--predictions 500] [--points 60] [--quick]
//
// The page is served from this machine, so the network is fast unless it is slowed: the first time is
// the browser's share.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import {
  type Bytes,
  DRAWING,
  type FirstPrediction,
  recordFirstPrediction,
  type Timings,
  measureBytes,
} from './page/firstPrediction.js';
import { slowNetwork, slowProcessor } from './page/conditions.js';
import { type Served, serveFolder } from './page/server.js';
import { timeStrokePoints } from './page/strokePoints.js';
import { readOptions, usageError } from './support/options.js';
import { ROOT } from './support/paths.js';
import { saveResult } from './support/results.js';
import { spread, type Spread } from './support/statistics.js';
import { formatTable } from './support/table.js';

const options = readOptions({ visits: 9, predictions: 500, points: 60, quick: false });
const visits = options.quick ? 1 : options.visits;
const predictions = options.quick ? 20 : options.predictions;
const points = options.quick ? 10 : options.points;
const WARM_UP = 50;
/** Visits on the slow network: their times vary little. */
const SLOW_VISITS = options.quick ? 1 : 3;
/** Factor of the slow processor. */
const SLOWDOWN = 4;

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined) usageError('Chromium not found; set CHROMIUM to its path');

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
  return serveFolder(join(ROOT, folder));
}

/** Uses a new browser profile: nothing is cached, no code is compiled. */
async function firstVisit(
  browser: Browser,
  address: string,
  network: 'fast' | 'slow',
): Promise<{ readonly first: FirstPrediction; readonly bytes: Bytes }> {
  const context = await browser.newContext();
  await recordFirstPrediction(context);
  const page = await context.newPage();
  if (network === 'slow') await slowNetwork(await context.newCDPSession(page));
  await page.goto(address + DRAWING);
  const first = (await page.evaluate(() => globalThis.firstPrediction))!;
  const bytes = await measureBytes(page, first);
  await context.close();
  return { first, bytes };
}

/** Script time per point of a stroke on a slow processor, with the page's first tab or another one. */
async function slowStroke(browser: Browser, address: string, hash: string): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await recordFirstPrediction(context);
  const page = await context.newPage();
  await page.goto(address + hash);
  await page.evaluate(() => globalThis.firstPrediction);
  await page.waitForTimeout(3000); // the service worker and the tab have loaded
  const session = await context.newCDPSession(page);
  await slowProcessor(session, SLOWDOWN);
  const times = await timeStrokePoints(page, session, points);
  await context.close();
  return times;
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
for (let i = 0; i < visits; i++) firstVisits.push(await firstVisit(browser, site.address, 'fast'));
const slowVisits = [];
for (let i = 0; i < SLOW_VISITS; i++)
  slowVisits.push(await firstVisit(browser, site.address, 'slow'));
const strokes = {
  network: await slowStroke(browser, site.address, DRAWING),
  why: await slowStroke(browser, site.address, `${DRAWING}&tab=why`),
};
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
  slow4G: { visits: SLOW_VISITS, ms: spread(slowVisits.map(({ first: { ms } }) => ms)) },
  strokePoint: {
    points,
    slowdown: SLOWDOWN,
    network: spread(strokes.network),
    why: spread(strokes.why),
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
const row = (name: string, budget: string, { median, min, max }: Spread): string[] => [
  name,
  budget,
  ms(median),
  ms(min),
  ms(max),
];
const rows = [
  row('first prediction of a link, cold profile, ms', '500', result.firstReading.ms),
  row('  the same on slow 4G (1.6 Mbit/s, 150 ms), ms', '4000', result.slow4G.ms),
  row(`script per stroke point, processor / ${SLOWDOWN}, ms`, '16', result.strokePoint.network),
  row('  the same with the tab Why', '16', result.strokePoint.why),
  ['one prediction, ms', '8', ms(both.median), ms(both.min), ms(both.p99)],
  ['  strokes to 28 x 28', '', ms(image.median), ms(image.min), ms(image.p99)],
  ['  network and verdict', '', ms(network.median), ms(network.min), ms(network.p99)],
  ['scripts before the first prediction, bytes (gzip)', '100000', String(bytes.scripts), '', ''],
  ['SIMD module, bytes (gzip)', '60000', String(bytes.simd), '', ''],
  ['weights, bytes (gzip)', '', String(bytes.weights), '', ''],
  ['all three', '720000', String(bytes.scripts + bytes.simd + bytes.weights), '', ''],
];
console.log(formatTable(['measurement', 'budget', 'median', 'min', 'max or 99 %'], rows));
console.log(
  `\nscripts: ${bytes.names.join(', ')}\nresults: ${saveResult('page', result, options)}`,
);
await browser.close();
