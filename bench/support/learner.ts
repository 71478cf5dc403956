// The bare training step and inference that every benchmark measures: a model with Adam, through
// the package's public API. It matches the trainer's step without its bookkeeping.

import { Adam, crossEntropy, noGrad, scope, tensor, type Layer } from '../../src/index.js';

/** Host arrays of one step. */
export interface HostBatch {
  /** [count, 1, side, side] */
  readonly images: Float32Array;
  /** [count], class indices. */
  readonly labels: Float32Array;
}

export class Learner {
  readonly model: Layer;
  readonly #optimizer: Adam;

  constructor(model: Layer) {
    this.model = model;
    this.#optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  }

  /** One step: upload, forward, backward, update; resolves to the loss. */
  train({ images, labels }: HostBatch): Promise<number> {
    if (!this.model.training) this.model.train();
    return scope(() => {
      // Upload first: no need to drain the queue.
      const [x, target] = [upload(images, labels.length), tensor(labels)];
      const loss = crossEntropy(this.model.forward(x), target);
      this.#optimizer.zeroGrad();
      loss.backward();
      this.#optimizer.step();
      return loss.item();
    });
  }

  /** Upload and forward without a graph; resolves to the logits. */
  infer({ images, labels }: HostBatch): Promise<ArrayLike<number>> {
    if (this.model.training) this.model.eval();
    return scope(() => noGrad(() => this.model.forward(upload(images, labels.length))).data());
  }

  /** Frees the model and the optimizer. */
  dispose(): void {
    this.model.dispose();
    this.#optimizer.dispose();
  }
}

function upload(images: Float32Array, count: number): ReturnType<typeof tensor> {
  const side = Math.sqrt(images.length / count);
  return tensor(images, { shape: [count, 1, side, side] });
}

/** A batch of noise, for benchmarks whose speed does not depend on image content. */
export function noiseBatch(count: number, side = 28, classes = 47): HostBatch {
  // A linear congruential generator: the same numbers in every run.
  let state = 1;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return {
    images: Float32Array.from({ length: count * side * side }, () => 2 * next() - 1),
    labels: Float32Array.from({ length: count }, () => Math.floor(next() * classes)),
  };
}
