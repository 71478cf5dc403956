// inkgrad as a contender: the bare training step and inference of CharacterNet, through the package's public face.
//
//     node dist/bench/contenders/inkgrad.js [threads]

import { CharacterNet } from '../../src/app/model.js';
import { Adam, createWasmBackend, crossEntropy, noGrad, Rng, scope, tensor, useBackend } from '../../src/index.js';
import type { CheckReply } from '../compare/protocol.js';
import { CHECK_STEPS } from '../compare/protocol.js';
import { BATCH, batchOf, CLASSES, readWorkload, type Batch } from '../compare/workload.js';
import { meanCrossEntropy } from './crossEntropy.js';
import { serve } from './serve.js';

const workload = readWorkload();
const backend = await createWasmBackend({ threads: Number(process.argv[2] ?? 2) });
useBackend(backend);

class Learner {
  readonly #model: CharacterNet;
  readonly #optimizer: Adam;

  constructor(dropout: number) {
    this.#model = new CharacterNet({ classes: CLASSES, rng: new Rng(1), dropout });
    const start = Object.fromEntries(workload.weights.map((array) => [array.name, array]));
    this.#model.loadStateDict(start, { strict: false }); // the count of batches is not in the workload
    this.#optimizer = new Adam(this.#model.parameters(), { lr: 1e-3 });
  }

  /** As in the trainer, without its bookkeeping: upload, forward, backward, update, and the loss read back. */
  train({ images, labels }: Batch): Promise<number> {
    this.#model.train();
    return scope(() => {
      const x = tensor(images, { shape: [labels.length, 1, 28, 28] });
      const loss = crossEntropy(this.#model.forward(x), tensor(labels));
      this.#optimizer.zeroGrad();
      loss.backward();
      this.#optimizer.step();
      return loss.item();
    });
  }

  /** The logits of a batch, read back. */
  infer({ images, labels }: Batch): Promise<ArrayLike<number>> {
    this.#model.eval();
    return noGrad(() =>
      scope(() => this.#model.forward(tensor(images, { shape: [labels.length, 1, 28, 28] })).data()),
    );
  }

  dispose(): void {
    this.#model.dispose();
    this.#optimizer.dispose();
  }
}

async function check(): Promise<CheckReply> {
  const learner = new Learner(0);
  const first = batchOf(workload, 0, BATCH);
  const evaluation = meanCrossEntropy(await learner.infer(first), first.labels);
  const training: number[] = [];
  for (let step = 0; step < CHECK_STEPS; step++) training.push(await learner.train(batchOf(workload, step, BATCH)));
  learner.dispose();
  return { evaluation, training };
}

const learner = new Learner(0.5);
await serve({
  versions: { inkgrad: `${backend.build}, ${backend.threads} threads` },
  tasks: {
    train: (index) => learner.train(batchOf(workload, index, BATCH)),
    infer64: (index) => learner.infer(batchOf(workload, index, BATCH)),
    infer1: (index) => learner.infer(batchOf(workload, index, 1)),
  },
  check,
});
