// Deep learning in one file, without imports: a convolutional network learns to read digits.
//
// Question: what is the complete algorithm?
// Run:      npm run example -- minimal
//
// Output:
//   step 100  loss 0.31
//   step 200  loss 0.05
//   step 300  loss 0.01
//   step 400  loss 0.01
//   accuracy: 99.7 % of training images, 97.2 % of new images
//   0, predicted 0  1, predicted 1  2, predicted 2  3, predicted 3  4, predicted 4
//          ▄▄                           ▄█▀▀▀▀█
//       ▄▄█████▄           ▄▄▄        ▄█▀     ▀█         ▄▄▄▄▄▄▄           ▄█
//      ▀██▀   ▀██      ▄▄█▀▀█▀                 █▀      ██▀▀ ▀▀███▀        █▀█▄
//       ██▄    ██▄         ██                ▄█▀           ▄██▀▀        ▄█  ██
//       ▀██     ██         █                ▄█             ▀██▄▄       ██▄▄▄▄█▄
//        ▀███▄███▀        ██               █▀         ▄      ▄██             █▀▀▀
//           ▀▀▀           ▀              ▄██▄▄█▀▀▀    ▀█▄▄▄▄▄█▀              █
//                                        ▀▀             ▀▀▀▀▀                ▀
//   3, predicted 8  1, predicted 7  7, predicted 1  9, predicted 4  5, predicted 6
//      ▄▄▄▄                 ▄▄█
//    ███▀▀██▄            ▄▄████         ▄▄▄▄▄▄            ▄▄▄▄        ▄▄▄▄▄▄▄▄
//         ▄███           █▀▀██▀      ▀▀▀▀▀▀▀██          ▄█▀▀▀▀█▄    █▀▀▀▀▀▀▀
//         ███               ██             ▄█           █▄    ▄█    ██    ▄▄▄
//     ██▄  ▀██▄            ██▀             █▀            ▀▀▀▀▀█▀    ████▀▀▀▀▀██▄
//      ▀██▄▄ ██▀           ██             ██                 ▄█                █▄
//        ▀▀███▀           ██▀            ▄█                  █▀       ▄▄▄▄▄▄▄▄█▀
//                                                                     ▀▀▀▀▀

// 1. Tensors and the chain rule

/** An array of numbers with a shape, in row-major order, that records how it was computed. */
export class Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** Derivative of the loss by each number of `data`; `backward` computes it. */
  readonly grad: Float64Array;
  /** The tensors that this one was computed from. */
  readonly inputs: readonly Tensor[];
  /** The chain rule for one operation: adds to the gradients of the inputs. */
  addGradients = (): void => undefined;

  constructor(shape: readonly number[], inputs: readonly Tensor[] = []) {
    this.shape = shape;
    this.data = new Float64Array(shape.reduce((size, n) => size * n, 1));
    this.grad = new Float64Array(this.data.length);
    this.inputs = inputs;
  }

  /** Backpropagation: computes the gradients of all tensors that this one depends on. */
  backward(): void {
    const order: Tensor[] = []; // each tensor after its inputs
    const visit = (tensor: Tensor): void => {
      if (order.includes(tensor)) return;
      tensor.inputs.forEach(visit);
      order.push(tensor);
    };
    visit(this);
    this.grad.fill(1); // the derivative of the loss by itself
    for (const tensor of order.reverse()) tensor.addGradients();
  }
}

// 2. Operations: each derivative follows its formula

/**
 * y[o] = b[channel of o] + Σ x[i] w[k]. Matrix products and convolutions are such sums; they differ
 * only in which x[i] meets which w[k]. `forEachProduct` calls `add(o, i, k)` for each product.
 */
function weightedSum(
  shape: readonly number[], // of y: [N, channels, ...]
  x: Tensor,
  w: Tensor,
  b: Tensor,
  forEachProduct: (add: (o: number, i: number, k: number) => void) => void,
): Tensor {
  const y = new Tensor(shape, [x, w, b]);
  const perChannel = y.data.length / (shape[0] * shape[1]);
  const channel = (o: number): number => Math.floor(o / perChannel) % shape[1];
  y.data.forEach((_, o) => (y.data[o] = b.data[channel(o)]));
  forEachProduct((o, i, k) => (y.data[o] += x.data[i] * w.data[k]));
  y.addGradients = () => {
    y.grad.forEach((dy, o) => (b.grad[channel(o)] += dy)); // dy/db = 1
    forEachProduct((o, i, k) => {
      x.grad[i] += y.grad[o] * w.data[k]; // dy/dx = w
      w.grad[k] += y.grad[o] * x.data[i]; // dy/dw = x
    });
  };
  return y;
}

/** y[n, o] = b[o] + Σ x[n, i] w[o, i]. Shapes: x [N, ...] with I numbers per n, w [O, I], b [O]. */
export function linear(x: Tensor, w: Tensor, b: Tensor): Tensor {
  const [N] = x.shape;
  const [O, I] = w.shape;
  return weightedSum([N, O], x, w, b, (add) => {
    for (let y = 0; y < N * O; y++) {
      const [n, o] = [Math.floor(y / O), y % O];
      for (let i = 0; i < I; i++) add(y, n * I + i, o * I + i);
    }
  });
}

/**
 * Convolution with stride 2: y[n, o, r, c] = b[o] + Σ x[n, i, 2r + dr, 2c + dc] w[o, i, dr, dc].
 * Shapes: x [N, I, H, W], w [O, I, K, K], b [O].
 */
export function conv2d(x: Tensor, w: Tensor, b: Tensor): Tensor {
  const [N, I, H, W] = x.shape;
  const [O, , K] = w.shape;
  const [R, C] = [Math.floor((H - K) / 2) + 1, Math.floor((W - K) / 2) + 1];
  return weightedSum([N, O, R, C], x, w, b, (add) => {
    for (let y = 0; y < N * O * R * C; y++) {
      const [n, o] = [Math.floor(y / (O * R * C)), Math.floor(y / (R * C)) % O];
      const [r, c] = [Math.floor(y / C) % R, y % C];
      for (let i = 0; i < I; i++) {
        for (let dr = 0; dr < K; dr++) {
          const pixel = ((n * I + i) * H + 2 * r + dr) * W + 2 * c;
          const weight = ((o * I + i) * K + dr) * K;
          for (let dc = 0; dc < K; dc++) add(y, pixel + dc, weight + dc);
        }
      }
    }
  });
}

/** y = max(x, 0). Without it, several layers would compute no more than one. */
export function relu(x: Tensor): Tensor {
  const y = new Tensor(x.shape, [x]);
  x.data.forEach((value, i) => (y.data[i] = Math.max(value, 0)));
  y.addGradients = () => {
    y.grad.forEach((dy, i) => (x.grad[i] += x.data[i] > 0 ? dy : 0)); // dy/dx = 1 or 0
  };
  return y;
}

/**
 * The loss: mean over n of -log p[n, label of n], with the probabilities p = softmax(x):
 * p[n, c] = exp(x[n, c]) / (exp(x[n, 0]) + exp(x[n, 1]) + ...). Shapes: x [N, C] -> [1].
 */
export function crossEntropy(x: Tensor, labels: readonly number[]): Tensor {
  const [N, C] = x.shape;
  const loss = new Tensor([1], [x]);
  const p = new Float64Array(N * C);
  for (let n = 0; n < N; n++) {
    const row = x.data.subarray(n * C, (n + 1) * C);
    const max = Math.max(...row); // exp(x - max) cannot overflow, and p stays the same
    const sum = row.reduce((total, value) => total + Math.exp(value - max), 0);
    row.forEach((value, c) => (p[n * C + c] = Math.exp(value - max) / sum));
    loss.data[0] -= Math.log(p[n * C + labels[n]]) / N;
  }
  loss.addGradients = () => {
    p.forEach((probability, i) => {
      const target = i % C === labels[Math.floor(i / C)] ? 1 : 0;
      x.grad[i] += (loss.grad[0] * (probability - target)) / N; // dloss/dx = (p - target) / N
    });
  };
  return loss;
}

// 3. The network and its optimizer

/** Weights and biases of the network. Random weights of this size keep the scale of the data. */
export function initialize(random: () => number): Tensor[] {
  const shapes = [[8, 1, 3, 3], [8], [16, 8, 3, 3], [16], [10, 16 * 3 * 3], [10]];
  const parameters = shapes.map((shape) => new Tensor(shape));
  for (const { shape, data } of parameters.filter(({ shape }) => shape.length > 1)) {
    const bound = Math.sqrt((6 * shape[0]) / data.length); // variance 2 / (products per sum)
    data.forEach((_, k) => (data[k] = bound * (2 * random() - 1)));
  }
  return parameters;
}

/** Images [N, 1, 15, 15] -> one score per digit, [N, 10]. */
export function network(images: Tensor, [w1, b1, w2, b2, w3, b3]: readonly Tensor[]): Tensor {
  const edges = relu(conv2d(images, w1, b1)); // [N, 8, 7, 7]
  const parts = relu(conv2d(edges, w2, b2)); // [N, 16, 3, 3]
  return linear(parts, w3, b3); // [N, 10]
}

/**
 * Adam: each parameter moves against its mean gradient, divided by the gradient's usual size. The
 * function that it returns updates the parameters once and resets their gradients.
 */
export function adam(parameters: readonly Tensor[], lr: number): () => void {
  const zeros = (p: Tensor): Float64Array => new Float64Array(p.data.length);
  const states = parameters.map((p) => ({ p, m: zeros(p), v: zeros(p) }));
  let t = 0;
  return () => {
    t += 1;
    for (const { p, m, v } of states) {
      p.grad.forEach((g, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g; // running mean of the gradient
        v[i] = 0.999 * v[i] + 0.001 * g * g; // running mean of its square
        const mean = m[i] / (1 - 0.9 ** t); // m and v start at 0; this corrects them
        const square = v[i] / (1 - 0.999 ** t);
        p.data[i] -= (lr * mean) / (Math.sqrt(square) + 1e-8);
      });
      p.grad.fill(0);
    }
  };
}

// 4. Data: digits drawn with random variations

/** A generator of random numbers from 0 to 1 (linear congruential): the same in every run. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** The pen's path for each digit: points xy on a grid of 5 x 7. */
// prettier-ignore
const PATHS = [
  '20 01 05 26 45 41 20', '02 20 26', '01 10 30 41 42 06 46', // 0, 1, 2
  '01 10 30 41 23 44 45 36 16 05', '36 30 04 44', '40 00 03 33 44 45 36 06', // 3, 4, 5
  '30 02 05 16 36 45 44 33 04', '00 40 16', // 6, 7
  '23 01 10 30 41 23 05 16 36 45 23', '42 33 13 02 01 10 30 41 42 36', // 8, 9
];
const SIDE = 15;

/** An image [15, 15], 0 = paper, 1 = ink. */
export interface Example {
  readonly image: Float64Array;
  readonly label: number;
}

/** Draws a digit, stretched, turned, slanted and moved at random. */
export function drawDigit(label: number, random: () => number): Example {
  const near = (center: number, range: number): number => center + range * (2 * random() - 1);
  const [a, b, c, d] = [near(2, 0.5), near(0, 0.5), near(0, 0.5), near(1.8, 0.3)];
  const [left, top, pen] = [near(7, 1.2), near(7, 1.2), near(0.9, 0.3)];
  const points = PATHS[label].split(' ').map(([column, row]) => {
    const [x, y] = [near(Number(column) - 2, 0.3), near(Number(row) - 3, 0.3)];
    return [left + a * x + b * y, top + c * x + d * y];
  });
  const image = new Float64Array(SIDE * SIDE);
  image.forEach((_, i) => {
    let distance = Infinity; // from the pixel to the nearest point of the path
    for (let k = 1; k < points.length; k++) {
      const [[x0, y0], [x1, y1]] = [points[k - 1], points[k]];
      const [dx, dy, px, py] = [x1 - x0, y1 - y0, (i % SIDE) - x0, Math.floor(i / SIDE) - y0];
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy)));
      distance = Math.min(distance, Math.hypot(px - along * dx, py - along * dy));
    }
    image[i] = Math.max(0, Math.min(1, pen + 0.5 - distance));
  });
  return { image, label };
}

/** The images of a batch: [N, 1, 15, 15]. */
export function batchOf(examples: readonly Example[]): Tensor {
  const batch = new Tensor([examples.length, 1, SIDE, SIDE]);
  examples.forEach(({ image }, n) => batch.data.set(image, n * SIDE * SIDE));
  return batch;
}

// 5. Training and evaluation

type Prediction = Example & { readonly predicted: number };

/** Predicts the digit with the highest score for each image. */
function classify(examples: readonly Example[], parameters: readonly Tensor[]): Prediction[] {
  const scores = network(batchOf(examples), parameters).data;
  return examples.map((example, n) => {
    const row = scores.subarray(n * 10, (n + 1) * 10);
    return { ...example, predicted: row.indexOf(Math.max(...row)) };
  });
}

/** Prints images next to each other, with two pixels per character, one above the other. */
function show(predictions: readonly Prediction[]): void {
  const titles = predictions.map(({ label, predicted }) => `${label}, predicted ${predicted}`);
  console.log(titles.map((title) => title.padEnd(SIDE)).join(' '));
  for (let y = 0; y < SIDE; y += 2) {
    const lineOf = ({ image }: Example): string =>
      Array.from({ length: SIDE }, (_, x) => {
        const [upper, lower] = [image[y * SIDE + x], image[(y + 1) * SIDE + x]];
        return ' ▀▄█'[(upper > 0.5 ? 1 : 0) + (lower > 0.5 ? 2 : 0)];
      }).join('');
    console.log(predictions.map(lineOf).join(' '));
  }
}

function main(): void {
  const steps = process.argv.includes('--short') ? 100 : 400;
  const random = generator(1);
  const draw = (count: number): Example[] =>
    Array.from({ length: count }, (_, i) => drawDigit(i % 10, random));
  const [train, test] = [draw(1000), draw(500)]; // the network never learns from the second part
  const parameters = initialize(random);
  const update = adam(parameters, 0.003);

  for (let step = 1; step <= steps; step++) {
    const batch = Array.from({ length: 20 }, () => train[Math.floor(random() * train.length)]);
    const labels = batch.map(({ label }) => label);
    const loss = crossEntropy(network(batchOf(batch), parameters), labels);
    loss.backward();
    update();
    if (step % (steps / 4) === 0) console.log(`step ${step}  loss ${loss.data[0].toFixed(2)}`);
  }

  const mistakes = (examples: Example[]): Prediction[] =>
    classify(examples, parameters).filter(({ label, predicted }) => predicted !== label);
  const accuracy = (examples: Example[]): string =>
    `${(100 * (1 - mistakes(examples).length / examples.length)).toFixed(1)} %`;
  console.log(`accuracy: ${accuracy(train)} of training images, ${accuracy(test)} of new images`);
  show(classify(test.slice(0, 5), parameters));
  show(mistakes(test).slice(0, 5));
}

if (process.argv[1] === import.meta.filename) main(); // not when a test imports this file
