// Times the complete training step and inference of CharacterNet, for each number of threads and
// each build of the kernels.
//
//     npm run bench:step -- [--threads 1,2] [--seconds 2] [--quick]

import { Bench } from 'tinybench';
import { CharacterNet } from '../src/app/model/characterNet.js';
import { BackendError, createWasmBackend, Rng, useBackend } from '../src/index.js';
import { Learner, noiseBatch } from './support/learner.js';
import { thisMachine } from './support/machine.js';
import { readOptions } from './support/options.js';
import { formatTable, short } from './support/table.js';

const options = readOptions({ threads: [1, 2], seconds: 2, quick: false });
const BATCH = 64;
/**
 * Floating-point operations per image, by the layers' definitions, regardless of algorithms that
 * save some.
 */
const FLOPS = { infer: 15.5e6, train: 46.1e6 } as const;

async function measure(threads: number, module: 'base' | 'relaxed'): Promise<string[][]> {
  const label = `${module}, ${threads} thread${threads === 1 ? '' : 's'}`;
  let backend;
  try {
    backend = await createWasmBackend({ threads, module });
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return [[`${label}: not supported by this Node version`, '', '', '', '']];
  }
  useBackend(backend);
  const learner = new Learner(new CharacterNet({ classes: 47, rng: new Rng(1) }));
  const [batch, one] = [noiseBatch(BATCH), noiseBatch(1)];
  const cases = [
    { name: 'training step', images: BATCH, flops: FLOPS.train, run: () => learner.train(batch) },
    { name: 'inference', images: BATCH, flops: FLOPS.infer, run: () => learner.infer(batch) },
    { name: 'inference', images: 1, flops: FLOPS.infer, run: () => learner.infer(one) },
  ];
  const time = 1000 * (options.quick ? 0.1 : options.seconds);
  const bench = new Bench({ time, warmupTime: time / 4, iterations: 5, warmupIterations: 2 });
  for (const { name, images, run } of cases) bench.add(`${name} ${images}`, run, { async: true });
  await bench.run();
  const rows = cases.map(({ name, images, flops }) => {
    const result = bench.getTask(`${name} ${images}`)?.result;
    if (result === undefined || !('latency' in result))
      throw new Error(`bench: ${name} did not finish`);
    const { p50, p99 } = result.latency;
    const rate = [short((1000 * images) / p50), short((images * flops) / p50 / 1e6)];
    return [`${name}, batch ${images}: ${label}`, short(p50), short(p99), ...rate];
  });
  learner.dispose();
  await backend.dispose();
  return rows;
}

const { cpu, cores, node } = thisMachine();
const rows: string[][] = [];
for (const module of ['base', 'relaxed'] as const) {
  for (const threads of options.threads) rows.push(...(await measure(threads, module)));
}
const header = [
  `${cpu}, ${cores} cores, Node ${node}`,
  'median ms',
  'p99 ms',
  'img/s',
  'nominal GFLOP/s',
];
console.log(formatTable(header, rows));
