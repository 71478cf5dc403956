// Features of images from the frozen convolutions, computed once, and the logits of the two linear
// layers from such features. Inputs and outputs are host arrays.

import { flatten, noGrad, scope, tensor } from '../../engine/index.js';
import type { CharacterNet } from '../model/characterNet.js';
import { imageTensor, INPUT_PIXELS } from '../model/imageTensor.js';

/** A matrix on the host, row-major. */
export interface HostMatrix {
  readonly values: Float32Array;
  readonly count: number;
  /** Numbers per row. */
  readonly width: number;
}

/** Images per batch; bounds the memory of the convolutions. */
const BATCH_SIZE = 250;

/**
 * Runs images through the convolutions in evaluation mode.
 *
 * @param pixels normalized, `[n, 28, 28]`
 * @returns `[n, 1152]`
 */
export async function featuresOf(model: CharacterNet, pixels: Float32Array): Promise<HostMatrix> {
  model.eval();
  const count = pixels.length / INPUT_PIXELS;
  const parts: Float32Array[] = [];
  for (let from = 0; from < count; from += BATCH_SIZE) {
    const part = pixels.subarray(from * INPUT_PIXELS, (from + BATCH_SIZE) * INPUT_PIXELS);
    const pending = scope(() =>
      noGrad(() => flatten(model.conv_layers.forward(imageTensor(part)))).data(),
    );
    parts.push(Float32Array.from(await pending));
  }
  return concatenate(parts, count);
}

/** Output of the linear layers: `[n, 1152]` -> logits `[n, classes]`. */
export async function logitsOf(
  model: CharacterNet,
  { values, count, width }: HostMatrix,
): Promise<HostMatrix> {
  model.eval();
  const pending = scope(() =>
    noGrad(() => model.fc_layers.forward(tensor(values, { shape: [count, width] }))).data(),
  );
  return concatenate([Float32Array.from(await pending)], count);
}

function concatenate(parts: readonly Float32Array[], count: number): HostMatrix {
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    values.set(part, offset);
    offset += part.length;
  }
  return { values, count, width: count === 0 ? 0 : values.length / count };
}

/** One row, as a view. */
export function rowOf({ values, width }: HostMatrix, index: number): Float32Array {
  return values.subarray(index * width, (index + 1) * width);
}

/** Index of the largest number; the first of equal ones (argmax). */
export function argmax(row: Float32Array): number {
  return row.reduce((best, value, index) => (value > row[best] ? index : best), 0);
}
