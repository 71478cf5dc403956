// Rung 2: the triple loop of rung 1 (definition.ts) in WebAssembly, unchanged.
//
// Why it is faster: JavaScript computes in float64 and converts every result, and it checks the bounds
// of every access. The loop is still limited by the latency of one addition for each term.

import { floats } from '../../../kernels/simd/lanes';
import { channels, height, outChannels, setSizes, width } from './layout';

export { setSizes };

/** Keeps PyTorch's order of the weights. */
export function pack(weight: usize, panels: usize): void {
  memory.copy(panels, weight, floats(9 * channels * outChannels));
}

export function convolve(x: usize, weight: usize, out: usize, scratch: usize, images: i32): void {
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        for (let o = 0; o < outChannels; o++, out += 4) store<f32>(out, output(x, weight, n, i, j, o));
      }
    }
  }
}

/** One output: a sum of 9 * channels terms. */
function output(x: usize, weight: usize, n: i32, i: i32, j: i32, o: i32): f32 {
  let sum: f32 = 0;
  for (let ki = 0; ki < 3; ki++) {
    const y = i + ki - 1;
    if (y < 0 || y >= height) continue;
    for (let kj = 0; kj < 3; kj++) {
      const column = j + kj - 1;
      if (column < 0 || column >= width) continue;
      let a = x + floats(((n * height + y) * width + column) * channels);
      let b = weight + floats(o * channels * 9 + ki * 3 + kj);
      for (let c = 0; c < channels; c++, a += 4, b += 36) sum += load<f32>(a) * load<f32>(b);
    }
  }
  return sum;
}
