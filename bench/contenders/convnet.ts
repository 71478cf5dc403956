// ConvNetJS (2014) as a contender. The library has no batch norm, so its network is the same
// without those layers, and it processes one image at a time. Its trainer has no Adam; Adadelta is
// the closest per-weight update rule.
//
//     node dist/bench/contenders/convnet.js

import { installedVersion, requirePeer } from '../compare/peers.js';
import { BATCH, batchOf, CLASSES, PIXELS, readWorkload, type Batch } from '../compare/workload.js';
import { serve } from './serve.js';

/** The part of the package's interface that is used here. */
interface ConvNet {
  readonly Vol: new (width: number, height: number, depth: number, value: number) => Volume;
  readonly Net: new () => Net;
  readonly Trainer: new (net: Net, options: Readonly<Record<string, number | string>>) => Trainer;
}

interface Volume {
  readonly w: Float64Array;
}

interface Net {
  makeLayers(layers: readonly Readonly<Record<string, number | string>>[]): void;
  forward(x: Volume, training: boolean): Volume;
}

interface Trainer {
  train(x: Volume, label: number): { readonly loss: number };
}

const workload = readWorkload();
const convnet = requirePeer('convnetjs', '/build/convnet.js') as ConvNet;

const block = (filters: number): Readonly<Record<string, number | string>>[] => [
  { type: 'conv', sx: 3, filters, stride: 1, pad: 1, activation: 'relu' },
  { type: 'pool', sx: 2, stride: 2 },
];
const net = new convnet.Net();
net.makeLayers([
  { type: 'input', out_sx: 28, out_sy: 28, out_depth: 1 },
  ...[32, 64, 128].flatMap(block),
  { type: 'fc', num_neurons: 256, activation: 'relu', drop_prob: 0.5 },
  { type: 'softmax', num_classes: CLASSES },
]);
const trainer = new convnet.Trainer(net, { method: 'adadelta', batch_size: BATCH });
const input = new convnet.Vol(28, 28, 1, 0);

function load(images: Float32Array, image: number): Volume {
  input.w.set(images.subarray(image * PIXELS, (image + 1) * PIXELS));
  return input;
}

/** The trainer updates the weights after every BATCH images. */
function train({ images, labels }: Batch): number {
  let loss = 0;
  for (let i = 0; i < labels.length; i++) loss += trainer.train(load(images, i), labels[i]).loss;
  return loss / labels.length;
}

function infer({ images, labels }: Batch): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += net.forward(load(images, i), false).w[0];
  return sum;
}

await serve({
  versions: { convnetjs: installedVersion('convnetjs') },
  tasks: {
    train: (index) => train(batchOf(workload, index, BATCH)),
    infer64: (index) => infer(batchOf(workload, index, BATCH)),
    infer1: (index) => infer(batchOf(workload, index, 1)),
  },
  check: null,
});
