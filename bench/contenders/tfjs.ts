// TensorFlow.js with its WebAssembly backend as a contender. That backend cannot train convolutions
// because it lacks the filter gradient, which tfjsFilterGradient.ts adds. The library requires
// channels-last layout.
//
//     node dist/bench/contenders/tfjs.js

import { CHECK_STEPS, type CheckReply } from '../compare/protocol.js';
import { installedVersion, requirePeer } from '../compare/peers.js';
import { BATCH, batchOf, CLASSES, readWorkload, type Batch } from '../compare/workload.js';
import { serve } from './serve.js';
import type { Tensor, Tensorflow, Variable } from './tfjsTypes.js';
import { addFilterGradient } from './tfjsFilterGradient.js';

const EPSILON = 1e-5;
const MOMENTUM = 0.1;

const workload = readWorkload();
const tf = requirePeer('@tensorflow/tfjs') as Tensorflow;
requirePeer('@tensorflow/tfjs-backend-wasm'); // registers itself
addFilterGradient(tf);
await tf.setBackend('wasm');
await tf.ready();

class Learner {
  readonly #variables = new Map<string, Variable>();
  readonly #optimizer = tf.train.adam(1e-3);
  readonly #dropout: number;

  constructor(dropout: number) {
    this.#dropout = dropout;
    for (const { name, shape, data } of workload.weights) {
      const initial = tf.tidy(() => {
        const value = tf.tensor(data, shape);
        // [O, C, k, k] -> [k, k, C, O]
        if (shape.length === 4) return tf.transpose(value, [2, 3, 1, 0]);
        if (name === 'fc_layers.0.weight') return flattenedChannelsLast(value);
        return shape.length === 2 ? tf.transpose(value) : tf.clone(value);
      });
      this.#variables.set(name, tf.variable(initial, !name.includes('running')));
      initial.dispose();
    }
  }

  #get(name: string): Variable {
    return this.#variables.get(name)!;
  }

  #norm(x: Tensor, layer: string, training: boolean): Tensor {
    const scale = this.#get(`${layer}.weight`);
    const offset = this.#get(`${layer}.bias`);
    const runningMean = this.#get(`${layer}.running_mean`);
    const runningVar = this.#get(`${layer}.running_var`);
    if (!training) return tf.batchNorm(x, runningMean, runningVar, offset, scale, EPSILON);
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const count = x.shape[0] * x.shape[1] * x.shape[2];
    updateRunning(runningMean, mean);
    updateRunning(runningVar, tf.mul(variance, tf.scalar(count / (count - 1))));
    return tf.batchNorm(x, mean, variance, offset, scale, EPSILON);
  }

  #forward({ images, labels }: Batch, training: boolean): Tensor {
    let x: Tensor = tf.tensor4d(images, [labels.length, 28, 28, 1]);
    for (let block = 0; block < 3; block++) {
      const [conv, norm] = [4 * block, 4 * block + 1].map((layer) => `conv_layers.${layer}`);
      x = tf.add(tf.conv2d(x, this.#get(`${conv}.weight`), 1, 1), this.#get(`${conv}.bias`));
      x = tf.maxPool(tf.relu(this.#norm(x, norm, training)), 2, 2, 'valid');
    }
    x = tf.reshape(x, [labels.length, -1]);
    x = tf.relu(
      tf.add(tf.matMul(x, this.#get('fc_layers.0.weight')), this.#get('fc_layers.0.bias')),
    );
    if (training && this.#dropout > 0) x = tf.dropout(x, this.#dropout);
    return tf.add(tf.matMul(x, this.#get('fc_layers.3.weight')), this.#get('fc_layers.3.bias'));
  }

  #loss(batch: Batch, training: boolean): Tensor {
    const labels = tf.oneHot(tf.tensor1d(Int32Array.from(batch.labels), 'int32'), CLASSES);
    return tf.losses.softmaxCrossEntropy(labels, this.#forward(batch, training));
  }

  /** One training step; resolves to the loss. */
  async train(batch: Batch): Promise<number> {
    const loss = tf.tidy(() => this.#optimizer.minimize(() => this.#loss(batch, true), true))!;
    const [value] = await loss.data();
    loss.dispose();
    return value;
  }

  async infer(batch: Batch): Promise<Float32Array> {
    return toHost(tf.tidy(() => this.#forward(batch, false)));
  }

  async evaluate(batch: Batch): Promise<number> {
    return (await toHost(tf.tidy(() => this.#loss(batch, false))))[0];
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#optimizer.dispose();
  }
}

/** running = (1 - momentum) running + momentum value, outside of the gradient. */
function updateRunning(running: Variable, value: Tensor): void {
  running.assign(
    tf.add(tf.mul(running, tf.scalar(1 - MOMENTUM)), tf.mul(value, tf.scalar(MOMENTUM))),
  );
}

/** [256, 128 * 3 * 3] with channels-first inputs -> [3 * 3 * 128, 256] for channels-last. */
function flattenedChannelsLast(weight: Tensor): Tensor {
  return tf.reshape(tf.transpose(tf.reshape(weight, [256, 128, 3, 3]), [2, 3, 1, 0]), [1152, 256]);
}

async function toHost(tensor: Tensor): Promise<Float32Array> {
  const data = await tensor.data();
  tensor.dispose();
  return data;
}

async function check(): Promise<CheckReply> {
  const learner = new Learner(0);
  const evaluation = await learner.evaluate(batchOf(workload, 0, BATCH));
  const training: number[] = [];
  for (let step = 0; step < CHECK_STEPS; step++)
    training.push(await learner.train(batchOf(workload, step, BATCH)));
  learner.dispose();
  return { evaluation, training };
}

const learner = new Learner(0.5);
await serve({
  versions: { 'tfjs-backend-wasm': installedVersion('@tensorflow/tfjs-backend-wasm') },
  tasks: {
    train: (index) => learner.train(batchOf(workload, index, BATCH)),
    infer64: (index) => learner.infer(batchOf(workload, index, BATCH)),
    infer1: (index) => learner.infer(batchOf(workload, index, 1)),
  },
  check,
});
