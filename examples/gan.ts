// Trains a network to draw letters from noise, with a second network as its only critic.
//
// Question: can a network learn to draw if it is told only "this one does not look real"?
// Run:      npm run example -- gan
//
// Output:
//                                 ▄               ▄▄▄       ▄▄▄▄▄                      ▄
//                  ▀▄      ▄     ▄▀   ▄       ▄█▀▀  ▀▀    ██▀▀  ▀█          █▄     █▄   ▀█▄▄
//         ▄        ▀███▄ ▄█▀     █▄▄▄█▀      ▄▀           █     ▄▀        ▄▀▄█▄     ▀▄     ▀█
//        ▄█        ▄█▀██▄██     ▀▀▀▀        ▄█            ██▄█▀▀▀        ██▄███▄     ▀      █▄
//       ▀█▀       ██   ██▀     █▀ █▄        █▀    █▀▄    ▄█  ▀██▄       █▀   ▀█    █▀      ██
//    ▄ ▄███       ▀    ▀       █   ▀█▄       ▀▄▄▄ █▀     ▀     ▀▀▀     █▀     █   ██▄▄ ▄▄█▀▀
//                                              ▀                       ▀           ▀▀▀▀▀

import {
  Adam,
  avgPool2d,
  BatchNorm2d,
  binaryCrossEntropyWithLogits,
  concat,
  Conv2d,
  ConvTranspose2d,
  createWasmBackend,
  Flatten,
  full,
  LeakyReLU,
  Linear,
  noGrad,
  oneHot,
  ReLU,
  Rng,
  scope,
  Sequential,
  Sigmoid,
  tensor,
  useBackend,
  type Tensor,
} from 'inkgrad';
import { SyntheticCharacters } from 'inkgrad/data';
import { blockImage, sideBySide } from './support/textFigure.ts';

const WORD = ['I', 'N', 'K', 'G', 'R', 'A', 'D'];
const NOISE = 8;
const BATCH = 6 * WORD.length;
const STEPS = process.argv.includes('--short') ? 40 : 600;

useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere
const rng = new Rng(1);
const characters = new SyntheticCharacters({ seed: 1 });
let drawn = 0;
const labels = Array.from({ length: BATCH }, (_, i) => i % WORD.length);
const word = oneHot(labels, WORD.length); // the word six times, as class vectors [42, 7]

/** New images of the word, six times: [42, 1, 14, 14], 1 is ink. */
function realImages(): Tensor {
  const pixels = labels.flatMap((label) => {
    const index = characters.classes.indexOf(WORD[label]) + characters.classes.length * drawn++;
    return [...characters.sample(index).image];
  });
  return avgPool2d(tensor(pixels, { shape: [BATCH, 1, 28, 28] }).div(255), { window: 2 });
}

const half = { kernelSize: 4, stride: 2, padding: 1, rng };
// Noise and class [N, 15, 1, 1] -> [N, 32, 7, 7] -> [N, 16, 14, 14] -> images [N, 1, 14, 14]
const generator = new Sequential(
  new ConvTranspose2d({ inChannels: NOISE + 7, outChannels: 32, kernelSize: 7, rng }),
  new BatchNorm2d({ numFeatures: 32 }),
  new ReLU(),
  new ConvTranspose2d({ inChannels: 32, outChannels: 16, ...half }),
  new BatchNorm2d({ numFeatures: 16 }),
  new ReLU(),
  new Conv2d({ inChannels: 16, outChannels: 1, kernelSize: 3, padding: 1, rng }),
  new Sigmoid(),
);
function draw(rng: Rng): Tensor {
  const noise = Array.from({ length: BATCH * NOISE }, () => rng.normal());
  const input = concat([tensor(noise, { shape: [BATCH, NOISE] }), word], 1);
  return generator.forward(input.reshape([BATCH, -1, 1, 1]));
}

// Images -> logits [N, 7]: is it a real I, is it a real N, ...?
const discriminator = new Sequential(
  new Conv2d({ inChannels: 1, outChannels: 16, ...half }),
  new LeakyReLU({ slope: 0.2 }),
  new Conv2d({ inChannels: 16, outChannels: 32, kernelSize: 3, padding: 1, rng }),
  new LeakyReLU({ slope: 0.2 }),
  new Flatten(),
  new Linear({ inFeatures: 32 * 7 * 7, outFeatures: WORD.length, rng }),
);
/** The loss if the images should be judged to be real with this probability. */
function judge(images: Tensor, probability: number): Tensor {
  const logits = discriminator.forward(images).mul(word).sum({ axes: 1 });
  return binaryCrossEntropyWithLogits(logits, full([BATCH], probability));
}

const options = { lr: 1e-3, betas: [0.5, 0.999] } as const;
const generatorOptimizer = new Adam(generator.parameters(), options);
const discriminatorOptimizer = new Adam(discriminator.parameters(), { ...options, lr: 5e-4 });
for (let step = 0; step < STEPS; step++) {
  scope(() => {
    const drawings = draw(rng);
    discriminatorOptimizer.zeroGrad(); // 0.9 instead of 1 limits the certainty of the critic
    judge(realImages(), 0.9).add(judge(drawings.detach(), 0)).backward();
    discriminatorOptimizer.step();
    generatorOptimizer.zeroGrad();
    judge(drawings, 1).backward();
    generatorOptimizer.step();
  });
}
generator.eval();
const pixels = await scope(() => noGrad(() => draw(new Rng(5)))).data();
const image = (i: number): string[] =>
  blockImage(pixels.subarray(196 * i, 196 * (i + 1)), 14).map((line) => line.slice(1));
console.log(sideBySide([0, 1, 2, 3, 4, 5, 6].map(image), 0));
