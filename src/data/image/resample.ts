// Resizes a gray image by antialiased bicubic interpolation, one axis after the other. Uses only +
// - * /, so that every JavaScript engine gives bit-for-bit identical results.

/** The region of an image to resize, in pixels, possibly fractional; outside the image is paper. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface GrayImage {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Keys' cubic convolution kernel with a = -1/2, the value that reproduces parabolas exactly.
 *
 * @see R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP
 *   29, 1981, eq. 15
 */
export function cubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return ((-0.5 * d + 2.5) * d - 4) * d + 2;
  return 0;
}

/** For each output index, the range of inputs and their weights. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float64Array;
  /** Weights allocated per output index. */
  readonly tapsPerOutput: number;
}

/**
 * Computes the taps of one axis.
 *
 * When shrinking, the kernel is stretched by the scale factor, so that every input pixel
 * contributes. Without stretching, a thin line between two samples would vanish. When enlarging, it
 * is plain bicubic interpolation.
 */
function makeTaps(start: number, extent: number, inputSize: number, outputSize: number): Taps {
  const scale = extent / outputSize;
  const stretch = Math.max(1, scale);
  const support = 2 * stretch;
  const tapsPerOutput = Math.ceil(2 * support) + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Float64Array(outputSize * tapsPerOutput);
  for (let outputIndex = 0; outputIndex < outputSize; outputIndex++) {
    const center = start + (outputIndex + 0.5) * scale - 0.5;
    const low = Math.ceil(center - support);
    const high = Math.floor(center + support);
    let total = 0;
    for (let input = low; input <= high; input++) total += cubic((input - center) / stretch);
    const from = Math.max(0, low);
    first[outputIndex] = from;
    count[outputIndex] = Math.max(0, Math.min(inputSize - 1, high) - from + 1);
    for (let k = 0; k < count[outputIndex]; k++)
      weights[outputIndex * tapsPerOutput + k] = cubic((from + k - center) / stretch) / total;
  }
  return { first, count, weights, tapsPerOutput };
}

/**
 * Resizes a region of `image` to `width` x `height`. Bicubic overshoot is not clamped, so values
 * may leave the input's range.
 */
export function resample(
  image: GrayImage,
  region: Region,
  width: number,
  height: number,
): Float32Array {
  const horizontal = makeTaps(region.left, region.width, image.width, width);
  const vertical = makeTaps(region.top, region.height, image.height, height);
  const firstRow = Math.min(...vertical.first);
  let lastRow = -1;
  for (let y = 0; y < height; y++)
    lastRow = Math.max(lastRow, vertical.first[y] + vertical.count[y] - 1);

  const rowCount = Math.max(0, lastRow - firstRow + 1);
  const rows = resampleRows(image, horizontal, firstRow, rowCount);
  const output = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < vertical.count[y]; k++) {
      const weight = vertical.weights[y * vertical.tapsPerOutput + k];
      const source = (vertical.first[y] - firstRow + k) * width;
      for (let x = 0; x < width; x++) output[y * width + x] += weight * rows[source + x];
    }
  }
  return output;
}

/** The first pass: resizes each row that the second pass reads to the new width. */
function resampleRows(
  image: GrayImage,
  horizontal: Taps,
  firstRow: number,
  rowCount: number,
): Float32Array {
  // Locals, because V8 would otherwise reload each of these for every pixel.
  const { data } = image;
  const { first, count, weights, tapsPerOutput } = horizontal;
  const width = first.length;
  const rows = new Float32Array(rowCount * width);
  for (let y = 0; y < rowCount; y++) {
    const source = (firstRow + y) * image.width;
    for (let x = 0; x < width; x++) {
      const from = source + first[x];
      const taps = count[x];
      const tapOffset = x * tapsPerOutput;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += weights[tapOffset + k] * data[from + k];
      rows[y * width + x] = sum;
    }
  }
  return rows;
}

/** Replicates the outermost pixels `margin` times around an image. */
export function padEdges({ data, width, height }: GrayImage, margin: number): GrayImage {
  const [paddedWidth, paddedHeight] = [width + 2 * margin, height + 2 * margin];
  const padded = new Float32Array(paddedWidth * paddedHeight);
  for (let y = 0; y < paddedHeight; y++) {
    const row = Math.min(height - 1, Math.max(0, y - margin)) * width;
    for (let x = 0; x < paddedWidth; x++) {
      padded[y * paddedWidth + x] = data[row + Math.min(width - 1, Math.max(0, x - margin))];
    }
  }
  return { data: padded, width: paddedWidth, height: paddedHeight };
}
