// Compresses images to eight numbers, and draws images that lie between two characters.
//
// Question: what does a network learn without labels, and what lies between an A and a B?
// Run:      npm run example -- autoencoder
//
// Output:
//   epoch 15  loss per pixel 0.190
//   epoch 30  loss per pixel 0.172
//          ▄                           ▄             ▄             ▄▄           ▄▄▄▄           ▄▄▄
//         ██▄           ▄██           ███          ███▀▀        ██▀▀▀▀█▄      ▀█▀▀ ▀█▄      ██▀▀▀▀▀█
//        ██▀█          ▄█▀█▄         ██ █▄         █  ▄▄        ▄█  ▄▄█▀      ██  ▄▄█▀      ██ ▄▄▄█▀
//       ▄█▄▄██▄       ██▄▄▄█▄       ██▄▄██▄       ██████▄       ██████▄       █▀▀███▄       █▀▀▀██▄
//      ▄█▀▀▀▀▀█      ██▀▀▀▀▀█      ██▀  ▀██      ██    ▀█      ██    ▀█      █▀     █      ██     █
//     ██      ▀█    █▀      █▄    ▄█      █     ▄█     ██     ▄█▄▄ ▄▄██     ▄█▄ ▄▄▄█▀     ▄█▄▄▄▄▄▄█
//     ▀                                                        ▀▀▀▀▀         ▀▀▀▀▀          ▀▀▀▀▀
//                                                                    ▄▄          ▄▄▄▄          ▄▄▄▄
//        ▄█████▄        ▄████▄        █████▄       ▄██▀▀██       ▄█▀▀▀▀▀       ▄█▀▀▀▀▀       ▄▀▀  ▀▀
//        ██▀  ▀██      ▄█▀   ██      ██   ██▀      ██   ▄█▀      █▀            █             █
//       ██▀  ▄██      ██    ██      ██    █▀      ███████       ████▀▀        ▄██▀▀         ▄██▀▀
//      ██▀ ▄██▀      ██  ▄▄█▀      ██   ▄█▀      ██    ██      █▀            ▀▀           ▄█▀
//    ▄█████▀▀       █████▀▀       █████▀▀       ██▄▄▄██▀      ██▄▄▄▄▄▀      █▄▄▄▄▄▄▄      █▄    ▄▄▄
//                                                               ▀▀▀▀          ▀▀▀▀▀        ▀▀▀▀▀

import {
  Adam,
  binaryCrossEntropyWithLogits,
  concat,
  createWasmBackend,
  Linear,
  Module,
  ReLU,
  Rng,
  scope,
  Sequential,
  tensor,
  useBackend,
  type Tensor,
} from 'inkgrad';
import { DataLoader, Normalizer, Subset, syntheticDataset } from 'inkgrad/data';
import { blockImage, sideBySide } from './support/textFigure.ts';

const [drawings, epochs] = process.argv.includes('--short') ? [60, 8] : [100, 30];
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere

/** Images of the letters A to E, 784 pixels from 0 (paper) to 1 (ink). */
function letters(part: 'train' | 'test', perClass: number): DataLoader {
  const all = syntheticDataset({ seed: 1, part, count: 47 * perClass });
  const isIncluded = (label: number): boolean => 'ABCDE'.includes(all.classes[label]);
  const indices = [...all.labels.keys()].filter((index) => isIncluded(all.labels[index]));
  const transform = { inputs: new Normalizer({ mean: 0, std: 1 }) };
  return new DataLoader(new Subset(all, indices), { batchSize: 25, shuffle: 1, transform });
}

class Autoencoder extends Module {
  readonly encoder: Sequential;
  readonly decoder: Sequential;

  constructor(rng: Rng) {
    super();
    const layer = (inFeatures: number, outFeatures: number): Linear =>
      new Linear({ inFeatures, outFeatures, rng });
    this.encoder = new Sequential(layer(784, 128), new ReLU(), layer(128, 8)); // image -> code
    this.decoder = new Sequential(layer(8, 128), new ReLU(), layer(128, 784)); // code -> logits
  }

  override forward(images: Tensor): Tensor {
    return this.decoder.forward(this.encoder.forward(images));
  }
}

const model = new Autoencoder(new Rng(1));
const train = letters('train', drawings);
const optimizer = new Adam(model.parameters(), { lr: 0.002 });
for (let epoch = 1; epoch <= epochs; epoch++) {
  let sum = 0;
  for (const { inputs, count } of train.batches(epoch)) {
    const loss = scope(() => {
      const images = tensor(inputs.data, { shape: [count, 784] });
      const loss = binaryCrossEntropyWithLogits(model.forward(images), images);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    sum += await loss;
  }
  if (epoch % (epochs / 2) === 0) {
    console.log(`epoch ${epoch}  loss per pixel ${(sum / train.batchesPerEpoch).toFixed(3)}`);
  }
}

// From one new letter to another: decode points of the line between their codes.
const [{ inputs, targets }] = letters('test', 4).batches(0);
const pixelsOf = (example: number): number[] => [
  ...inputs.data.subarray(784 * example, 784 * (example + 1)),
];
for (const [from, to] of ['AB', 'DE']) {
  const [start, end] = [from, to].map((name) =>
    pixelsOf(targets.data.indexOf(10 + 'ABCDE'.indexOf(name))),
  );
  const decoded = await scope(() => {
    const [a, b] = model.encoder.forward(tensor([start, end])).split(1); // [1, 8] each
    const codes = concat([0, 0.25, 0.5, 0.75, 1].map((t) => a.mul(1 - t).add(b.mul(t))));
    return model.decoder.forward(codes).sigmoid().data(); // [5, 784]
  });
  const path = [0, 1, 2, 3, 4].map((i) => decoded.subarray(784 * i, 784 * (i + 1)));
  const images = [start, ...path, end].map((image) => blockImage(image, 28, 2));
  console.log(sideBySide(images, 0));
}
