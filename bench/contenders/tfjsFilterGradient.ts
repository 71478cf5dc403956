// The filter gradient of a convolution, which TensorFlow.js's WebAssembly backend lacks, composed
// of its existing kernels. It supports what the network needs: windows of k x k, stride 1, padding
// that keeps the size.
//
//   dW[i, j, c, o] = sum over n, y, x of X[n, y + i - pad, x + j - pad, c] dY[n, y, x, o]
//
// Three implementations were compared on the network's shapes; the last two are used. Times in
// milliseconds, batch 64, best of 8, Node 20, AMD EPYC. The machine was busy, with a load average
// of 6 on 2 cores: the ranking is valid, the absolute times are not.
//
//                                            1 -> 32 at 28x28   32 -> 64 at 14x14   64 -> 128 at 7x7
//   a matrix product for each tap                   7.6                54                  54
//   one matrix product of all taps (im2col)         5.8                55                  44
//   a convolution of transposed arrays             19                  33                  31

import type { Tensor, Tensorflow } from './tfjsTypes.js';

/** Registers `Conv2DBackpropFilter` with the wasm backend. */
export function addFilterGradient(tf: Tensorflow): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs: { x, dy } }) =>
      tf.tidy(() =>
        x.shape[3] === 1 ? matrixProduct(tf, x, dy, 3) : transposedConvolution(tf, x, dy, 1),
      ),
  });
}

/** Swaps batch and channels: X [C, H, W, N] * dY [H, W, N, O] -> [C, k, k, O]. */
function transposedConvolution(tf: Tensorflow, x: Tensor, dy: Tensor, padding: number): Tensor {
  const gradient = tf.conv2d(
    tf.transpose(x, [3, 1, 2, 0]),
    tf.transpose(dy, [1, 2, 0, 3]),
    1,
    padding,
  );
  return tf.transpose(gradient, [1, 2, 0, 3]); // [k, k, C, O]
}

/** Every tap's shifted image as a row: [k * k * C, N * H * W] times dY [N * H * W, O]. */
function matrixProduct(tf: Tensorflow, x: Tensor, dy: Tensor, k: number): Tensor {
  const [images, height, width, channels] = x.shape;
  const pixels = images * height * width;
  const pad = [(k - 1) / 2, (k - 1) / 2] as const;
  // [C, N, H + 2, W + 2]
  const padded = tf.transpose(tf.pad(x, [[0, 0], pad, pad, [0, 0]]), [3, 0, 1, 2]);
  const taps: Tensor[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const shifted = tf.slice(padded, [0, 0, i, j], [channels, images, height, width]);
      taps.push(tf.reshape(shifted, [channels, pixels]));
    }
  }
  const outChannels = dy.shape[3];
  const gradient = tf.matMul(tf.concat(taps, 0), tf.reshape(dy, [pixels, outChannels]));
  return tf.reshape(gradient, [k, k, channels, outChannels]);
}
