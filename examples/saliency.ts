// Draws which pixels decide between E and F: by hiding parts of an E, and by the gradient at an F.
//
// Question: what does a network look at?
// Run:      npm run example -- saliency
//
// Output:
//   E: logit of E - logit of F = 5.6
//   with the most important 7 x 7 pixels hidden: 0.0; all positions:
//
//          .:--==++**###%#:                      .:--::.
//         .#@@%%%###**++=-.                      :---::.
//         :%@*..                              .. ...:...
//         -%@=                              ....
//         =@@=.........                     :-=-
//        -%@@%%%%%%%%%%=                    =+*+: :.
//        .*@%=---------.                   :+***  ..
//        .#@#.                             =+++=.....
//        .#@*.                             *###+
//        :%@+        .....                 ===+:   .
//        -%@#++**###%%%%@%-                :-=++++@%#*=..
//        :#%###**+++==--::                 .:-+=**@%#*=.
//                                           ....:.
//
//   F: logit of E - logit of F = -5.6
//   with ink at the 10 pixels of largest gradient: 2.2
//   with ink at 10 random pixels: -3.0; the gradient:
//                                                            .
//          .:--==++**###%#:                   ..     ...
//         .#@@%%%###**++=-.                  .......   ...      .
//         :%@*..                                .::..   ...   ....
//         -%@=                           ...   .......:---::.....
//         =@@=.........                   .:.   ::... .....::::
//        -%@@%%%%%%%%%%=
//        .*@%=---------.                     .    .  ..
//        .#@#.                               .:.  .:...
//        .#@*.                                .::.:--=-::.
//        :%@+                         ... ..   .==+**+=-:.
//        -%@=                          ...:.   :*#%####+=-:.
//        :##:                          .      :=+#%%#****==::
//                                      ..     ..:-==---===---:.

import { avgPool2d, createWasmBackend, Rng, scope, tensor, useBackend, type Tensor } from 'inkgrad';
import { loadCharacterModel } from 'inkgrad/character';
import { renderGlyph } from 'inkgrad/data';
import { sideBySide, textImage } from './support/textFigure.ts';

const NOISY_COPIES = process.argv.includes('--short') ? 16 : 128;
const SIDE = 28;
const PIXELS = SIDE * SIDE;

useBackend(await createWasmBackend({ threads: 1, module: 'base' }));
const { network, classes } = await loadCharacterModel(); // trained on handwriting, not on our strokes
const [e, f] = [classes.indexOf('E'), classes.indexOf('F')];

/** Logit of E minus logit of F, for images [N, 1, 28, 28] with 0 = paper and 1 = ink. */
function margin(images: Tensor): Tensor {
  const logits = network.forward(images.mul(2).sub(1)); // the network expects -1 for paper
  return logits.slice(1, e, e + 1).sub(logits.slice(1, f, f + 1));
}

const marginOf = (image: Float32Array): Promise<number> =>
  scope(() => margin(tensor(image, { shape: [1, 1, SIDE, SIDE] })).item());

/** Draws strokes; each is x, y, x, y, ... */
const draw = (...strokes: number[][]): Float32Array =>
  Float32Array.from(renderGlyph(strokes), (byte) => byte / 255);

/** An image, and next to it the positive values of a map, relative to the largest one. */
function show(image: Float32Array, map: Float32Array): void {
  const largest = map.reduce((a, b) => Math.max(a, b));
  const relative = map.map((value) => value / largest);
  console.log(sideBySide([textImage(image, SIDE), textImage(relative, SIDE)], 6));
}

/** A copy of the image with other values at some of its pixels. */
function paint(image: Float32Array, pixels: Iterable<number>, value: number): Float32Array {
  const copy = image.slice();
  for (const pixel of pixels) copy[pixel] = value;
  return copy;
}

// 1. Occlusion: hide the 7 x 7 pixels around each pixel, and see how much the margin falls.
const letterE = draw([10, 0, 1, 1, 0, 15, 10, 14], [0, 7, 8, 7]);
const before = await marginOf(letterE);
const change = new Float32Array(PIXELS);
for (let pixel = 0; pixel < PIXELS; pixel++) {
  const isNear = (other: number): boolean =>
    Math.abs((other % SIDE) - (pixel % SIDE)) <= 3 &&
    Math.abs(Math.floor(other / SIDE) - Math.floor(pixel / SIDE)) <= 3;
  const patch = [...letterE.keys()].filter(isNear);
  change[pixel] = before - (await marginOf(paint(letterE, patch, 0)));
}
const after = before - change.reduce((a, b) => Math.max(a, b));
console.log(`E: logit of E - logit of F = ${before.toFixed(1)}`);
console.log(`with the most important 7 x 7 pixels hidden: ${after.toFixed(1)}; all positions:`);
show(letterE, change);

// 2. Gradient: how does the margin grow with the ink of each pixel? One gradient is noisy, so average
// over copies of the image with noise (SmoothGrad, Smilkov et al., 2017) and over 3 x 3 pixels.
const letterF = draw([10, 0, 1, 1, 0, 15], [0, 7, 8, 7]);
const rng = new Rng(1);
const noise = Float32Array.from({ length: NOISY_COPIES * PIXELS }, () => 0.1 * rng.normal());
const gradient = await scope(() => {
  const image = tensor(letterF, { shape: [1, 1, SIDE, SIDE], requiresGrad: true });
  const noisy = image.add(tensor(noise, { shape: [NOISY_COPIES, 1, SIDE, SIDE] }));
  margin(noisy).sum().backward();
  return avgPool2d(image.grad!, { window: 3, stride: 1, padding: 1 }).data();
});
console.log(`\nF: logit of E - logit of F = ${(await marginOf(letterF)).toFixed(1)}`);

const best = [...gradient.keys()].sort((a, b) => gradient[b] - gradient[a]).slice(0, 10);
const random = new Rng(2).permutation(PIXELS).slice(0, 10);
const withBest = await marginOf(paint(letterF, best, 1));
const withRandom = await marginOf(paint(letterF, random, 1));
console.log(`with ink at the 10 pixels of largest gradient: ${withBest.toFixed(1)}`);
console.log(`with ink at 10 random pixels: ${withRandom.toFixed(1)}; the gradient:`);
show(letterF, Float32Array.from(gradient));
