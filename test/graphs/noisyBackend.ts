// A float64 backend that adds rounding errors of float32 size to every launch. The spread of its
// results is an estimate of the error that float32 arithmetic causes in a graph.

import type {
  Backend,
  Buffer,
  FloatArray,
  Launch,
  MemoryReport,
} from '../../src/engine/backend.js';
import type { Conv2dConstants } from '../../kernels/conv2d.js';
import { usesWinograd } from '../../src/engine/backends/wasm/winograd.js';
import { checkLaunch, runInLoop } from '../../src/engine/backends/reference.js';

/** Largest relative error of rounding to float32. */
export const UNIT = 2 ** -24;

/** Integers below this are exact in float32. */
const EXACT_INTEGERS = 2 ** 24;

/** Kernels that only move, select or negate elements: no backend rounds here. */
export const EXACT: ReadonlySet<string> = new Set(
  (
    'upload stridedCopy sliceGrad concat gatherRows takeAxis takeAxisGrad argmaxAxis ' +
    'maxPoolIndex maxPool where maximum minimum maximumGrad relu reluGrad abs absGrad clamp clampGrad ' +
    'eq ne lt le isnan logicalAnd logicalOr logicalNot maskedFill band oneHot pad ' +
    'gatherAxis linePosition sortStep sign floor ceil round'
  ).split(' '),
);

/** Kernels whose result is rounded even if it is an integer, such as e^0. */
const TRANSCENDENTAL =
  /exp|log|sigmoid|tanh|gelu|erf|sin|cos|lu|softplus|pow|softmax|entropy|deviation|div|sqrt|mean|pool/i;

/**
 * Kernels that subtract a rounded number of about 1, such as `1 - y^2`: their error does not vanish
 * with their result. For gradients it is relative to the largest gradient of the output.
 */
const ABSOLUTE = /^(log|log1p|logSumExp|logSoftmax|gelu|geluTanh|erf|expm1|softplus|elu)$/;
const ABSOLUTE_GRADIENT = /^(gelu|geluTanh|silu|sigmoid|tanh|softmax|logSoftmax|crossEntropy)Grad$/;

/**
 * Terms that the linear layer of wasm adds to its bias one by one. On this backend it is a product
 * and an addition.
 */
const BIAS_TERMS = 1024;

export interface Noise {
  readonly seed: number;
  /** Factor on the errors. */
  readonly amplitude: number;
  /**
   * Whether equal values get equal errors, so that ties stay ties. Otherwise every element has its
   * own error.
   */
  readonly sameForEqual: boolean;
}

interface NoisyBuffer extends Buffer {
  values: Float64Array<ArrayBuffer> | null;
}

export class NoisyBackend implements Backend {
  readonly name = 'noisy';
  readonly dtype = 'float64';
  readonly maxTerms = 1024;
  readonly #noise: Noise;
  readonly #random: ErrorSource;
  #live = 0;

  constructor(noise: Noise) {
    this.#noise = noise;
    this.#random = new ErrorSource(noise.seed, noise.sameForEqual);
  }

  get memory(): MemoryReport {
    return { live: this.#live, liveBytes: 0, reservedBytes: 0, allocations: 0 };
  }

  upload(values: ArrayLike<number>): Buffer {
    return this.#wrap(Float64Array.from(values));
  }

  /**
   * A float32 sum of n rounded terms has an error of about sqrt(n) roundings of its largest partial
   * sum. Errors of sqrt(n) roundings in the terms cover sums that cancel, and the same in the
   * result covers sums of one sign.
   */
  run(launch: Launch): Buffer {
    checkLaunch(launch);
    const { kernel, constants, scalars, length, donate } = launch;
    const inputs = launch.inputs.map((buffer) => open(buffer));
    const output = donate === undefined ? new Float64Array(length) : open(launch.inputs[donate]);
    const isExact =
      EXACT.has(kernel.name) ||
      (kernel.name === 'fill' && Math.fround(scalars.value) === scalars.value);
    const longest = Math.max(1, ...inputs.map((array) => array.length));
    const terms =
      kernel.name === 'add' ? BIAS_TERMS : Object.keys(constants).length === 0 ? 1 : longest;
    const size = this.#noise.amplitude * (2 + 2 * Math.sqrt(terms)) * UNIT;
    const perturb = (value: number, index: number): number =>
      isExactInteger(value) ? value : value * (1 + size * this.#random.next(value, index));
    const operands = isExact ? inputs : inputs.map((array) => array.map(perturb));
    runInLoop(launch, operands, output);
    if (!isExact) {
      const winograd = winogradScale(launch, inputs);
      const integersStay =
        winograd === 0 &&
        !TRANSCENDENTAL.test(kernel.name) &&
        Object.values(scalars).every(Number.isInteger) &&
        inputs.every((array) => array.every(isExactInteger));
      const absolute = size * (absoluteScale(kernel.name, inputs) + winograd);
      for (let i = 0; i < length; i++) {
        if (integersStay && isExactInteger(output[i])) continue;
        const error = this.#random.next(output[i], i);
        output[i] += error * (size * Math.abs(output[i]) + absolute);
      }
    }
    return donate === undefined ? this.#wrap(output) : launch.inputs[donate];
  }

  read(buffer: Buffer): Promise<FloatArray> {
    return Promise.resolve(open(buffer).slice());
  }

  free(buffer: Buffer): void {
    open(buffer);
    (buffer as NoisyBuffer).values = null;
    this.#live -= 1;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  #wrap(values: Float64Array<ArrayBuffer>): NoisyBuffer {
    this.#live += 1;
    return { length: values.length, values };
  }
}

function absoluteScale(name: string, inputs: readonly ArrayLike<number>[]): number {
  if (ABSOLUTE.test(name)) return 1;
  return ABSOLUTE_GRADIENT.test(name) ? largest(inputs[0]) : 0;
}

/** Kernels that wasm may compute by Winograd's algorithm. */
export const WINOGRAD: readonly string[] = ['conv2d', 'conv2dGradWeight', 'convTranspose2d'];

/**
 * Winograd convolution adds and subtracts whole tiles. Its error is relative to the largest sum of
 * absolute terms, also where the result is an integer or 0.
 */
function winogradScale(
  { kernel: { name }, constants }: Launch,
  [a, b]: readonly ArrayLike<number>[],
): number {
  if (!WINOGRAD.includes(name)) return 0;
  const c = constants as Conv2dConstants;
  if (!usesWinograd(c)) return 0;
  const terms = {
    conv2d: 9 * c.inChannels,
    conv2dGradWeight: c.batch * c.outHeight * c.outWidth,
    convTranspose2d: 9 * c.outChannels,
  }[name]!;
  // A quarter: few terms are as large as the product of the largest factors.
  return (terms * largest(a) * largest(b)) / 4;
}

/** The largest magnitude of the elements, which are finite. */
export function largest(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) result = Math.max(result, Math.abs(values[i]));
  return result;
}

function open(buffer: Buffer): Float64Array<ArrayBuffer> {
  const { values } = buffer as NoisyBuffer;
  if (values === null) throw new Error('noisy: this buffer was freed');
  return values;
}

const isExactInteger = (value: number): boolean =>
  Number.isInteger(value) && Math.abs(value) < EXACT_INTEGERS;

/** Random numbers in [-1, 1), hashed from a value, or from a value and its index. */
class ErrorSource {
  readonly #seed: number;
  readonly #sameForEqual: boolean;
  readonly #float = new Float64Array(1);
  readonly #words = new Uint32Array(this.#float.buffer);

  constructor(seed: number, sameForEqual: boolean) {
    this.#seed = seed;
    this.#sameForEqual = sameForEqual;
  }

  next(value: number, index: number): number {
    this.#float[0] = value;
    let hash = Math.imul(this.#words[0] ^ this.#seed, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ this.#words[1], 0x85ebca6b);
    if (!this.#sameForEqual) hash = Math.imul(hash ^ (hash >>> 13) ^ index, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f);
    return ((hash ^ (hash >>> 15)) | 0) * 2 ** -31;
  }
}
