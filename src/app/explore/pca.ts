// Principal component analysis of images (Pearson 1901, Hotelling 1933). The sums of pixel products
// are computed here, because two thirds of the pixels are blank and are skipped; the engine's
// matrix product took longer. ml-matrix computes the eigenvectors of the covariance.

import { EVD, Matrix } from 'ml-matrix';
import { imageAt, type ImageDataset } from '../../data/loading/imageDataset.js';
import { PROGRESS_EVERY, type ProgressCallback } from './measure.js';

export interface Components {
  /** Number of components kept. */
  readonly count: number;
  /**
   * Principal axes as unit-length rows: `[count, pixels]`. The sign is chosen so that the entry of
   * largest magnitude is positive.
   */
  readonly directions: Float64Array;
  /** Explained variance ratio of all components, largest first. */
  readonly explainedVarianceRatio: Float64Array;
  /**
   * Projection of each centered image on the kept components, for pixels from 0 to 1: `[length,
   * count]`.
   */
  readonly points: Float32Array;
}

/** The non-blank pixels of one image; the buffers are reused for every image. */
class InkedPixels {
  readonly pixels: Int32Array;
  readonly values: Float64Array;
  count = 0;

  constructor(pixelsPerImage: number) {
    this.pixels = new Int32Array(pixelsPerImage);
    this.values = new Float64Array(pixelsPerImage);
  }

  read(image: Uint8Array): void {
    this.count = 0;
    for (let pixel = 0; pixel < image.length; pixel++) {
      if (image[pixel] === 0) continue;
      this.pixels[this.count] = pixel;
      this.values[this.count] = image[pixel];
      this.count += 1;
    }
  }
}

interface Sums {
  /** Sum of each pixel over all images: `[pixels]`. */
  readonly values: Float64Array;
  /** Sum of the products of each pair of pixels: `[pixels, pixels]`, the upper triangle. */
  readonly products: Float64Array;
}

/** Sums over all images. They are integers below 2^53, so they are exact. */
function sumPixels(dataset: ImageDataset, onProgress?: ProgressCallback): Sums {
  const { length } = dataset;
  const pixelsPerImage = dataset.height * dataset.width;
  const sums = new Float64Array(pixelsPerImage);
  const products = new Float64Array(pixelsPerImage * pixelsPerImage);
  const inked = new InkedPixels(pixelsPerImage);
  const { pixels, values } = inked;
  for (let i = 0; i < length; i++) {
    if (i % PROGRESS_EVERY === 0) onProgress?.(i, length);
    inked.read(imageAt(dataset, i));
    const { count } = inked;
    for (let a = 0; a < count; a++) {
      const row = pixels[a] * pixelsPerImage;
      const value = values[a];
      sums[pixels[a]] += value;
      for (let b = a; b < count; b++) products[row + pixels[b]] += value * values[b];
    }
  }
  return { values: sums, products };
}

function covarianceOf({ values, products }: Sums, n: number): Matrix {
  const pixels = values.length;
  const covariance = new Matrix(pixels, pixels);
  for (let row = 0; row < pixels; row++) {
    for (let column = row; column < pixels; column++) {
      const product = products[row * pixels + column] / n;
      const value = (product - (values[row] / n) * (values[column] / n)) / 255 ** 2;
      covariance.set(row, column, value);
      covariance.set(column, row, value);
    }
  }
  return covariance;
}

/** The first `count` principal components of a data set, and the projection of every image. */
export function principalComponents(
  dataset: ImageDataset,
  count: number,
  onProgress?: ProgressCallback,
): Components {
  const pixels = dataset.height * dataset.width;
  const sums = sumPixels(dataset, onProgress);
  const covariance = covarianceOf(sums, dataset.length);
  // ml-matrix sorts eigenvalues in ascending order; rounding may leave tiny negative ones.
  const { realEigenvalues, eigenvectorMatrix } = new EVD(covariance, { assumeSymmetric: true });
  const variances = Float64Array.from(realEigenvalues, (value) => Math.max(0, value)).reverse();
  const total = variances.reduce((all, value) => all + value, 0);
  const directions = new Float64Array(count * pixels);
  for (let component = 0; component < count; component++) {
    const direction = eigenvectorMatrix.getColumn(pixels - 1 - component);
    const largest = direction.reduce(
      (best, value) => (Math.abs(value) > Math.abs(best) ? value : best),
      0,
    );
    const sign = largest < 0 ? -1 : 1; // the sign of an eigenvector is arbitrary
    directions.set(
      direction.map((value) => sign * value),
      component * pixels,
    );
  }
  return {
    count,
    directions,
    explainedVarianceRatio: variances.map((value) => (total === 0 ? 0 : value / total)),
    points: project(dataset, directions, count, sums.values),
  };
}

/** Projects every centered image on the components. */
function project(
  dataset: ImageDataset,
  directions: Float64Array,
  count: number,
  sums: Float64Array,
): Float32Array {
  const { length } = dataset;
  const pixels = sums.length;
  // Transposed to [pixels, count], so that blank pixels can be skipped.
  const byPixel = new Float64Array(directions.length);
  const meanProjection = new Float64Array(count);
  for (let component = 0; component < count; component++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const entry = directions[component * pixels + pixel];
      byPixel[pixel * count + component] = entry;
      meanProjection[component] += (entry * sums[pixel]) / length;
    }
  }
  const points = new Float32Array(length * count);
  const projection = new Float64Array(count);
  const inked = new InkedPixels(pixels);
  for (let i = 0; i < length; i++) {
    inked.read(imageAt(dataset, i));
    projection.fill(0);
    for (let a = 0; a < inked.count; a++) {
      const row = inked.pixels[a] * count;
      for (let component = 0; component < count; component++) {
        projection[component] += inked.values[a] * byPixel[row + component];
      }
    }
    for (let component = 0; component < count; component++) {
      points[i * count + component] = (projection[component] - meanProjection[component]) / 255;
    }
  }
  return points;
}
