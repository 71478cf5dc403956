// The second moment of a layer's inputs, and products with its inverse. Host numbers, in float64.

import { matmul, scope, tensor, transpose } from '../../engine/index.js';
import { rowOf, type HostMatrix } from './features.js';

/** Added to the diagonal, relative to its mean, so that the inverse exists with few inputs. */
const DAMPING = 0.1;

/**
 * C = mean(k k^T) + damping, of inputs k, [width, width], as its Cholesky factor.
 *
 * A step along (d loss / d output)^T (C^-1 k) changes the outputs for an input k as far as a plain
 * gradient step does, but those for other inputs as little as possible: it minimizes the mean
 * squared change over the inputs that C comes from. It is the input factor of K-FAC (Martens and
 * Grosse 2015, "Optimizing neural networks with Kronecker-factored approximate curvature"), used for
 * edits of single facts by Meng et al. 2022, "Locating and editing factual associations in GPT".
 */
export class InputMoment {
  /** Lower triangular, row-major: [width, width]. */
  readonly #factor: Float64Array;
  readonly #width: number;

  private constructor(factor: Float64Array, width: number) {
    this.#factor = factor;
    this.#width = width;
  }

  /** @param inputs at least one row */
  static async of({ values, count, width }: HostMatrix): Promise<InputMoment> {
    const products = await scope(() => {
      const x = tensor(values, { shape: [count, width] });
      return matmul(transpose(x), x).data();
    });
    const moment = Float64Array.from(products, (sum) => sum / count);
    let trace = 0;
    for (let i = 0; i < width; i++) trace += moment[i * width + i];
    for (let i = 0; i < width; i++) moment[i * width + i] += (DAMPING * trace) / width;
    return new InputMoment(choleskyFactor(moment, width), width);
  }

  /** C^-1 k for every row k. */
  solve(rows: HostMatrix): HostMatrix {
    const values = new Float32Array(rows.values.length);
    for (let row = 0; row < rows.count; row++)
      values.set(this.#solveRow(rowOf(rows, row)), row * rows.width);
    return { ...rows, values };
  }

  #solveRow(row: Float32Array): Float64Array {
    const [factor, width] = [this.#factor, this.#width];
    const x = Float64Array.from(row);
    for (let i = 0; i < width; i++) {
      let sum = x[i];
      for (let k = 0; k < i; k++) sum -= factor[i * width + k] * x[k];
      x[i] = sum / factor[i * width + i];
    }
    for (let i = width - 1; i >= 0; i--) {
      x[i] /= factor[i * width + i];
      for (let k = 0; k < i; k++) x[k] -= factor[i * width + k] * x[i];
    }
    return x;
  }
}

/** The lower triangular L with L L^T = `matrix`, which is symmetric and positive definite. */
function choleskyFactor(matrix: Float64Array, width: number): Float64Array {
  const factor = new Float64Array(matrix.length);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * width + j];
      for (let k = 0; k < j; k++) sum -= factor[i * width + k] * factor[j * width + k];
      factor[i * width + j] = i === j ? Math.sqrt(sum) : sum / factor[j * width + j];
    }
  }
  return factor;
}
