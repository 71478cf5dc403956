// inkgrad as a contender: the bare training step and inference of CharacterNet, through the
// package's public API.
//
//     node dist/bench/contenders/inkgrad.js [threads]

import { CharacterNet } from '../../src/app/model/characterNet.js';
import { Rng } from '../../src/index.js';
import { CHECK_STEPS, type CheckReply } from '../compare/protocol.js';
import { BATCH, batchOf, CLASSES, readWorkload } from '../compare/workload.js';
import { openBackend } from '../support/backend.js';
import { Learner } from '../support/learner.js';
import { meanCrossEntropy } from './crossEntropy.js';
import { serve } from './serve.js';

const workload = readWorkload();
const backend = await openBackend(Number(process.argv[2] ?? 2));

function makeLearner(dropout: number): Learner {
  const model = new CharacterNet({ classes: CLASSES, rng: new Rng(1), dropout });
  const start = Object.fromEntries(workload.weights.map((array) => [array.name, array]));
  model.loadStateDict(start, { strict: false }); // the workload has no num_batches_tracked
  return new Learner(model);
}

async function check(): Promise<CheckReply> {
  const learner = makeLearner(0);
  const first = batchOf(workload, 0, BATCH);
  const evaluation = meanCrossEntropy(await learner.infer(first), first.labels);
  const training: number[] = [];
  for (let step = 0; step < CHECK_STEPS; step++)
    training.push(await learner.train(batchOf(workload, step, BATCH)));
  learner.dispose();
  return { evaluation, training };
}

const learner = makeLearner(0.5);
await serve({
  versions: { module: backend.build, threads: `${backend.threads}` },
  tasks: {
    train: (index) => learner.train(batchOf(workload, index, BATCH)),
    infer64: (index) => learner.infer(batchOf(workload, index, BATCH)),
    infer1: (index) => learner.infer(batchOf(workload, index, 1)),
  },
  check,
});
