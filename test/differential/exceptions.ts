// Cases that are not expected to agree with PyTorch: deliberate differences, and known faults.

import type { Backend } from '../../src/engine/index.js';
import { sizeOf } from '../../src/engine/shape.js';
import type { Case } from './fixture.js';
import { viewedShape, viewedValues } from './view.js';

/** Where a case runs. */
export type Configuration = Pick<Backend, 'name' | 'dtype'>;

/** Cases of an op that are expected to differ, and why. */
export interface Exception {
  readonly op: string;
  readonly applies: (one: Case, configuration: Configuration) => boolean;
  /** Names of the results that may differ: `output 0`, `gradient of input 1`, `error`. */
  readonly results: RegExp;
  readonly reason: string;
}

const OUTPUT = /^output 0$/;
const GRADIENT = /^gradient/;
const GRADIENT_OF_X = /^gradient of input 0$/;
const OUTPUT_AND_GRADIENT = /^(output 0|gradient .*)$/;

const contains = ({ inputs }: Case, index: number, test: (value: number) => boolean): boolean =>
  viewedValues(inputs[index]).some(test);

const isNotFinite = (value: number): boolean => !Number.isFinite(value);

/** Whether the filters are 3x3 with enough channels for Winograd's algorithm. */
const isWide = ({ inputs }: Case): boolean => sizeOf(viewedShape(inputs[1])) >= 16 * 16 * 3 * 3;

/** Whether `padding: 'same'` needs an odd number of zeros along an axis. */
function hasUnevenPadding({ inputs, options: { padding, dilation = 1 } }: Case): boolean {
  const dilations = [dilation as number | number[], dilation as number | number[]].flat();
  const kernel = viewedShape(inputs[1]).slice(2);
  return (
    padding === 'same' && kernel.some((size, axis) => ((size - 1) * dilations[axis]) % 2 === 1)
  );
}

/**
 * Where the engine differs from PyTorch on purpose. At least one case of each must differ, so that
 * an outdated row is removed.
 */
export const differences: readonly Exception[] = [
  {
    op: 'pow',
    applies: (one) =>
      [0.5, -0.5, 1.5].includes(one.options.exponent as number) &&
      contains(one, 0, (value) => Object.is(value, -0) || value === -Infinity),
    results: OUTPUT_AND_GRADIENT,
    reason: 'PyTorch computes sqrt and rsqrt, which differ from pow at -0 and -Infinity',
  },
  {
    op: 'max',
    applies: (one) => Array.isArray(one.options.axes) && contains(one, 0, Number.isNaN),
    results: GRADIENT,
    reason: 'the gradient of amax is NaN in a line with a NaN; here the NaN elements share it',
  },
  {
    op: 'min',
    applies: (one) => Array.isArray(one.options.axes) && contains(one, 0, Number.isNaN),
    results: GRADIENT,
    reason: 'the gradient of amin is NaN in a line with a NaN; here the NaN elements share it',
  },
  {
    op: 'batchNorm',
    applies: ({ options, outputs }) => options.training === true && sizeOf(outputs[0].shape) === 0,
    results: /^error$/,
    reason: 'training without values is an error here; PyTorch returns NaN statistics',
  },
  {
    op: 'batchNormReluPool',
    applies: ({ options, outputs }) => options.training === true && sizeOf(outputs[0].shape) === 0,
    results: /^error$/,
    reason: 'training without values is an error here; PyTorch returns NaN statistics',
  },
  {
    op: 'dropout',
    applies: ({ options }, { dtype }) => options.probability === 0.25 && dtype === 'float64',
    results: OUTPUT_AND_GRADIENT,
    reason: 'the mask is float32 on every backend, and 1 / 0.75 is not exact',
  },
  {
    op: 'binaryCrossEntropy',
    applies: (one, { dtype }) =>
      dtype === 'float64' && contains(one, 0, (value) => value === 0 || value === 1),
    results: GRADIENT_OF_X,
    reason: 'the smallest denominator, 1e-12, is rounded to float32 in PyTorch',
  },
  {
    op: 'smoothL1',
    applies: (one) => one.options.beta === 0,
    results: GRADIENT,
    reason:
      'the gradient of equal elements is -1 for both of them in PyTorch; here it is 0, as in l1',
  },
  // conv2d documents that images and filters should be finite.
  {
    op: 'conv2d',
    applies: (one) =>
      hasUnevenPadding(one) && (contains(one, 0, isNotFinite) || contains(one, 1, isNotFinite)),
    results: /^gradient of input [01]$/,
    reason: 'with an even kernel, dropped outputs have gradient 0, times an infinite or NaN value',
  },
  {
    op: 'conv2d',
    applies: (one, { name }) => name === 'wasm' && contains(one, 1, isNotFinite),
    results: GRADIENT_OF_X,
    reason: 'the input gradient multiplies zeros around the image by an infinite or NaN weight',
  },
  {
    op: 'conv2d',
    applies: (one, { name }) => name === 'wasm' && isWide(one) && contains(one, 0, isNotFinite),
    results: /^(output 0|gradient of input 1)$/,
    reason: 'Winograd spreads an infinite or NaN pixel over its tile',
  },
  {
    op: 'convTranspose2d',
    applies: (one, { name }) => name === 'wasm' && isWide(one) && contains(one, 0, isNotFinite),
    results: OUTPUT,
    reason: 'Winograd spreads an infinite or NaN pixel over its tile',
  },
  {
    op: 'convNormReluPool',
    applies: (one, { name }) => name === 'wasm' && isWide(one) && contains(one, 0, isNotFinite),
    results: OUTPUT,
    reason: 'Winograd spreads an infinite or NaN pixel over its tile',
  },
];

/** Faults of the engine. At least one case of each must fail, so that a fixed one is removed. */
export const knownFaults: readonly Exception[] = [];
