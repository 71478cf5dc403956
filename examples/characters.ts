// Classifies synthetic handwritten characters with a small convolutional network.
//
// Question: what does a classifier of images consist of, and what does it confuse?
// Run:      npm run example -- characters
//
// Output:
//   epoch 1  train loss 1.22  test accuracy 87.9 %
//   epoch 2  train loss 0.20  test accuracy 91.1 %
//   epoch 3  train loss 0.14  test accuracy 92.1 %
//   A, predicted A  K, predicted K  U, predicted U  f, predicted f  3, predicted 3
//              ▄                                            ▄▄▄           ▄▄▄
//            ▄██          ██           ██    ██           ▄▀  ▀          ▀▀▀▀█▄
//          ▄█▀█          ▄█  ▄         ██   ▄██           █                ▄▄█▀
//         ▄█▄▄█▄         ██▄▀▀        ███   ██▀        ▀▀█▀▀▀             ▀▀█▄
//      ▄██▀▀▀█          ███           ▀██ ▄███          ▄▀             ▄█   ██
//     ▄█▀   ▄█          █ ▀▀█▄         ▀███▀▀██         █              ▀█▄▄█▀
//     ▀                                                ▀                ▀▀▀
//   5, predicted F  I, predicted 1  L, predicted 1  O, predicted 0  9, predicted g
//                            ▄▄▄            ▄             ▄▄             ▄▄▄▄
//                          ███▀▀            █           ▄█████▄         █▀   █▄
//       ▄██▀▀▀▀▀▀          ▄█              █           ▄█▀   ▀█▄        █  ▄█▀█
//       █▀▀█▄             ▄█              █           ▄█      ██         ▀▀▀ ▄▀
//    ▄▄▄▄▄█▀             ▄█▀             ▄▀           ██     ▄█▀            ▄█
//                     ▄▄▄██▄             █            ▀██▄▄▄█▀            ▄▄▀
//                     ▀▀▀▀▀              ▀               ▀▀▀           ▀▀▀

import {
  Adam,
  argmax,
  BatchNorm2d,
  Conv2d,
  createWasmBackend,
  crossEntropy,
  Flatten,
  Linear,
  type Layer,
  MaxPool2d,
  noGrad,
  ReLU,
  Rng,
  scope,
  Sequential,
  tensor,
  useBackend,
} from 'inkgrad';
import { DataLoader, Normalizer, syntheticDataset } from 'inkgrad/data';
import { blockImage, sideBySide } from './support/textFigure.ts';

const short = process.argv.includes('--short');
const [count, epochs] = short ? [47 * 30, 1] : [47 * 100, 3];
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere

// Images [1, 28, 28] of 47 classes. Lower-case letters that look like capitals share their class.
const train = syntheticDataset({ seed: 1, part: 'train', count });
const test = syntheticDataset({ seed: 1, part: 'test', count: 47 * 10 });
const { classes } = train;
const transform = { inputs: new Normalizer() }; // bytes 0..255 -> -1..1
const loader = new DataLoader(train, { batchSize: 47, shuffle: 1, transform });
const testLoader = new DataLoader(test, { batchSize: 94, transform });

const rng = new Rng(1);
const block = (inChannels: number, outChannels: number): Layer[] => [
  new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
  new BatchNorm2d({ numFeatures: outChannels }),
  new ReLU(),
  new MaxPool2d({ kernelSize: 2 }), // halves height and width
];
const model = new Sequential(
  ...block(1, 16), // [N, 1, 28, 28] -> [N, 16, 14, 14]
  ...block(16, 32), // -> [N, 32, 7, 7]
  new Flatten(),
  new Linear({ inFeatures: 32 * 7 * 7, outFeatures: classes.length, rng }), // -> [N, 47]
);
const optimizer = new Adam(model.parameters());

/** The predicted class index of each test image. */
async function predict(): Promise<number[]> {
  model.eval(); // batch norm uses its running statistics
  const predictions: number[] = [];
  for (const { inputs } of testLoader.batches(0)) {
    const classIndices = scope(() => noGrad(() => argmax(model.forward(tensor(inputs)))).data());
    predictions.push(...(await classIndices));
  }
  model.train();
  return predictions;
}

let predictions: number[] = [];
for (let epoch = 0; epoch < epochs; epoch++) {
  optimizer.lr = 0.005 / 4 ** epoch; // smaller steps toward the end
  let sum = 0;
  for (const { inputs, targets } of loader.batches(epoch)) {
    const loss = scope(() => {
      const loss = crossEntropy(model.forward(tensor(inputs)), tensor(targets));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    sum += await loss;
  }
  predictions = await predict();
  const correct = predictions.filter((prediction, i) => prediction === test.labels[i]).length;
  const loss = (sum / loader.batchesPerEpoch).toFixed(2);
  const accuracy = ((100 * correct) / test.length).toFixed(1);
  console.log(`epoch ${epoch + 1}  train loss ${loss}  test accuracy ${accuracy} %`);
}

/** An image below its class and its prediction. */
function figure(index: number): string[] {
  const title = `${classes[test.labels[index]]}, predicted ${classes[predictions[index]]}`;
  const pixels = Array.from(test.get(index).inputs as Uint8Array, (byte) => byte / 255);
  return [title, ...blockImage(pixels, 28, 2)];
}

const indices = Array.from({ length: test.length }, (_, index) => index);
const mistakes = indices.filter((index) => predictions[index] !== test.labels[index]);
console.log(sideBySide([10, 20, 30, 40, 50].map(figure)));
console.log(sideBySide(mistakes.slice(0, 5).map(figure)));
