// Trains a small network on the predictions of a large one instead of labels.
//
// Question: what does "probably O, perhaps 0 or Q" teach a network that "O" does not?
// Run:      npm run example -- distillation
//
// Output:
//   teacher: 147311 weights, 93.4 % correct
//   student: 6383 weights
//                       O 26 % #############
//        ▄█████         0 14 % #######
//      ▄██▀   ██        a  6 % ###
//     ▄█▀    ██         U  4 % ##
//     ██▄  ▄██          e  4 % ##
//      ▀███▀▀           n  4 % ##
//
//   images   student, labels   student, soft labels
//      235           76.1 %           84.8 %
//      470           84.7 %           89.6 %
//      940           86.6 %           91.4 %

import {
  Adam,
  BatchNorm2d,
  Conv2d,
  createWasmBackend,
  Flatten,
  Linear,
  MaxPool2d,
  noGrad,
  oneHot,
  ReLU,
  Rng,
  scope,
  Sequential,
  softCrossEntropy,
  tensor,
  useBackend,
  type Layer,
  type Tensor,
} from 'inkgrad';
import { syntheticDataset, type ImageDataset } from 'inkgrad/data';
import { blockImage, sideBySide } from './support/textFigure.ts';

const short = process.argv.includes('--short');
const TEMPERATURE = 4; // divides the logits, so that small probabilities become visible
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere
const rng = new Rng(1);

/** Images [N, 1, 28, 28] -> logits [N, 47]; three blocks with the given channels. */
function network(...channels: [number, number, number]): Sequential {
  const block = (outChannels: number, i: number): Layer[] => [
    new Conv2d({ inChannels: channels[i - 1] ?? 1, outChannels, kernelSize: 3, padding: 1, rng }),
    new BatchNorm2d({ numFeatures: outChannels }),
    new ReLU(),
    new MaxPool2d({ kernelSize: 2 }),
  ];
  const output = new Linear({ inFeatures: 3 * 3 * channels[2], outFeatures: 47, rng });
  return new Sequential(...channels.flatMap(block), new Flatten(), output);
}

/** Trains on class probabilities [N, 47]. */
function train(model: Layer, x: Tensor, targets: Tensor, epochs: number, temperature = 1): void {
  const optimizer = new Adam(model.parameters(), { lr: 3e-3 });
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch === Math.floor(0.7 * epochs)) optimizer.lr /= 5;
    const order = rng.permutation(x.shape[0]);
    for (let i = 0; i < order.length; i += 47) {
      scope(() => {
        const batch = order.subarray(i, i + 47);
        const logits = model.forward(x.indexSelect(0, batch)).div(temperature);
        optimizer.zeroGrad();
        softCrossEntropy(logits, targets.indexSelect(0, batch)).backward();
        optimizer.step();
      });
    }
  }
  model.eval();
}

const toTensor = ({ images, length }: ImageDataset): Tensor =>
  tensor(images, { shape: [length, 1, 28, 28] })
    .div(127.5)
    .sub(1);
const data = syntheticDataset({ seed: 1, count: short ? 470 : 4000 });
const test = syntheticDataset({ seed: 1, count: short ? 470 : 1880, part: 'test' });
const [images, testImages] = [toTensor(data), toTensor(test)];

/** Percentage of the test characters that a network recognizes. */
async function accuracy(model: Layer): Promise<string> {
  const answers = await scope(() => noGrad(() => model.forward(testImages)).argmax()).data();
  const correct = answers.filter((answer, i) => answer === test.labels[i]).length;
  return `${((100 * correct) / answers.length).toFixed(1)} %`;
}

const labels = oneHot(data.labels, 47);
const teacher = network(32, 64, 128);
train(teacher, images, labels, 3);
console.log(`teacher: ${teacher.parameterCount} weights, ${await accuracy(teacher)} correct`);
console.log(`student: ${network(4, 8, 12).parameterCount} weights`);
const softLabels = noGrad(() => teacher.forward(images).div(TEMPERATURE).softmax());

const O = data.classes.indexOf('O');
const [values, indices] = softLabels.slice(0, O, O + 1).topk(6);
const percentages = [...(await values.data())].map((p) => Math.round(100 * p));
const names = [...(await indices.data())].map((index) => data.classes[index]);
const bars = percentages.map(
  (p, i) => `${names[i]} ${String(p).padStart(2)} % ${'#'.repeat(p / 2)}`,
);
const pixels = Array.from(data.images.subarray(784 * O, 784 * O + 784), (byte) => byte / 255);
console.log(sideBySide([blockImage(pixels, 28, 2), bars], 6));
console.log('images   student, labels   student, soft labels');
for (const count of short ? [235] : [235, 470, 940]) {
  const few = images.slice(0, 0, count);
  const [student, distilled] = [network(4, 8, 12), network(4, 8, 12)];
  train(student, few, labels.slice(0, 0, count), short ? 10 : 40);
  train(distilled, few, softLabels.slice(0, 0, count), short ? 10 : 40, TEMPERATURE);
  const columns = [await accuracy(student), await accuracy(distilled)];
  console.log(`${count}`.padStart(6) + columns.map((text) => text.padStart(17)).join(''));
}
