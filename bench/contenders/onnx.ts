// onnxruntime as a contender, inference only: `web` (WebAssembly, 2 threads) or `node` (native, 2
// threads).
//
//     node dist/bench/contenders/onnx.js web|node

import { installedVersion, requirePeer } from '../compare/peers.js';
import { BATCH, batchOf, CLASSES, readWorkload, type Batch } from '../compare/workload.js';
import { meanCrossEntropy } from './crossEntropy.js';
import { serve } from './serve.js';
import { exportModel } from '../../src/app/model/exportModel.js';
import { CharacterNet } from '../../src/app/model/characterNet.js';
import { ReferenceBackend, Rng, useBackend } from '../../src/engine/index.js';

/** The part of the packages' common interface that is used here. */
interface Onnxruntime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: SessionOptions): Promise<InferenceSession>;
  };
}

interface OnnxTensor {
  readonly data: Float32Array;
}

interface SessionOptions {
  readonly executionProviders: readonly string[];
  readonly graphOptimizationLevel: 'all';
  readonly intraOpNumThreads?: number;
}

interface InferenceSession {
  run(feeds: { readonly x: OnnxTensor }): Promise<{ readonly logits: OnnxTensor }>;
}

const THREADS = 2;
const workload = readWorkload();
const native = process.argv[2] === 'node';
const name = native ? 'onnxruntime-node' : 'onnxruntime-web';
const ort = requirePeer(name) as Onnxruntime;
if (!native) ort.env.wasm.numThreads = THREADS;
// The file that `inkgrad export --to onnx` writes, with the same weights as the other contenders.
useBackend(new ReferenceBackend());
const model = new CharacterNet({ classes: CLASSES, rng: new Rng(0) });
model.loadStateDict(
  Object.fromEntries(workload.weights.map(({ name, ...array }) => [name, array])),
  {
    strict: false, // the workload has no num_batches_tracked, which inference does not need
  },
);
const classes = Array.from({ length: CLASSES }, (_, number) => `${number}`);
const file = await exportModel({ model, classes, data: 'synthetic characters' }, 'onnx');
const session = await ort.InferenceSession.create(file, {
  executionProviders: [native ? 'cpu' : 'wasm'],
  graphOptimizationLevel: 'all',
  ...(native ? { intraOpNumThreads: THREADS } : {}),
});

async function infer({ images, labels }: Batch): Promise<Float32Array> {
  const { logits } = await session.run({
    x: new ort.Tensor('float32', images, [labels.length, 1, 28, 28]),
  });
  return logits.data;
}

await serve({
  versions: { [name]: installedVersion(name), threads: `${THREADS}` },
  tasks: {
    infer64: (index) => infer(batchOf(workload, index, BATCH)),
    infer1: (index) => infer(batchOf(workload, index, 1)),
  },
  check: async () => {
    const first = batchOf(workload, 0, BATCH);
    return { evaluation: meanCrossEntropy(await infer(first), first.labels), training: [] };
  },
});
