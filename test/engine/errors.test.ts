// The errors of the ops: class and exact message. A throw leaks no buffer.

import { describe, expect, it } from 'vitest';
import * as inkgrad from '../../src/engine/index.js';
import {
  ArgumentError,
  ReferenceBackend,
  ShapeError,
  scope,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';

const z = (...shape: number[]): Tensor => zeros(shape);
const norm = { epsilon: 1e-5, momentum: 0.1, running: null, training: true };
const {
  add,
  mul,
  concat,
  conv2d,
  crossEntropy,
  linear,
  matmul,
  maxPool2d,
  avgPool2d,
  batchNorm,
  slice,
} = inkgrad;

const shapeErrors: Record<string, () => unknown> = {
  'add: cannot broadcast [2,3] with [2]: sizes 3 and 2 at axis -1 differ and neither is 1': () =>
    add(z(2, 3), z(2)),
  'mul: cannot broadcast [4,1] with [3,2]: sizes 4 and 3 at axis -2 differ and neither is 1': () =>
    mul(z(4, 1), z(3, 2)),
  'where: cannot broadcast [2] with [3]: sizes 2 and 3 at axis -1 differ and neither is 1': () =>
    inkgrad.where(z(2), z(3), 0),
  'matmul: inner sizes differ, 3 and 4 (a [2,3], b [4,5])': () => matmul(z(2, 3), z(4, 5)),
  'linear: input has 3 features but weight expects 6 (x [2,3], w [5,6])': () =>
    linear(z(2, 3), z(5, 6)),
  'matmul: both operands need at least 2 axes (a [3], b [3,2]); reshape a vector to a row or column':
    () => matmul(z(3), z(3, 2)),
  'matmul: cannot broadcast [2] with [3]: sizes 2 and 3 at axis -1 differ and neither is 1': () =>
    matmul(z(2, 3, 4), z(3, 4, 5)),
  'conv2d: input has 3 channels but weight expects 1 (x [64,3,28,28], w [32,1,3,3])': () =>
    conv2d(z(64, 3, 28, 28), z(32, 1, 3, 3)),
  'conv2d: input has 4 channels but weight expects 4 x 2 groups (x [1,4,5,5], w [6,4,3,3])': () =>
    conv2d(z(1, 4, 5, 5), z(6, 4, 3, 3), null, { groups: 2 }),
  'conv2d: 5 output channels do not divide into 2 groups (x [1,4,5,5], w [5,2,3,3])': () =>
    conv2d(z(1, 4, 5, 5), z(5, 2, 3, 3), null, { groups: 2 }),
  'conv2d: the window is larger than the padded image (x [1,1,2,2], w [1,1,3,3]), padding [0,0]':
    () => conv2d(z(1, 1, 2, 2), z(1, 1, 3, 3)),
  'conv2d: needs images [N, C, H, W], got [3,8,8]; reshape adds missing axes of size 1': () =>
    conv2d(z(3, 8, 8), z(1, 3, 3, 3)),
  'conv2d: weight must be [O, C/groups, kh, kw] (x [1,3,8,8], w [3,3,3])': () =>
    conv2d(z(1, 3, 8, 8), z(3, 3, 3)),
  'conv2d: bias must be [4], got [3]': () => conv2d(z(1, 1, 3, 3), z(4, 1, 3, 3), z(3)),
  'avgPool2d: the window [3,3] is larger than the image [1,1,2,2]': () =>
    avgPool2d(z(1, 1, 2, 2), { window: 3 }),
  'globalAvgPool2d: needs images [N, C, H, W], got [2,3]; reshape adds missing axes of size 1':
    () => inkgrad.globalAvgPool2d(z(2, 3)),
  'batchNorm: input has 3 channels but a parameter has shape [4]': () =>
    batchNorm(z(2, 3, 4, 4), z(3), z(4), norm),
  'layerNorm: the last axes of x [2,5] must be those of weight [4] and bias [4]': () =>
    inkgrad.layerNorm(z(2, 5), z(4), z(4)),
  'crossEntropy: needs logits [N, classes, ...] and labels [N, ...], got [4,10] and [5]': () =>
    crossEntropy(z(4, 10), z(5)),
  'mse: prediction [2,1] and target [2] differ': () => inkgrad.mse(z(2, 1), z(2)),
  'concat: [2,3] and [2,4] may differ along axis 0 only': () => concat([z(2, 3), z(2, 4)], 0),
  'gatherRows: the table must have 2 axes, got [4]': () => inkgrad.gatherRows(z(4), z(2)),
  'reshape: cannot view [2,3] (6 elements) as [4]': () => inkgrad.reshape(z(2, 3), [4]),
  'permute: order [0,0] must contain each axis of [2,3] once': () =>
    inkgrad.permute(z(2, 3), [0, 0]),
  'expand: cannot expand [2,3] to [3]': () => inkgrad.expand(z(2, 3), [3]),
  'expand: sizes must be whole numbers of at least 0, got [-1]': () => inkgrad.expand(z(1), [-1]),
  'slice: 0 to 4 is not within axis 1 of [2,3]': () => slice(z(2, 3), 1, 0, 4),
  'slice: 0.5 to 5 is not within axis 0 of [5]': () => slice(z(5), 0, 0.5),
  'sum: axis 2 is out of range for an input with 2 axes': () => inkgrad.sum(z(2, 3), { axes: 2 }),
  'max: axis 1 of [2,0] has size 0; needs at least 1': () => inkgrad.max(z(2, 0), { axes: 1 }),
  'argmax: axis 0 of [0] has size 0; needs at least 1': () => inkgrad.argmax(z(0)),
  'softmax: axis -1 is out of range for an input with 0 axes': () => inkgrad.softmax(z()),
};

const argumentErrors: Record<string, () => unknown> = {
  'clamp: low 1 must not exceed high -1': () => inkgrad.clamp(z(2), 1, -1),
  'conv2d: stride must be whole numbers of at least 1, got [0,0]': () =>
    conv2d(z(1, 1, 3, 3), z(4, 1, 3, 3), null, { stride: 0 }),
  'conv2d: padding must be whole numbers of at least 0, got [0.5,0]': () =>
    conv2d(z(1, 1, 3, 3), z(4, 1, 3, 3), null, { padding: [0.5, 0] }),
  'maxPool2d: padding [2,2] must be at most half the window [2,2]': () =>
    maxPool2d(z(1, 1, 4, 4), { window: 2, padding: 2 }),
  'batchNorm: training needs more than one value per channel, got [1,3]': () =>
    batchNorm(z(1, 3), z(3), z(3), norm),
  'batchNorm: evaluation needs running statistics': () =>
    batchNorm(z(2, 3), z(3), z(3), { ...norm, training: false }),
  'dropout: probability must be at least 0 and below 1, got 1': () =>
    inkgrad.dropout(z(2), 1, new inkgrad.Rng(1)),
  'crossEntropy: labelSmoothing must be from 0 to 1, got 2': () =>
    crossEntropy(z(4, 10), z(4), { labelSmoothing: 2 }),
  'concat: needs at least one tensor': () => concat([]),
  'slice: step must be at least 1, got 0': () => slice(z(5), 0, 0, 5, 0),
};

/**
 * Runs a call on a fresh backend, in a scope, and checks the error it throws. `onReference` checks
 * that no buffer leaks.
 */
const expectError = (
  ErrorClass: typeof ShapeError | typeof ArgumentError,
  message: string,
  call: () => unknown,
) =>
  onReference(() => {
    let error: unknown;
    try {
      scope(() => {
        call();
      });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ErrorClass);
    expect((error as Error).message).toBe(message);
  })();

describe('a ShapeError is thrown:', () => {
  it.each(Object.entries(shapeErrors))('%s', (message, call) =>
    expectError(ShapeError, message, call),
  );
});

describe('an ArgumentError is thrown:', () => {
  it.each(Object.entries(argumentErrors))('%s', (message, call) =>
    expectError(ArgumentError, message, call),
  );
});

describe('errors', () => {
  it(
    'tensors of two backends cannot be combined in one op',
    onReference(async () => {
      const other = new ReferenceBackend();
      scope(() => {
        expect(() => add(z(2), zeros([2], { backend: other }))).toThrow(
          new ArgumentError('add: inputs are on different backends, reference and reference'),
        );
      });
      expect(other.memory.live).toBe(0);
      await other.dispose();
    }),
  );

  it('every error class of the engine extends InkgradError and sets its name', () => {
    for (const name of [
      'ShapeError',
      'ArgumentError',
      'DisposedError',
      'BackendError',
      'FormatError',
      'GradientError',
    ] as const) {
      const error = new inkgrad[name]('message');
      expect(error).toBeInstanceOf(inkgrad.InkgradError);
      expect(error.name).toBe(name);
    }
  });
});
