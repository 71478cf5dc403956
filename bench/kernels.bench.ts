// Times each part of the training step on the network's shapes at batch 64: forward, and backward
// for one input at a time. It uses the public ops, so it measures whatever the backend does for
// them.
//
//     npm run bench -- [--threads 1,2] [--seconds 0.5] [--quick]

import { Bench } from 'tinybench';
import { CharacterNet } from '../src/app/model/characterNet.js';
import * as ink from '../src/index.js';
import { noiseBatch } from './support/learner.js';
import { thisMachine } from './support/machine.js';
import { readOptions } from './support/options.js';
import { formatTable, short } from './support/table.js';

const BATCH = 64;
const options = readOptions({ threads: [1, 2], seconds: 0.5, quick: false });

interface Case {
  readonly name: string;
  /** Floating-point operations, or 0 for memory-bound cases. */
  readonly flops: number;
  /** Minimum memory traffic: every number read or written once, 4 bytes each. */
  readonly bytes: number;
  readonly run: () => void;
}

const rng = new ink.Rng(1);

function random(shape: number[], requiresGrad = false): ink.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return ink.tensor(
    Float32Array.from({ length: size }, () => rng.between(-1, 1)),
    { shape, requiresGrad },
  );
}

/** The forward pass of a function. */
function forwardCase(name: string, flops: number, x: ink.Tensor, body: () => ink.Tensor): Case {
  const bytes = 4 * (x.size + ink.scope(() => body().size));
  return { name: `${name} forward`, flops, bytes, run: () => ink.scope(() => void body()) };
}

/** Backward through the graph of `y`, to its leaves that require a gradient. */

function backwardCase(
  name: string,
  flops: number,
  leaves: readonly ink.Tensor[],
  y: ink.Tensor,
): Case {
  const seed = random([...y.shape]);
  const bytes = 4 * (y.size + leaves.reduce((sum, leaf) => sum + 2 * leaf.size, 0));
  const run = (): void => {
    ink.scope(() => {
      y.backward(seed);
    });
    for (const leaf of leaves) leaf.zeroGrad();
  };
  return { name, flops, bytes, run };
}

function convolution(inputs: number, outputs: number, side: number): Case[] {
  const name = `conv ${inputs} -> ${outputs} at ${side}x${side}`;
  const flops = 2 * BATCH * side * side * 9 * inputs * outputs;
  const y = (xGrad: boolean, weightGrad: boolean): { leaves: ink.Tensor[]; y: ink.Tensor } => {
    const x = random([BATCH, inputs, side, side], xGrad);
    const weight = random([outputs, inputs, 3, 3], weightGrad);
    return { leaves: xGrad ? [x] : [weight], y: ink.conv2d(x, weight, null, { padding: 1 }) };
  };
  const x = random([BATCH, inputs, side, side]);
  const weight = random([outputs, inputs, 3, 3]);
  const bias = random([outputs]);
  const toInput = y(true, false);
  const toWeight = y(false, true);
  return [
    forwardCase(name, flops, x, () => ink.conv2d(x, weight, bias, { padding: 1 })),
    // The first layer needs no input gradient: images are not trained.
    ...(inputs === 1 ? [] : [backwardCase(`${name} gradInput`, flops, toInput.leaves, toInput.y)]),
    backwardCase(`${name} gradWeight`, flops, toWeight.leaves, toWeight.y),
  ];
}

function linear(inputs: number, outputs: number): Case[] {
  const name = `linear ${inputs} -> ${outputs}`;
  const flops = 2 * BATCH * inputs * outputs;
  const [x, weight, bias] = [random([BATCH, inputs]), random([outputs, inputs]), random([outputs])];
  const [xLeaf, weightLeaf] = [random([BATCH, inputs], true), random([outputs, inputs], true)];
  return [
    forwardCase(name, flops, x, () => ink.linear(x, weight, bias)),
    backwardCase(`${name} gradInput`, flops, [xLeaf], ink.linear(xLeaf, weight)),
    backwardCase(`${name} gradWeight`, flops, [weightLeaf], ink.linear(x, weightLeaf)),
  ];
}

/**
 * Batch norm alone, and followed by ReLU and pooling as in the network (fused, if the layers fuse).
 */
function norm(channels: number, side: number): Case[] {
  const name = `at ${channels} x ${side}x${side}`;
  const x = random([BATCH, channels, side, side], true);
  const alone = new ink.BatchNorm2d({ numFeatures: channels });
  const tail = new ink.Sequential(
    new ink.BatchNorm2d({ numFeatures: channels }),
    new ink.ReLU(),
    new ink.MaxPool2d({ kernelSize: 2 }),
  );
  return [alone, tail].flatMap((layer) => {
    const title = `${layer === alone ? 'batch norm' : 'batch norm, ReLU, max pool'} ${name}`;
    const leaves = [x, ...layer.parameters()];
    return [
      forwardCase(title, 0, x, () => layer.forward(x)),
      backwardCase(`${title} backward`, 0, leaves, layer.forward(x)),
    ];
  });
}

function pool(channels: number, side: number): Case[] {
  const name = `max pool at ${channels} x ${side}x${side}`;
  const x = random([BATCH, channels, side, side], true);
  return [
    forwardCase(name, 0, x, () => ink.maxPool2d(x, { window: 2 })),
    backwardCase(`${name} backward`, 0, [x], ink.maxPool2d(x, { window: 2 })),
  ];
}

function otherCases(): Case[] {
  const { images, labels } = noiseBatch(BATCH);
  const logits = random([BATCH, 47], true);
  const classes = ink.tensor(labels);
  const model = new CharacterNet({ classes: 47, rng: new ink.Rng(1) });
  const optimizer = new ink.Adam(model.parameters());
  ink.scope(() => {
    ink
      .crossEntropy(model.forward(ink.tensor(images, { shape: [BATCH, 1, 28, 28] })), classes)
      .backward();
  });
  return [
    forwardCase('cross-entropy of 64 x 47', 0, logits, () => ink.crossEntropy(logits, classes)),
    backwardCase('cross-entropy backward', 0, [logits], ink.crossEntropy(logits, classes)),
    {
      name: `Adam, all ${model.parameterCount} parameters`,
      flops: 0,
      bytes: 7 * 4 * model.parameterCount, // reads 4 arrays, writes 3
      run: () => ink.scope(() => optimizer.step()),
    },
  ];
}

async function measure(threads: number, module: 'base' | 'relaxed' | undefined): Promise<void> {
  const backend = await ink.createWasmBackend({ threads, ...(module ? { module } : {}) });
  ink.useBackend(backend);
  const cases = [
    ...convolution(1, 32, 28),
    ...convolution(32, 64, 14),
    ...convolution(64, 128, 7),
    ...norm(32, 28),
    ...norm(64, 14),
    ...norm(128, 7),
    ...pool(32, 28),
    ...linear(1152, 256),
    ...linear(256, 47),
    ...otherCases(),
  ];
  const time = 1000 * (options.quick ? 0.02 : options.seconds);
  const bench = new Bench({ time, warmupTime: time / 4, iterations: 5, warmupIterations: 2 });
  for (const { name, run } of cases) bench.add(name, run);
  await bench.run();
  const rows = cases.map(({ name, flops, bytes }) => {
    const result = bench.getTask(name)?.result;
    if (result === undefined || !('latency' in result)) {
      throw new Error(
        `bench: ${name} did not finish`,
        result && 'error' in result ? { cause: result.error } : {},
      );
    }
    const { p50, min } = result.latency;
    const rate =
      flops > 0 ? `${short(flops / p50 / 1e6)} GFLOP/s` : `${short(bytes / p50 / 1e6)} GB/s`;
    return [name, short(p50), short(min), rate];
  });
  console.log(
    `\n${formatTable([`${backend.build}, ${threads} threads`, 'median ms', 'min ms', 'rate'], rows)}`,
  );
  await backend.dispose();
}

const { cpu, cores, node } = thisMachine();
console.log(`${cpu}, ${cores} cores, Node ${node}, batch ${BATCH}`);
for (const threads of options.threads) await measure(threads, undefined);
