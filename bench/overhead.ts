// Cost of an op apart from its arithmetic: a chain of ops on 16 elements, and the training step of a
// small network.
//
//     npm run bench:overhead -- [--threads 1] [--rounds 60] [--quick]
//
// The minimum of many short rounds is printed, because other processes only add time.
//
// Node 20.20.2, one thread of an AMD EPYC, us per op: forward without a graph 0.64, forward 0.79,
// backward 0.98. Before the changes that docs/performance.md lists: 2.30, 2.56, 3.39.

import {
  Adam,
  add,
  createWasmBackend,
  crossEntropy,
  Linear,
  mul,
  noGrad,
  relu,
  Rng,
  scaleShift,
  scope,
  Sequential,
  sub,
  sum,
  Tanh,
  tanh,
  tensor,
  useBackend,
  type Tensor,
} from '../src/index.js';
import { thisMachine } from './support/machine.js';
import { readOptions } from './support/options.js';
import { spread } from './support/statistics.js';
import { formatTable, short } from './support/table.js';

const { quick, threads, ...options } = readOptions({ threads: 1, rounds: 60, quick: false });
const rounds = quick ? 2 : options.rounds;
const WARM_UP = quick ? 1 : 10;
/** Repetitions within a round. */
const REPEATS = 10;
/** A chain consists of this many groups of ops. */
const GROUPS = 20;
const OPS_PER_GROUP = 6;

useBackend(await createWasmBackend({ threads }));
const x = tensor(
  Array.from({ length: 16 }, (_, i) => i / 16),
  { shape: [4, 4] },
);
const w = tensor(
  Array.from({ length: 16 }, (_, i) => 1 - i / 32),
  {
    shape: [4, 4],
    requiresGrad: true,
  },
);

/** Adds, products, activations: the backward pass of a group launches as many kernels again. */
function chain(): Tensor {
  let y = add(x, w);
  for (let i = 0; i < GROUPS; i++) y = relu(scaleShift(sub(tanh(mul(add(y, x), w)), x), 0.5, 0.1));
  return y;
}

/** Milliseconds of the parts of one pass, which marks the end of each part. */
type Pass = (mark: () => void) => void | Promise<void>;

/** Minimum over the rounds of the mean time of each part, in milliseconds. */
async function measure(pass: Pass): Promise<number[]> {
  const timesOfPart: number[][] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const totals: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      let part = 0;
      let previous = performance.now();
      const mark = (): void => {
        const now = performance.now();
        totals[part] = (totals[part] ?? 0) + now - previous;
        part += 1;
        previous = now;
      };
      await pass(mark);
    }
    if (round < 0) continue;
    totals.forEach((total, part) => (timesOfPart[part] ??= []).push(total / REPEATS));
  }
  return timesOfPart.map((times) => spread(times).min);
}

/** Forward without and with a graph, and backward, in microseconds per op. */
async function measureChain(): Promise<string[][]> {
  const [inference] = await measure(async (mark) => {
    const result = scope(() => noGrad(() => chain()));
    mark();
    await result.data(); // empties the queue of the threads
    result.dispose();
  });
  const [forward, backward] = await measure(async (mark) => {
    const gradient = scope(() => {
      const loss = sum(chain());
      mark();
      loss.backward();
      mark();
      return w.grad!.data();
    });
    await gradient;
    w.zeroGrad();
  });
  const perOp = (milliseconds: number): string =>
    `${short((1000 * milliseconds) / (GROUPS * OPS_PER_GROUP))} us per op`;
  return [
    ['forward without a graph', perOp(inference)],
    ['forward', perOp(forward)],
    ['backward', perOp(backward)],
  ];
}

/** A step of the network 2-64-64-3 with tanh, batch 300, cross-entropy, Adam. */
async function measureNetwork(): Promise<string[][]> {
  const rng = new Rng(1);
  const network = new Sequential(
    new Linear({ inFeatures: 2, outFeatures: 64, rng }),
    new Tanh(),
    new Linear({ inFeatures: 64, outFeatures: 64, rng }),
    new Tanh(),
    new Linear({ inFeatures: 64, outFeatures: 3, rng }),
  );
  const points = Float32Array.from({ length: 600 }, () => rng.between(-1, 1));
  const labels = Float32Array.from({ length: 300 }, (_, i) => i % 3);
  const optimizer = new Adam(network.parameters());
  const [step] = await measure(async (mark) => {
    const loss = scope(() => {
      const logits = network.forward(tensor(points, { shape: [300, 2] }));
      const mean = crossEntropy(logits, tensor(labels));
      optimizer.zeroGrad();
      mean.backward();
      optimizer.step();
      return mean.item();
    });
    await loss;
    mark();
  });
  return [['training step of the network 2-64-64-3, batch 300', `${short(step)} ms`]];
}

const machine = thisMachine();
console.log(`${machine.cpu}, Node ${machine.node}, threads: ${threads}\n`);
const rows = [...(await measureChain()), ...(await measureNetwork())];
console.log(formatTable(['', `minimum of ${rounds} rounds`], rows));
