// Defines the activation snake(x) = x + sin²(ax) / a as an op, and learns to continue a wave with it.
//
// Question: how does a function that the engine lacks become an op with gradients, and a layer?
// Run:      npm run example -- customOp
//
// Output:
//   9 derivatives agree with numerical ones
//   relu: largest error 0.63 for x < 1, 7.21 beyond
//   snake: largest error 0.00 for x < 1, 0.13 beyond
//                                                             .***.
//                                                            **   **.
//                                          ******          **       **      *
//                        ****            **      *        *           ***.**
//                      **    **         *         **    **               *
//    ******           *        *      **            ****
//   *      *        **          ******
//           **     *
//             *****

import {
  Adam,
  anywhere,
  checkGradient,
  createWasmBackend,
  defineOp,
  elementwise,
  kernel,
  Linear,
  Module,
  mse,
  Parameter,
  positive,
  ReLU,
  Rng,
  scope,
  Sequential,
  tensor,
  useBackend,
  type Layer,
  type NoAttributes,
  type Tensor,
} from 'inkgrad';

// 1. Kernels: each computes one element of the output.
const snakeValue = kernel('snake', ['x', 'a'], [], function (x, a) {
  const wave = Math.sin(a[this.thread.x] * x[this.thread.x]);
  return x[this.thread.x] + (wave * wave) / a[this.thread.x];
});
// d snake / dx = 1 + sin(2ax)
const snakeGradX = kernel('snakeGradX', ['grad', 'x', 'a'], [], function (grad, x, a) {
  return grad[this.thread.x] * (1 + Math.sin(2 * a[this.thread.x] * x[this.thread.x]));
});
// d snake / da = (x sin(2ax) - sin²(ax) / a) / a
const snakeGradA = kernel('snakeGradA', ['grad', 'x', 'a'], [], function (grad, x, a) {
  const angle = a[this.thread.x] * x[this.thread.x];
  const slope = x[this.thread.x] * Math.sin(2 * angle) - Math.sin(angle) ** 2 / a[this.thread.x];
  return (grad[this.thread.x] * slope) / a[this.thread.x];
});

// 2. The op: x [N, features], and a frequency per feature, a [features]. The engine broadcasts a and
// sums its gradient over the rows.
const snakeOp = defineOp<NoAttributes>({
  name: 'snake',
  infer: ([x]) => x,
  forward: ([x, a]) => elementwise(snakeValue, [x, a]),
  backward: ({ grad, inputs: [x, a] }) => [
    () => elementwise(snakeGradX, [grad, x, a]),
    () => elementwise(snakeGradA, [grad, x, a]),
  ],
  samples: [{ title: 'one row', inputs: [anywhere(2, 3), positive(3)], attributes: {} }],
});

// 3. The gradient check: throws if a derivative differs from the numerical one.
const { compared } = await checkGradient((x) => snakeOp(x, {}), snakeOp.samples[0].inputs);
console.log(`${compared} derivatives agree with numerical ones`);

// 4. A layer: 32 features, each with a frequency that is trained.
class Snake extends Module {
  readonly a = new Parameter([32], new Float32Array(32).fill(2));
  override forward(x: Tensor): Tensor {
    return snakeOp([x, this.a], {});
  }
}

// 5. Learn a wave for x < 1, and continue it up to x = 3.
const steps = process.argv.includes('--short') ? 200 : 1000;
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere
const xs = Array.from({ length: 73 }, (_, i) => [-3 + i / 12]); // [73, 1]
const ys = xs.map(([x]) => [Math.sin(4 * x) + 0.5 * x]);
const known = xs.filter(([x]) => x < 1).length;
const largest = (errors: number[]): string => Math.max(...errors).toFixed(2);

/** Trains a network with this activation; returns its output for all x. */
async function learn(name: string, activation: Layer): Promise<ArrayLike<number>> {
  const rng = new Rng(1);
  const first = new Linear({ inFeatures: 1, outFeatures: 32, rng });
  const last = new Linear({ inFeatures: 32, outFeatures: 1, rng });
  const model = new Sequential(first, activation, last);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  for (let step = 0; step < steps; step++) {
    scope(() => {
      mse(model.forward(tensor(xs.slice(0, known))), tensor(ys.slice(0, known))).backward();
      optimizer.step();
      optimizer.zeroGrad();
    });
  }
  const predicted = await scope(() => model.forward(tensor(xs)).data());
  const errors = ys.map(([y], i) => Math.abs(predicted[i] - y));
  const [inside, beyond] = [largest(errors.slice(0, known)), largest(errors.slice(known))];
  console.log(`${name}: largest error ${inside} for x < 1, ${beyond} beyond`);
  return predicted;
}

await learn('relu', new ReLU());
const predicted = await learn('snake', new Snake());
for (let level = 2; level >= -2; level -= 0.5) {
  const isAt = (y: number): boolean => Math.abs(y - level) <= 0.25;
  console.log(ys.map(([y], i) => (isAt(predicted[i]) ? '*' : isAt(y) ? '.' : ' ')).join(''));
}
