// ONNX Runtime in WebAssembly, on one thread, as a function from images to logits.

import ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;

export interface OnnxSession {
  /** Images [N, ...shape], normalized, to logits [N, classes], row by row. */
  readonly run: (images: Float32Array) => Promise<Float32Array>;
  readonly release: () => Promise<void>;
}

/** @param shape of one image */
export async function openOnnx(
  model: Uint8Array,
  shape: readonly number[] = [1, 28, 28],
): Promise<OnnxSession> {
  const pixels = shape.reduce((product, size) => product * size, 1);
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  return {
    run: async (images) => {
      const x = new ort.Tensor('float32', images, [images.length / pixels, ...shape]);
      const { logits } = await session.run({ x });
      return logits.data as Float32Array;
    },
    release: () => session.release(),
  };
}

/** An input of a network: float32, or int64 for indices. */
export interface OnnxInput {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly isIndices?: boolean;
}

/** Runs a model with input `x` and output `y` on several inputs. */
export async function runOnnx(
  model: Uint8Array,
  inputs: readonly OnnxInput[],
): Promise<{ shape: readonly number[]; data: Float32Array }[]> {
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const outputs: { shape: readonly number[]; data: Float32Array }[] = [];
  for (const { data, shape, isIndices = false } of inputs) {
    const x = isIndices
      ? new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape)
      : new ort.Tensor('float32', data, shape);
    const { y } = await session.run({ x });
    outputs.push({ shape: y.dims, data: y.data as Float32Array });
  }
  await session.release();
  return outputs;
}
