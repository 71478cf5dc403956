// `npm run test:graphs -- --graphs 20000 --seed 1`: checks any number of random graphs, and prints
// the memory in use. `--path` repeats one graph that fast-check reported.

import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { graphs } from './arbitrary.js';
import { allCandidates, GraphChecker, withShrinkLimit } from './check.js';

const { values } = parseArgs({
  options: {
    graphs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    path: { type: 'string', default: '' },
  },
});
const [count, seed] = [Number(values.graphs), Number(values.seed)];
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run test:graphs -- [--graphs COUNT] [--seed INTEGER] [--path PATH]');
  process.exit(2);
}

const MB = 2 ** 20;
const candidates = await allCandidates();
const checker = new GraphChecker(candidates);
console.log(`graphs    ${count}, seed ${seed}, Node ${process.version}`);
console.log(`backends  ${candidates.map(({ name }) => name).join('; ')}`);
console.log('  graphs  live buffers  reserved MB  heap MB  RSS MB  seconds');

const start = performance.now();
/** Reserved bytes of all backends. */
const reserved = (): number =>
  [...checker.backends.values()].reduce((sum, { memory }) => sum + memory.reservedBytes, 0);

function printMemory(): void {
  globalThis.gc?.();
  const live = [...checker.backends.values()].reduce((sum, { memory }) => sum + memory.live, 0);
  const { rss, heapUsed } = process.memoryUsage();
  const cells = [
    String(checker.statistics.graphs).padStart(8),
    String(live).padStart(13),
    (reserved() / MB).toFixed(1).padStart(12),
    (heapUsed / MB).toFixed(1).padStart(8),
    (rss / MB).toFixed(0).padStart(7),
    ((performance.now() - start) / 1000).toFixed(0).padStart(8),
  ];
  console.log(cells.join(' '));
}

// The first measurement comes after the caches have filled.
const interval = Math.max(1, Math.floor(count / 20));
let reservedAtHalf = 0;
const check = withShrinkLimit((graph) => checker.check(graph), 120_000);
const property = fc.asyncProperty(graphs, async (graph) => {
  await check(graph);
  const done = checker.statistics.graphs;
  if (done % interval === 0) printMemory();
  if (done === Math.ceil(count / 2)) reservedAtHalf = reserved();
});
const result = await fc.check(property, {
  seed,
  numRuns: count,
  ...(values.path !== '' && { path: values.path, endOnFailure: true }),
});

const { arrays, looseArrays, escalated, largestPart, graphs: checked } = checker.statistics;
if (result.failed) {
  console.error(`\n${fc.defaultReportMessage(result)}`);
  console.error(String(result.errorInstance));
  console.error(
    `\nrepeat it:  npm run test:graphs -- --seed ${seed} --path "${result.counterexamplePath}"`,
  );
  process.exitCode = 1;
} else {
  const loose = ((100 * looseArrays) / arrays).toFixed(2);
  console.log(
    `agree     ${checked} graphs, ${arrays} arrays on each backend; largest error ` +
      `${(100 * largestPart).toFixed(0)} % of the allowed one; ${escalated} graphs needed more ` +
      `noisy runs; ${loose} % of the arrays have an allowed error above 1 %`,
  );
  // Deterministic, unlike the resident memory: the same graphs make the same allocations.
  if (count >= 1000 && reserved() > 1.5 * reservedAtHalf) {
    console.error('failed    the reserved memory grew by more than half in the second half');
    process.exitCode = 1;
  }
}
await checker.dispose();
