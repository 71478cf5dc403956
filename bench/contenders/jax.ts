// jax-js on its WebAssembly device as a contender. In Node it has one thread, because it supports
// only the web's Worker.
//
//     node dist/bench/contenders/jax.js

import { installedVersion, requirePeer } from '../compare/peers.js';
import { CHECK_STEPS, type CheckReply } from '../compare/protocol.js';
import { BATCH, batchOf, CLASSES, readWorkload, type Batch } from '../compare/workload.js';
import { meanCrossEntropy } from './crossEntropy.js';
import { BETAS, makeNet } from './jaxNet.js';
import type { Array, Jax, Tree } from './jaxTypes.js';
import { serve } from './serve.js';

const HIDDEN = 256;

const workload = readWorkload();
const jax = requirePeer('@jax-js/jax') as Jax;
const { numpy: np, tree } = jax;
const net = makeNet(jax);

const upload = (values: Float32Array, shape: readonly number[]): Array =>
  np.array(values).reshape(shape);

const uploadImages = ({ images, labels }: Batch): Array =>
  upload(images, [labels.length, 1, 28, 28]);

function oneHot(labels: Float32Array): Float32Array {
  const rows = new Float32Array(labels.length * CLASSES);
  labels.forEach((label, row) => (rows[row * CLASSES + label] = 1));
  return rows;
}

class Learner {
  readonly #dropout: number;
  #parameters: Tree;
  #running: Tree;
  #m: Tree;
  #v: Tree;
  #steps = 0;

  constructor(dropout: number) {
    const weights = (running: boolean): Tree =>
      Object.fromEntries(
        workload.weights
          .filter(({ name }) => name.includes('running') === running)
          .map(({ name, shape, data }) => [name, upload(data, shape)]),
      );
    this.#dropout = dropout;
    this.#parameters = weights(false);
    this.#running = weights(true);
    const zeros = (): Tree =>
      Object.fromEntries(
        Object.entries(this.#parameters).map(([name, { shape }]) => [name, np.zeros(shape)]),
      );
    this.#m = zeros();
    this.#v = zeros();
  }

  /** One training step; resolves to the loss. */
  async train(batch: Batch): Promise<number> {
    this.#steps++;
    const mask = Float32Array.from({ length: batch.labels.length * HIDDEN }, () =>
      Math.random() < this.#dropout ? 0 : 1 / (1 - this.#dropout),
    );
    const unbias = (beta: number): Array => np.array(Float32Array.of(1 - beta ** this.#steps));
    const [loss, parameters, running, m, v] = net.step(
      this.#parameters,
      this.#running,
      this.#m,
      this.#v,
      {
        x: uploadImages(batch),
        labels: upload(oneHot(batch.labels), [batch.labels.length, CLASSES]),
        mask: upload(mask, [batch.labels.length, HIDDEN]),
        unbias1: unbias(BETAS[0]),
        unbias2: unbias(BETAS[1]),
      },
    );
    this.#parameters = parameters;
    this.#running = running;
    this.#m = m;
    this.#v = v;
    return (await loss.data())[0];
  }

  infer(batch: Batch): Promise<Float32Array> {
    return net
      .infer(tree.ref(this.#parameters), tree.ref(this.#running), uploadImages(batch))
      .data();
  }

  dispose(): void {
    for (const arrays of [this.#parameters, this.#running, this.#m, this.#v]) tree.dispose(arrays);
  }
}

async function check(): Promise<CheckReply> {
  const learner = new Learner(0);
  const first = batchOf(workload, 0, BATCH);
  const evaluation = meanCrossEntropy(await learner.infer(first), first.labels);
  const training: number[] = [];
  for (let step = 0; step < CHECK_STEPS; step++)
    training.push(await learner.train(batchOf(workload, step, BATCH)));
  learner.dispose();
  return { evaluation, training };
}

const learner = new Learner(0.5);
await serve({
  versions: { 'jax-js': installedVersion('@jax-js/jax') },
  tasks: {
    train: (index) => learner.train(batchOf(workload, index, BATCH)),
    infer64: (index) => learner.infer(batchOf(workload, index, BATCH)),
    infer1: (index) => learner.infer(batchOf(workload, index, 1)),
  },
  check,
});
