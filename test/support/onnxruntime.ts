// ONNX Runtime in WebAssembly, on one thread, as a function from images to logits.

import ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;

export interface OnnxSession {
  /** Images [N, 1, 28, 28], normalized, to logits [N, classes], row by row. */
  readonly run: (images: Float32Array) => Promise<Float32Array>;
  readonly release: () => Promise<void>;
}

export async function openOnnx(model: Uint8Array): Promise<OnnxSession> {
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  return {
    run: async (images) => {
      const x = new ort.Tensor('float32', images, [images.length / 784, 1, 28, 28]);
      const { logits } = await session.run({ x });
      return logits.data as Float32Array;
    },
    release: () => session.release(),
  };
}
