// Profile of a training step or of inference: milliseconds per step of each SIMD function, and the remainder for
// JavaScript. It uses one thread, so that every function runs synchronously and can be timed from
// outside.
//
//     npm run bench:profile -- [--seconds 3] [--batch 64] [--infer] [--wide] [--quick]

import { CharacterNet } from '../src/app/model/characterNet.js';
import { createWasmBackend, Rng, useBackend } from '../src/index.js';
import { Machine } from '../src/engine/backends/wasm/machine.js';
import { Learner, noiseBatch } from './support/learner.js';
import { thisMachine } from './support/machine.js';
import { readOptions } from './support/options.js';
import { formatTable, short } from './support/table.js';

const options = readOptions({ seconds: 3, batch: 64, infer: false, wide: false, quick: false });
const WARM_UP = 20;

interface Cost {
  milliseconds: number;
  calls: number;
}

const costs = new Map<string, Cost>();

/** Wraps a method whose first argument is the function's name, and records its time. */
function timed<Args extends [string, ...unknown[]]>(run: (...args: Args) => void) {
  return function (this: unknown, ...args: Args): void {
    const start = performance.now();
    run.apply(this, args);
    const cost = costs.get(args[0]) ?? { milliseconds: 0, calls: 0 };
    costs.set(args[0], cost);
    cost.milliseconds += performance.now() - start;
    cost.calls += 1;
  };
}

const methods = Machine.prototype as unknown as Record<
  'parallel' | 'run',
  (...args: [string]) => void
>;
methods.parallel = timed(methods.parallel);
methods.run = timed(methods.run);

const backend = await createWasmBackend({
  threads: 1,
  ...(options.wide ? { module: 'wide' } : {}),
});
useBackend(backend);
const learner = new Learner(new CharacterNet({ classes: 47, rng: new Rng(1) }));
const batch = noiseBatch(options.batch);
const run = (): Promise<unknown> => (options.infer ? learner.infer(batch) : learner.train(batch));
for (let step = 0; step < WARM_UP; step++) await run();

costs.clear();
let steps = 0;
const start = performance.now();
while (performance.now() - start < 1000 * (options.quick ? 0.2 : options.seconds)) {
  await run();
  steps += 1;
}
const step = (performance.now() - start) / steps;
learner.dispose();
await backend.dispose();

const kernelTime = [...costs.values()].reduce(
  (sum, { milliseconds }) => sum + milliseconds / steps,
  0,
);
const row = (name: string, milliseconds: number, calls: string): string[] => [
  name,
  short(milliseconds),
  `${short((100 * milliseconds) / step)} %`,
  calls,
];
const rows = [...costs]
  .sort(([, a], [, b]) => b.milliseconds - a.milliseconds)
  .map(([name, { milliseconds, calls }]) => row(name, milliseconds / steps, short(calls / steps)));
const { cpu, node } = thisMachine();
console.log(
  formatTable(
    [
      `${cpu}, Node ${node}, ${backend.build}, batch ${options.batch}`,
      'ms per step',
      'share',
      'calls',
    ],
    [
      ...rows,
      row('JavaScript and garbage collection', step - kernelTime, ''),
      row('step', step, ''),
    ],
  ),
);
