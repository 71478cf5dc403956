// Teaches a network that reads handwriting an invented alphabet, from a few images of each letter.
//
// Question: how few images are enough for a network whose convolutions already know strokes?
// Run:      npm run example -- transfer
//
// Output:
//                                         ▄             ▄              ▄▄        ▄        ▄
//          ▄▄       ██  █           ▀█    █▄          ▄█▀█▄         ▄▄█▀█▄       ▀█▄    ▄█▀
//        ▄▀▀█        █  █▄ ▄█▀       █▄▄▄▄██▄       ▄█▀    █        ▀▀  ██         ▀█▄▄█▀
//      ▄█   ██       █▄ ██▀▀         ▀█▀▀  █▄       ▀▀▀▄▄▄▀        ███████         ▄███
//     █▀    █ ▀▄     ▀█▄▄             █     █            ▄             ▀ ██      ▄██▀ ▀█▄
//              ▀▀      ▀▀▀▀██▄▄▄            █▄           █               ▀█      ▀▀▀███▄██▄
//                                            ▀                            ▀              ▀▀
//   images per letter   from scratch   frozen convolutions
//                   1           63 %                  95 %
//                   3           80 %                  98 %
//                  10           92 %                  98 %

import {
  Adam,
  BatchNorm2d,
  Conv2d,
  createWasmBackend,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2d,
  noGrad,
  ReLU,
  Rng,
  scope,
  Sequential,
  tensor,
  useBackend,
  type Layer,
  type Tensor,
} from 'inkgrad';
import { loadCharacterModel } from 'inkgrad/character';
import { renderGlyph } from 'inkgrad/data';
import { blockImage, sideBySide } from './support/textFigure.ts';

const short = process.argv.includes('--short');
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere
const rng = new Rng(1);

// Strokes of eight letters in a square of 10 x 10: x, y, x, y, ...
// prettier-ignore
const ALPHABET = [
  [[0, 10, 5, 0, 10, 10], [5, 0, 5, 10]],        [[0, 0, 0, 10, 10, 10], [4, 0, 4, 6, 10, 6]],
  [[0, 5, 10, 5], [2, 0, 2, 10], [8, 0, 8, 10]], [[5, 0, 10, 5, 5, 10, 0, 5, 5, 0], [5, 10, 5, 14]],
  [[0, 0, 10, 0, 10, 10], [0, 5, 5, 5, 5, 10]],  [[0, 0, 10, 10, 0, 10, 10, 0]],
  [[0, 0, 5, 5, 10, 0], [5, 5, 5, 10], [1, 10, 9, 10]], [[8, 0, 2, 3, 8, 6, 2, 10]],
];

/** A letter in a new handwriting, with every point out of place: [28, 28] bytes. */
function write(letter: number): Uint8Array {
  const move = (value: number): number => value + 1.4 * rng.normal();
  const strokes = ALPHABET[letter].map((stroke) => stroke.map(move));
  return renderGlyph(strokes, { penWidth: rng.between(6, 10) });
}

/** Images [N, 1, 28, 28] of letters; -1 is paper, 1 is ink. */
function images(letters: number[]): Tensor {
  const pixels = letters.flatMap((letter) => [...write(letter)]);
  return tensor(pixels, { shape: [letters.length, 1, 28, 28] })
    .div(127.5)
    .sub(1);
}

/** [N, inChannels, H, W] -> [N, outChannels, H / 2, W / 2] */
const block = (inChannels: number, outChannels: number): Layer[] => [
  new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
  new BatchNorm2d({ numFeatures: outChannels }),
  new ReLU(),
  new MaxPool2d({ kernelSize: 2 }),
];
const head = (inFeatures: number): Linear => new Linear({ inFeatures, outFeatures: 8, rng });

/** Trains a model on a few inputs; returns the percentage of the test inputs that it gets right. */
async function accuracy(model: Layer, letters: number[], [train, test]: Tensor[]): Promise<string> {
  const optimizer = new Adam(model.parameters(), { lr: 3e-3 });
  for (let step = 0; step < 100; step++) {
    scope(() => {
      optimizer.zeroGrad();
      crossEntropy(model.forward(train), letters).backward();
      optimizer.step();
    });
  }
  model.eval(); // batch norm with the statistics of training
  const answers = await scope(() => noGrad(() => model.forward(test)).argmax()).data();
  const correct = answers.filter((answer, i) => answer === i % 8).length;
  return `${((100 * correct) / answers.length).toFixed(0)} %`;
}

// The convolutions of a trained network are frozen, so its features [N, 1152] are computed once.
const [convolutions] = (await loadCharacterModel()).network.children as [Layer];
const features = (images: Tensor): Tensor => noGrad(() => convolutions.forward(images).flatten());

const image = (i: number): string[] =>
  blockImage(
    Array.from(write(i), (byte) => byte / 255),
    28,
    2,
  );
console.log(sideBySide([0, 1, 2, 3, 4, 5].map(image), 1));

const lettersOf = (count: number): number[] => Array.from({ length: 8 * count }, (_, i) => i % 8);
const test = images(lettersOf(short ? 20 : 60));
const testFeatures = features(test);
console.log('images per letter   from scratch   frozen convolutions');
for (const count of short ? [1] : [1, 3, 10]) {
  const letters = lettersOf(count);
  const train = images(letters);
  const blocks = [...block(1, 16), ...block(16, 32), ...block(32, 64)];
  const network = new Sequential(...blocks, new Flatten(), head(576));
  const scratch = await accuracy(network, letters, [train, test]);
  const transfer = await accuracy(head(1152), letters, [features(train), testFeatures]);
  console.log(`${count}`.padStart(17) + scratch.padStart(15) + transfer.padStart(22));
}
