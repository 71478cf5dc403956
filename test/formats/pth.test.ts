// Reading .pth files: every form of tensor that torch.save writes, created by hand and by PyTorch.
// Invalid files are in fuzz.test.ts and test/hostile.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  call,
  dict,
  FALSE,
  integer,
  list,
  name,
  text,
  tuple,
  type Pickled,
} from '../../src/app/formats/pickleWriter.js';
import { decodePth } from '../../src/app/formats/pth.js';
import { isPth } from '../../src/app/formats/pthSignature.js';
import { encodePth } from '../../src/app/formats/pthWriter.js';
import { runPython, torchMissing } from '../support/python.js';
import { float32, ORDERED_DICT, pth, stateDict, tensor, type TensorOptions } from './support.js';

const numbers = float32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

async function decodeOne(
  options: Omit<TensorOptions, 'length'>,
  bytes = numbers,
): Promise<number[]> {
  const size =
    { LongStorage: 8, DoubleStorage: 8, HalfStorage: 2, BFloat16Storage: 2 }[
      options.storage ?? ''
    ] ?? 4;
  const file = await pth(stateDict({ x: tensor({ ...options, length: bytes.length / size }) }), {
    'data/0': bytes,
  });
  const { x } = (await decodePth(file)).tensors;
  expect(x.shape).toEqual(options.shape);
  return [...x.data];
}

describe('a tensor', () => {
  it('can be a whole storage', async () => {
    expect(await decodeOne({ shape: [2, 5], stride: [5, 1] })).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('can be a transposed view with an offset', async () => {
    expect(await decodeOne({ shape: [2, 3], stride: [1, 2], offset: 3 })).toEqual([
      3, 5, 7, 4, 6, 8,
    ]);
  });

  it('can be a scalar, or empty', async () => {
    expect(await decodeOne({ shape: [], stride: [], offset: 9 })).toEqual([9]);
    expect(await decodeOne({ shape: [0, 3], stride: [3, 1] })).toEqual([]);
  });

  it.each([
    ['HalfStorage', Uint8Array.of(0x00, 0x3c, 0x00, 0xc0), [1, -2]],
    ['BFloat16Storage', Uint8Array.of(0x80, 0x3f, 0x00, 0xc0), [1, -2]],
    ['DoubleStorage', new Uint8Array(Float64Array.of(0.1, -2).buffer), [0.1, -2]],
    ['LongStorage', new Uint8Array(BigInt64Array.of(44014n, -2n).buffer), [44014, -2]],
    ['IntStorage', new Uint8Array(Int32Array.of(7, -2).buffer), [7, -2]],
  ])('can have a %s', async (storage, bytes, expected) => {
    expect(await decodeOne({ storage, shape: [2], stride: [1] }, bytes)).toEqual(expected);
  });

  it('is read as float32 if that is exact, else as float64', async () => {
    const arrayClassOf = async (value: number): Promise<unknown> => {
      const x = tensor({ storage: 'DoubleStorage', length: 1, shape: [1], stride: [1] });
      const bytes = new Uint8Array(Float64Array.of(value).buffer);
      return (await decodePth(await pth(stateDict({ x }), { 'data/0': bytes }))).tensors.x.data
        .constructor;
    };
    expect(await arrayClassOf(0.5)).toBe(Float32Array);
    expect(await arrayClassOf(0.1)).toBe(Float64Array);
  });

  it("is read in the archive's byte order", async () => {
    const state = stateDict({ x: tensor({ length: 2, shape: [2], stride: [1] }) });
    const utf8 = (order: string): Uint8Array => new TextEncoder().encode(order);
    const decodeWithOrder = async (order: string, bytes: Uint8Array): Promise<number[]> => [
      ...(await decodePth(await pth(state, { byteorder: utf8(order), 'data/0': bytes }))).tensors.x
        .data,
    ];
    expect(await decodeWithOrder('little', float32(1, 2))).toEqual([1, 2]);
    expect(await decodeWithOrder('big', Uint8Array.of(0x3f, 0x80, 0, 0, 0x40, 0, 0, 0))).toEqual([
      1, 2,
    ]);
  });
});

describe('a file', () => {
  const x = tensor({ length: 10, shape: [10], stride: [1] });
  const decode = async (contents: Parameters<typeof pth>[0]) =>
    decodePth(await pth(contents, { 'data/0': numbers }));

  it('can be a state dict, or contain one under a common key', async () => {
    const state = stateDict({ x });
    expect(Object.keys((await decode(state)).tensors)).toEqual(['x']);
    for (const key of ['model_state_dict', 'state_dict', 'model']) {
      const { tensors, classes, ignored } = await decode(
        dict([
          [text('epoch'), integer(3)],
          [text(key), state],
        ]),
      );
      expect([Object.keys(tensors), classes, ignored]).toEqual([['x'], null, ['epoch']]);
    }
  });

  it('can contain other tensors, and the state dict under any key', async () => {
    const state = stateDict({ x });
    for (const key of ['model_state_dict', 'state_dict', 'net', 'best_weights']) {
      const checkpoint = dict([
        [text('epoch'), integer(3)],
        [text(key), state],
        [text('loss'), x],
        [text('optimizer'), dict([[text('lr'), integer(1)]])],
      ]);
      const { tensors, ignored } = await decode(checkpoint);
      expect([Object.keys(tensors), ignored]).toEqual([['x'], ['epoch', 'loss', 'optimizer']]);
    }
  });

  it('of an averaged or compiled model is read without what wraps the weights', async () => {
    const state = stateDict({ n_averaged: x, 'module._orig_mod.x': x, 'module._orig_mod.y': x });
    expect(Object.keys((await decode(state)).tensors)).toEqual(['x', 'y']);
  });

  it('can state the order of the classes in classes or class_to_idx', async () => {
    const withClasses = async (...entries: [string, Pickled][]): Promise<unknown> => {
      const named = entries.map(([key, value]) => [text(key), value] as const);
      return decode(dict([[text('model'), stateDict({ x })], ...named]));
    };
    const names = list([text('b'), text('a')]);
    const indices = dict([[text('a'), integer(1)], [text('b'), integer(0)]]); // prettier-ignore
    const expected = { classes: ['b', 'a'], ignored: [] };
    expect(await withClasses(['classes', names])).toMatchObject(expected);
    expect(await withClasses(['class_to_idx', indices])).toMatchObject(expected);
    // A number of classes is no list of names; indices with a gap are no order.
    const gap = dict([[text('a'), integer(2)], [text('b'), integer(0)]]); // prettier-ignore
    expect(await withClasses(['classes', integer(2)], ['class_to_idx', gap])).toMatchObject({
      classes: null,
      ignored: ['classes', 'class_to_idx'],
    });
  });

  it('can list class names in a list, a tuple or a dict by index', async () => {
    const classesOf = async (mapping: Parameters<typeof dict>[0][number][1]): Promise<unknown> =>
      (await decode(dict([[text('class_mapping'), mapping], [text('model'), stateDict({ x })]]))).classes; // prettier-ignore
    expect(await classesOf(list([text('a'), text('b')]))).toEqual(['a', 'b']);
    expect(await classesOf(tuple(text('a'), text('b')))).toEqual(['a', 'b']);
    expect(await classesOf(dict([[integer(1), text('b')], [integer(0), text('a')]]))).toEqual(['a', 'b']); // prettier-ignore
  });

  it('can share a storage between tensors, and contain parameters', async () => {
    const view = tensor({ length: 10, offset: 8, shape: [2], stride: [1] });
    const parameter = call(name('torch._utils', '_rebuild_parameter'), view, FALSE, ORDERED_DICT);
    const { tensors } = await decode(stateDict({ x, parameter }));
    expect([[...tensors.x.data].length, [...tensors.parameter.data]]).toEqual([10, [8, 9]]);
  });

  it('of a DataParallel model is read without the prefix `module.`', async () => {
    expect(
      Object.keys((await decode(stateDict({ 'module.x': x, 'module.y': x }))).tensors),
    ).toEqual(['x', 'y']);
    expect(Object.keys((await decode(stateDict({ 'module.x': x, y: x }))).tensors)).toEqual([
      'module.x',
      'y',
    ]);
  });

  it('can have a tensor named __proto__', async () => {
    const { tensors } = await decode(stateDict({ __proto__x: x, ['__proto__']: x }));
    expect(Object.keys(tensors)).toContain('__proto__');
    expect(Object.getPrototypeOf(tensors)).toBe(Object.prototype);
  });

  it('is recognized by its first bytes', async () => {
    expect(isPth(await pth(stateDict({ x })))).toBe(true);
    expect(isPth(new Uint8Array(0))).toBe(false);
    // A safetensors file whose header has 0x4b50 bytes begins with PK too.
    expect(isPth(Uint8Array.of(0x50, 0x4b, 0, 0, 0, 0, 0, 0))).toBe(false);
  });

  it('written by encodePth reads back, and equal contents give equal bytes', async () => {
    const tensors = {
      'a.weight': { shape: [2, 2], data: Float32Array.of(1, -0, 1e-40, Infinity) },
      'a.num_batches_tracked': { shape: [], data: Float32Array.of(44014) },
    };
    const contents = { tensors, classes: ['x', 'ß'], inputSize: [1, 28, 28] };
    const bytes = await encodePth(contents);
    expect(await decodePth(bytes)).toEqual({
      tensors,
      classes: ['x', 'ß'],
      ignored: ['input_size'],
    });
    expect(bytes).toEqual(await encodePth(contents));
  });
});

// Writes files with PyTorch, and their contents as JSON.
const WRITE = `
import sys, json, torch
folder = sys.argv[1]
torch.manual_seed(7)
big = torch.randn(4, 6)
cases = {
  'plain': {'x': big},
  'views': {'x': big.t(), 'y': big[1:3, ::2], 'z': big.permute(1, 0)[2], 'zero': big.sum()},
  'types': {'h': big.half(), 'b': big.bfloat16(), 'd': big.double(), 'l': torch.tensor([1, -5]), 'i': torch.tensor([3], dtype=torch.int32), 'u': torch.tensor([255], dtype=torch.uint8)},
  'module': torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).state_dict(),
  'parameter': {'x': torch.nn.Parameter(big)},
}
for name, state in cases.items():
  for protocol in (2, 4):
    torch.save({'model_state_dict': state, 'class_mapping': {0: 'a', 1: 'b'}, 'input_size': torch.Size([1, 2])}, f'{folder}/{name}{protocol}.pth', pickle_protocol=protocol)
  contents = {key: {'shape': list(value.shape), 'data': value.detach().double().flatten().tolist()} for key, value in state.items()}
  json.dump(contents, open(f'{folder}/{name}.json', 'w'))
`;
import { skipNote } from '../support/skipping.js';

describe.skipIf(torchMissing !== null)(`files of PyTorch${skipNote(torchMissing)}`, () => {
  it('are read exactly, in two pickle protocols', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inkgrad-pth-'));
    try {
      await runPython(WRITE, [folder]);
      for (const kind of ['plain', 'views', 'types', 'module', 'parameter']) {
        const expected = JSON.parse(await readFile(join(folder, `${kind}.json`), 'utf8')) as object;
        for (const protocol of [2, 4]) {
          const file = await decodePth(await readFile(join(folder, `${kind}${protocol}.pth`)));
          const actual = Object.entries(file.tensors).map(([key, { shape, data }]) => [
            key,
            { shape, data: [...data] },
          ]);
          expect(Object.fromEntries(actual), kind).toEqual(expected);
          expect(file.classes).toEqual(['a', 'b']);
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
