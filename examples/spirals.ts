// Separates three spirals with a small network, and draws its decision regions.
//
// Question: one layer separates classes by straight lines. What do three layers separate?
// Run:      npm run example -- spirals
//
// Output:
//   step 100  loss 0.06
//   step 200  loss 0.01
//   step 300  loss 0.00
//   step 400  loss 0.00
//   accuracy: 100.0 % of training points, 99.5 % of new ones
//   oooooooooooooooooooooooooooooooooooooooooooo
//   #ooooooooooooooooooooooooooooooooooooooooooo
//   ####oooooooooooooo######oooooooooooooooooooo
//   ########oooo##############oooooooooooooooooo
//   #############################ooooooooooooooo
//   ################################oooooooooooo
//   ##############.........###########oooooooooo
//   ############..............########oooooooooo
//   ##########................#########ooooooooo
//   ########..................#########ooooooooo
//   #######........ooooo###..#########oooooooooo
//   #######.......oooooo##############oooooooooo
//   #######.......ooooooo###########ooooooo.....
//   #######......ooooooooo#######ooooooooo......
//   #######.......ooooooooooooooooooooooo.......
//   #######........ooooooooooooooooooooo........
//   #########........oooooooooooooooooo.........
//   ###########............oo...................
//   #############...............................
//   #############...............................
//   #############...............................
//   #############...............................

import {
  Adam,
  argmax,
  createWasmBackend,
  crossEntropy,
  Linear,
  noGrad,
  ReLU,
  Rng,
  scope,
  Sequential,
  tensor,
  useBackend,
} from 'inkgrad';

const steps = process.argv.includes('--short') ? 60 : 400;
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere

/** Points on three spiral arms with noise: [count, 2], and the arm of each. */
function spirals(count: number, rng: Rng): { points: number[][]; arms: number[] } {
  const arms = Array.from({ length: count }, (_, i) => i % 3);
  const points = arms.map((arm) => {
    const radius = Math.sqrt(rng.between(0.01, 1));
    const angle = 6 * radius + (2 * Math.PI * arm) / 3 + 0.25 * rng.normal();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return { points, arms };
}

const rng = new Rng(1);
const train = spirals(600, rng.split('train'));
const test = spirals(600, rng.split('test'));

const initialization = rng.split('init');
const layer = (inFeatures: number, outFeatures: number): Linear =>
  new Linear({ inFeatures, outFeatures, rng: initialization });
const model = new Sequential(
  layer(2, 32), // [N, 2] -> [N, 32]
  new ReLU(),
  layer(32, 32),
  new ReLU(),
  layer(32, 3), // one score per arm
);
const optimizer = new Adam(model.parameters(), { lr: 0.01 });

/** The arm with the highest score for each point. */
async function classify(points: number[][]): Promise<number[]> {
  const arms = scope(() => noGrad(() => argmax(model.forward(tensor(points)))).data());
  return [...(await arms)];
}

/** Percentage of points on the right arm. */
async function accuracy({ points, arms }: typeof train): Promise<string> {
  const predicted = await classify(points);
  const correct = predicted.filter((arm, i) => arm === arms[i]).length;
  return `${((100 * correct) / arms.length).toFixed(1)} %`;
}

for (let step = 1; step <= steps; step++) {
  const loss = scope(() => {
    const loss = crossEntropy(model.forward(tensor(train.points)), train.arms);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  if (step % (steps / 4) === 0) console.log(`step ${step}  loss ${(await loss).toFixed(2)}`);
}
console.log(
  `accuracy: ${await accuracy(train)} of training points, ${await accuracy(test)} of new ones`,
);

// The plane from -1 to 1: the arm that the network assigns to each position.
const [columns, rows] = [44, 22];
const grid = Array.from({ length: rows * columns }, (_, i) => [
  -1 + (2 * (i % columns)) / (columns - 1),
  1 - (2 * Math.floor(i / columns)) / (rows - 1),
]);
const regions = (await classify(grid)).map((arm) => '.o#'[arm]).join('');
for (let row = 0; row < rows; row++) console.log(regions.slice(row * columns, (row + 1) * columns));
