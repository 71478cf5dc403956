// Runs one case with inkgrad on the current backend: its results, and the time of each direction.

import { noGrad, scope, tensor, type Tensor } from '../../src/index.js';
import { spread } from '../support/statistics.js';
import { isDifferentiable, type OpCase } from './case.js';
import { draw, uniform } from './inputs.js';
import {
  DIGEST_SEED,
  GRADIENT_SEED,
  type CheckReply,
  type Digest,
  type Direction,
  type RoundReply,
} from './protocol.js';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function digest(values: ArrayLike<number>): Digest {
  let [sum, size] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = uniform(i, DIGEST_SEED);
    sum += weight * values[i];
    size += weight * Math.abs(values[i]);
  }
  return { mean: sum / values.length, size: size / values.length };
}

/**
 * The inputs of a case, and the gradient of its output.
 *
 * Forward runs without a graph. Backward is `output.backward(gradient)`; its forward pass is not
 * timed. Both end when one element has been read: launches run in order, so all results are then
 * complete.
 */
export class CaseRunner {
  readonly #case: OpCase;
  readonly #inputs: readonly Tensor[];
  readonly #gradient: Tensor;
  /** Reading it waits for all earlier launches. */
  readonly #marker = tensor([1]);

  constructor(one: OpCase) {
    this.#case = one;
    this.#inputs = one.inputs.map(({ shape, values, grad }, index) =>
      tensor(draw(values, sizeOf(shape), index), { shape, requiresGrad: grad }),
    );
    const shape = scope(() => noGrad(() => one.call(this.#inputs)).shape);
    const values = draw({ kind: 'uniform', low: -1, high: 1 }, sizeOf(shape), GRADIENT_SEED);
    this.#gradient = tensor(values, { shape });
  }

  async check(): Promise<CheckReply> {
    const output = scope(() => {
      const output = this.#case.call(this.#inputs);
      if (isDifferentiable(this.#case)) output.backward(this.#gradient);
      return output.data();
    });
    const results = [await output];
    for (const { grad } of this.#inputs) if (grad !== null) results.push(await grad.data());
    this.#dropGradients();
    return { digests: results.map(digest) };
  }

  async round(direction: Direction, seconds: number): Promise<RoundReply> {
    const times: number[] = [];
    let total = 0;
    // The forward passes before backward count as well, up to twice the time.
    const deadline = performance.now() + 3000 * seconds;
    do {
      const milliseconds = await this.#step(direction);
      times.push(milliseconds);
      total += milliseconds;
    } while (total < 1000 * seconds && performance.now() < deadline);
    return { steps: times.length, milliseconds: spread(times).median };
  }

  dispose(): void {
    for (const one of [...this.#inputs, this.#gradient, this.#marker]) one.dispose();
  }

  async #step(direction: Direction): Promise<number> {
    const start = scope(() => {
      if (direction === 'forward') {
        const start = performance.now();
        noGrad(() => void this.#case.call(this.#inputs));
        return start;
      }
      const output = this.#case.call(this.#inputs);
      const start = performance.now();
      output.backward(this.#gradient);
      return start;
    });
    await this.#marker.item();
    const milliseconds = performance.now() - start;
    this.#dropGradients();
    return milliseconds;
  }

  #dropGradients(): void {
    for (const input of this.#inputs) input.zeroGrad();
  }
}
