// Misuse of the API that would otherwise be silent: a clear error that names the fix. `@ts-expect-error`
// marks what the types reject as well.

import { describe, expect, it } from 'vitest';
import * as publicApi from '../../src/engine/index.js';
import {
  add,
  ArgumentError,
  concat,
  conv2d,
  convTranspose2d,
  crossEntropy,
  currentBackend,
  DisposedError,
  dropout,
  einsum,
  expand,
  gatherRows,
  gelu,
  groupNorm,
  interpolate,
  isRecording,
  argmax,
  maskedFill,
  max,
  maxPool1d,
  maxPool2d,
  noGrad,
  oneHot,
  pad,
  ReferenceBackend,
  relu,
  reshape,
  type Rng,
  scope,
  split,
  stack,
  sort,
  sum,
  tensor,
  type Tensor,
  variance,
  withBackend,
  zeros,
} from '../../src/engine/index.js';
import { Adam, Conv2d, Dropout, GELU, Linear } from '../../src/nn/index.js';
import { backendsUnderTest, onReference, withFreshBackend } from '../support/backends.js';

describe('scope', () => {
  it(
    'rejects an object with a tensor, which it would free',
    onReference(() => {
      // @ts-expect-error the type of scope excludes objects with tensors
      expect(() => scope(() => ({ y: zeros([2]), size: 2 }))).toThrow(
        /^scope: the result has a property y with a tensor of this scope, which would be freed; return/,
      );
      expect(() => scope((): unknown => new Map([['y', [zeros([2])]]]))).toThrow(ArgumentError);
    }),
  );

  it(
    'accepts other objects, and tensors of an outer scope in them',
    onReference(() => {
      expect(scope(() => ({ size: 2 }))).toEqual({ size: 2 });
      const x = zeros([1]);
      const result = scope((): unknown => ({ x }));
      expect(result).toEqual({ x });
      expect(x.array.isDisposed).toBe(false);
      x.dispose();
    }),
  );

  it('rejects an async function', () => {
    const body = async (): Promise<Tensor> => Promise.resolve(zeros([1]));
    expect(() => scope(body)).toThrow(/^scope: the body must be a synchronous function; return/);
  });
});

describe('noGrad and withBackend', () => {
  it('reject an async function, and restore the state', () => {
    const body = async (): Promise<number> => Promise.resolve(1);
    // @ts-expect-error the type of noGrad excludes promises
    expect(() => noGrad(body)).toThrow(/^noGrad: the body must be a synchronous function/);
    const backend = new ReferenceBackend();
    expect(() => withBackend(backend, body)).toThrow(
      /^withBackend: the body must be a synchronous function/,
    );
    expect(isRecording()).toBe(true);
    expect(currentBackend()).not.toBe(backend);
  });

  it('noGrad rejects a promise', () => {
    // @ts-expect-error the type of noGrad excludes promises
    expect(() => noGrad(() => Promise.resolve(1))).toThrow(/^noGrad: the body returned a promise/);
    expect(isRecording()).toBe(true);
  });
});

describe.each(backendsUnderTest)('a disposed backend: $name', ({ make }) => {
  it('is an error that says so, for its tensors and for new ones; freeing them is harmless', async () => {
    const backend = await make();
    const x = tensor([1, 2], { backend });
    await backend.dispose();
    await backend.dispose();
    const disposed = /: this backend was disposed, and its tensors with it/;
    expect(() => add(x, 1)).toThrow(DisposedError);
    expect(() => add(x, 1)).toThrow(disposed);
    expect(() => tensor([1], { backend })).toThrow(disposed);
    await expect(async () => x.data()).rejects.toThrow(disposed);
    x.dispose();
    expect(backend.memory.live).toBe(0);
  });

  it('completes a read that began before', async () => {
    const backend = await make();
    const x = tensor([1, 2], { backend });
    const pending = x.data();
    await backend.dispose();
    expect([...(await pending)]).toEqual([1, 2]);
  });
});

describe('the gradient of a leaf', () => {
  it('is freed with the leaf by the scope that made it', () =>
    withFreshBackend(
      () => new ReferenceBackend(),
      (backend) => {
        for (let i = 0; i < 3; i++) {
          scope(() => {
            const x = tensor([1, 2], { requiresGrad: true });
            sum(relu(x)).backward();
            scope(() => sum(x).backward()); // an inner scope accumulates
            expect(x.grad).not.toBeNull();
          });
          expect(backend.memory.live).toBe(0);
        }
      },
    ));

  it('is not stored on a leaf that was freed before', () =>
    withFreshBackend(
      () => new ReferenceBackend(),
      (backend) => {
        scope(() => {
          const y = scope(() => reshape(tensor([2], { requiresGrad: true }), [1, 1]));
          y.backward();
        });
        expect(backend.memory.live).toBe(0);
      },
    ));

  it(
    'leaves the scope with a returned leaf, and stays with a kept one',
    onReference(async () => {
      const withGradient = (): Tensor => {
        const x = tensor([3], { requiresGrad: true });
        sum(x).backward();
        return x;
      };
      const [returned] = scope(() => [withGradient()]);
      const kept: Tensor[] = [];
      scope(() => void kept.push(withGradient().keep()));
      for (const x of [returned, kept[0]]) {
        expect([...(await x.grad!.data())]).toEqual([1]);
        x.dispose();
      }
    }),
  );
});

describe('arguments that TypeScript rejects', () => {
  const untyped = (value: unknown): never => value as never;

  it.each<[string, () => unknown, RegExp]>([
    [
      'a missing generator of dropout',
      () => dropout(zeros([1]), 0.5, untyped(undefined)),
      /^dropout: rng must be a random number generator \(rng: new Rng\(seed\)\), got undefined/,
    ],
    [
      'a missing generator of a layer',
      () =>
        new Linear({ inFeatures: 1, outFeatures: 1 } as { rng: Rng } & {
          inFeatures: 1;
          outFeatures: 1;
        }),
      /^Linear: rng must be a random number generator/,
    ],
    ['a missing generator of Dropout', () => new Dropout(untyped({})), /^Dropout: rng must be/],
    [
      'an unknown option of an op',
      () => conv2d(zeros([1, 1, 3, 3]), zeros([1, 1, 3, 3]), null, untyped({ pading: 1 })),
      /^conv2d: unknown option pading; the options are stride, padding, dilation, groups/,
    ],
    [
      'an unknown option of a transposed convolution',
      () =>
        convTranspose2d(zeros([1, 1, 3, 3]), zeros([1, 1, 3, 3]), null, untyped({ outpadding: 1 })),
      /^convTranspose2d: unknown option outpadding; the options are stride, padding, outputPadding/,
    ],
    [
      'an unknown option of a pooling',
      () => maxPool1d(zeros([1, 1, 3]), untyped({ kernelSize: 2 })),
      /^maxPool1d: unknown option kernelSize; the options are window, stride, padding, ceilMode/,
    ],
    [
      'an unknown option of an interpolation',
      () => interpolate(zeros([1, 1, 3]), untyped({ scale: 2 })),
      /^interpolate: unknown option scale; the options are size, scaleFactor, mode, alignCorners/,
    ],
    [
      'an unknown option of a norm',
      () => groupNorm(zeros([1, 2]), null, null, untyped({ numGroups: 2 })),
      /^groupNorm: unknown option numGroups; the options are groups, epsilon/,
    ],
    [
      'an unknown option of a layer',
      () => new Conv2d(untyped({ inChannels: 1, outChannels: 1, kernelsize: 3 })),
      /^Conv2d: unknown option kernelsize; the options are inChannels, outChannels, kernelSize/,
    ],
    [
      'an unknown option of an optimizer',
      () => new Adam([], untyped({ learningRate: 1 })),
      /^Adam: unknown option learningRate; the options are lr, betas, epsilon, weightDecay/,
    ],
    [
      'options that are not an object',
      () => sum(zeros([2]), untyped(0)),
      /^sum: options must be an object \{ axes, keepDims \}, got 0/,
    ],
    [
      'an unknown reduction',
      () => crossEntropy(zeros([1, 2]), zeros([1]), untyped({ reduction: 'avg' })),
      /^loss: reduction must be "mean", "sum" or "none", got "avg"/,
    ],
    [
      'an unknown padding',
      () => conv2d(zeros([1, 1, 3, 3]), zeros([1, 1, 3, 3]), null, untyped({ padding: 'full' })),
      /^conv2d: padding must be a number or \[vertical, horizontal\], got "full"/,
    ],
    [
      'a boolean',
      () => tensor(untyped([true])),
      /^tensor: values must be numbers, got true \(boolean\)/,
    ],
    ['a string', () => tensor(untyped('1')), /^tensor: values must be a number, a list .* got "1"/],
    [
      'undefined in a list',
      () => tensor(untyped([[1], [undefined]])),
      /got undefined \(undefined\)/,
    ],
    ['undefined', () => tensor(untyped(undefined)), /^tensor: values must be .*, got undefined/],
    [
      'a list instead of a tensor',
      () => relu(untyped([1, 2])),
      /^relu: input 0 must be a tensor, got \[1,2\]; tensor\(\.\.\.\) creates one/,
    ],
    [
      'an unknown option of pad',
      () => pad(zeros([2]), [1, 1], untyped({ constant: 1 })),
      /^pad: unknown option constant; the options are mode, value/,
    ],
    [
      'an unknown mode of pad',
      () => pad(zeros([2]), [1, 1], untyped({ mode: 'symmetric' })),
      /^pad: mode must be one of constant, reflect, replicate, circular, got "symmetric"/,
    ],
    [
      'a padding that is not a list',
      () => pad(zeros([2]), untyped(1)),
      /^pad: padding must be pairs of whole numbers \[left, right, top, bottom, ...\], got 1/,
    ],
    [
      'a missing value of maskedFill',
      () => maskedFill(zeros([2]), zeros([2]), untyped(undefined)),
      /^maskedFill: value must be a number, got undefined/,
    ],
    [
      'a number as the indices of oneHot',
      () => oneHot(untyped(3), 5),
      /^oneHot: index must be in a tensor or a list of numbers, got 3/,
    ],
    [
      'missing classes of oneHot',
      () => oneHot([1], untyped(undefined)),
      /^oneHot: classes must be a whole number of at least 1, got undefined/,
    ],
    [
      'missing sizes of split',
      () => split(zeros([2]), untyped(undefined)),
      /^split: sizes must be .*, got undefined/,
    ],
    [
      'an unknown option of sort',
      () => sort(zeros([2]), untyped({ dim: 0 })),
      /^sort: unknown option dim; the options are axis, descending/,
    ],
    [
      'an unknown option of gelu',
      () => gelu(zeros([2]), untyped({ exact: true })),
      /^gelu: unknown option exact; the options are approximate/,
    ],
    [
      'an unknown form of GELU',
      () => new GELU(untyped({ approximate: 'erf' })),
      /^GELU: approximate must be "none" or "tanh", got erf/,
    ],
    [
      'an unknown option of variance',
      () => variance(zeros([2]), untyped({ unbiased: false })),
      /^variance: unknown option unbiased; the options are axes, keepDims, correction/,
    ],
  ])('%s', (_, call, message) => {
    const misuse = (): unknown => scope(() => void call());
    expect(misuse).toThrow(ArgumentError);
    expect(misuse).toThrow(message);
  });
});

describe('a list instead of a tensor', () => {
  const { Rng: Random, ...engine } = publicApi;
  /** Arguments after the first one. neg and linearRelu name the op that they call. */
  const others: Readonly<Record<string, readonly unknown[]>> = {
    crossEntropy: [[0]],
    dropout: [0.5, new Random(1)],
    avgPool2d: [{ window: 2 }],
    maxPool2d: [{ window: 2 }],
    ...Object.fromEntries(
      [
        'abs',
        'argmax',
        'argsort',
        'ceil',
        'cos',
        'elu',
        'erf',
        'exp',
        'expm1',
        'floor',
        'flatten',
        'gelu',
        'globalAvgPool2d',
        'leakyRelu',
        'log',
        'log1p',
        'logSoftmax',
        'prod',
        'reciprocal',
        'round',
        'rsqrt',
        'sign',
        'silu',
        'sin',
        'softplus',
        'sort',
        'square',
      ]
        .concat(['max', 'mean', 'relu', 'sigmoid', 'softmax', 'sqrt', 'sum', 'tanh', 'variance'])
        .map((name) => [name, []]),
    ),
    clamp: [0, 1],
    cumsum: [0],
    expand: [[2, 2]],
    gather: [0, [0]],
    gatherRows: [[0]],
    indexSelect: [0, [0]],
    permute: [[0]],
    pow: [2],
    reshape: [[2]],
    scaleShift: [1, 0],
    scatterAdd: [0, [0], [1]],
    slice: [0, 0],
    topk: [1],
    transpose: [],
    argmin: [],
    min: [],
    ...Object.fromEntries(['isfinite', 'isinf', 'isnan', 'logicalNot'].map((name) => [name, []])),
    ...Object.fromEntries(
      ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'minimum'].map((name) => [
        name,
        [1],
      ]),
    ),
    chunk: [1],
    flip: [],
    fullLike: [1],
    maskedFill: [[1, 0], 0],
    onesLike: [],
    pad: [[1, 1]],
    roll: [1],
    split: [1],
    squeeze: [],
    tril: [],
    triu: [],
    unsqueeze: [0],
    zerosLike: [],
    ...Object.fromEntries(['add', 'sub', 'mul', 'div', 'maximum'].map((name) => [name, [1]])),
    where: [1, 2],
    linear: [[1], null],
    matmul: [[1]],
    conv2d: [[1], null],
    mse: [[1]],
    softCrossEntropy: [[1]],
    layerNorm: [[1], [1]],
    groupNorm: [null, null, { groups: 1 }],
    rmsNorm: [[1]],
    conv1d: [[1], null],
    convTranspose1d: [[1], null],
    convTranspose2d: [[1], null],
    avgPool1d: [{ window: 2 }],
    maxPool1d: [{ window: 2 }],
    ...Object.fromEntries(
      ['adaptiveAvgPool1d', 'adaptiveAvgPool2d', 'adaptiveMaxPool1d', 'adaptiveMaxPool2d'].map(
        (name) => [name, [2]],
      ),
    ),
    interpolate: [{ size: 2 }],
  };

  it.each(Object.entries(others))('%s names the argument', (name, rest) => {
    const call = (engine as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>)[
      name
    ];
    const misuse = (): unknown => scope(() => void call([1, 2], ...rest));
    expect(misuse).toThrow(ArgumentError);
    expect(misuse).toThrow(RegExp(`^${name}: .* must be a tensor( or a number)?, got \\[1,2\\]`));
  });

  it('einsum names the operand', () => {
    expect(() => scope(() => einsum('i,i->', zeros([1]), [1] as unknown as Tensor))).toThrow(
      'einsum: operand 1 must be a tensor, got [1]',
    );
    expect(() => einsum(zeros([1]) as unknown as string)).toThrow(
      /^einsum: the first argument must be an equation such as "ij,jk->ik", got Tensor \[1\]/,
    );
  });

  it('concat and stack name the one of their list', () => {
    const list = [[1, 2] as unknown as Tensor];
    expect(() => concat(list)).toThrow('concat: tensor 0 must be a tensor');
    expect(() => stack(list)).toThrow('stack: tensor 0 must be a tensor');
  });
});

describe('more than 2^24 elements', () => {
  it('is an error where indices in float32 would be inexact', () => {
    scope(() => {
      const long = expand(zeros([1]), [2 ** 24 + 1]); // a view without memory
      expect(() => argmax(long)).toThrow(
        /^argmax: 16777217 elements, but float32 represents indices exactly only below 16777216/,
      );
      expect(() => max(long)).toThrow(/^max: 16777217 elements/);
      expect(() => sort(long)).toThrow(/^sort: 16777217 elements/);
      const plane = expand(zeros([1, 1, 1, 1]), [1, 1, 2 ** 12, 2 ** 12 + 1]);
      expect(() => maxPool2d(plane, { window: 2 })).toThrow(/^maxPool2d: 16781312 elements/);
    });
  });
});

describe('labels and indices on the host', () => {
  it(
    'are accepted as lists and typed arrays',
    onReference(async () => {
      const logits = tensor([[0, 0]]);
      const table = tensor([
        [1, 2],
        [3, 4],
      ]);
      const [loss, rows] = scope(() => [
        crossEntropy(logits, new Uint8Array([1])).item(),
        gatherRows(table, [1, 0]).data(),
      ]);
      expect(await loss).toBeCloseTo(Math.log(2), 6);
      expect([...((await rows) as Float32Array)]).toEqual([3, 4, 1, 2]);
      logits.dispose();
      table.dispose();
    }),
  );

  it.each([[5], [1.5], [-1], [NaN]])('%d is an error', (label) => {
    scope(() => {
      expect(() => crossEntropy(zeros([2, 3]), [0, label])).toThrow(ArgumentError);
      expect(() => crossEntropy(zeros([2, 3]), [0, label])).toThrow(
        `crossEntropy: label ${label} at index 1 must be a whole number from 0 to 2`,
      );
      expect(() => gatherRows(zeros([3, 2]), [label])).toThrow(
        `gatherRows: index ${label} at index 0 must be a whole number from 0 to 2`,
      );
    });
  });
});
