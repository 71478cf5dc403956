// The parsers of arrays: element types, orders of axes, and errors that state file, cause and remedy.

import { describe, expect, it } from 'vitest';
import { imagesOfArrays } from '../../../src/app/datasets/formats/arrays.js';
import { parseMat } from '../../../src/app/datasets/formats/mat.js';
import { parseNpy } from '../../../src/app/datasets/formats/npy.js';
import { parseNpz } from '../../../src/app/datasets/formats/npz.js';
import { meanAspect } from '../../../src/app/datasets/formats/orientation.js';
import { DataError } from '../../../src/data/errors.js';
import {
  columnMajor,
  mat,
  matBytes,
  matStruct,
  npy,
  npyHeader,
  npyOf,
  npz,
} from '../../support/arrayFiles.js';
import { smallData } from '../../support/dataLayouts.js';

describe('a .npy array', () => {
  it.each([
    ['|u1', Uint8Array.of(0, 1, 255), [0, 1, 255]],
    ['|b1', Uint8Array.of(0, 1, 1), [0, 1, 1]],
    ['|i1', Int8Array.of(-1, 0, 127), [-1, 0, 127]],
    ['<u2', Uint16Array.of(1, 2, 65535), [1, 2, 65535]],
    ['<i4', Int32Array.of(-5, 0, 7), [-5, 0, 7]],
    ['<i8', BigInt64Array.of(-5n, 0n, 7n), [-5, 0, 7]],
    ['<f4', Float32Array.of(0.5, -1, 2), [0.5, -1, 2]],
    ['<f8', Float64Array.of(0.1, -1, 2), [0.1, -1, 2]],
    ['<f2', Uint16Array.of(0x3800, 0xbc00, 0x4000), [0.5, -1, 2]],
    ['>i2', Uint8Array.of(1, 0, 0, 2, 0xff, 0xff), [256, 2, -1]],
    ['<U2', Uint32Array.of(0x41, 0x42, 0xe9, 0, 0x1f600, 0), ['AB', 'é', '😀']],
  ])('of type %s', (descr, data, expected) => {
    const { shape, data: parsed } = parseNpy(npy(descr, [3], data), 'a.npy');
    expect(shape).toEqual([3]);
    expect(Array.from<number | string>(parsed)).toEqual(expected);
  });

  it('in column-major order, and with a header of version 2', () => {
    const stored = Uint8Array.of(1, 4, 2, 5, 3, 6);
    const file = npyOf(npyHeader('|u1', [2, 3], true), stored, 2);
    expect(parseNpy(file, 'a.npy')).toEqual({
      shape: [2, 3],
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    const cube = npyOf(npyHeader('|u1', [2, 2, 2], true), Uint8Array.of(0, 4, 2, 6, 1, 5, 3, 7));
    expect([...parseNpy(cube, 'a.npy').data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it.each([
    ['another file', Uint8Array.of(1, 2, 3), /^a.npy: does not begin with the signature/],
    ['no header', npyOf('', new Uint8Array()).subarray(0, 9), /takes 10 bytes, .* only 9/],
    ['few elements', npyOf(npyHeader('<f4', [2, 3]), new Uint8Array(8)), /it is truncated/],
    ['pickled objects', npyOf(npyHeader('|O', [1]), new Uint8Array(8)), /pickled Python objects/],
    ['dates', npyOf(npyHeader('<M8', [1]), new Uint8Array(8)), /type M8, expected whole numbers/],
    ['a structure', npyOf("{'descr': [('a', '<i4')]}", new Uint8Array(8)), /not that of a plain/],
  ])('with %s is rejected', (_, file, message) => {
    expect(() => parseNpy(file, 'a.npy')).toThrow(DataError);
    expect(() => parseNpy(file, 'a.npy')).toThrow(message);
  });
});

describe('images of arrays', () => {
  const labels = { shape: [2], data: Uint8Array.of(0, 1) };
  // Two RGB images of 2 x 2, channels first: 0..11 and 12..23.
  const planes = Uint8Array.from({ length: 24 }, (_, i) => i);
  const interleaved = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11];

  it('may have the channels first or last, or all pixels in one axis', () => {
    const first = imagesOfArrays({ shape: [2, 3, 2, 2], data: planes }, labels, 'a');
    expect([...first.pixels.subarray(0, 12)]).toEqual(interleaved);
    const last = imagesOfArrays({ shape: [2, 2, 2, 3], data: first.pixels }, labels, 'a');
    expect(last).toEqual(first);
    expect(imagesOfArrays({ shape: [2, 12], data: first.pixels }, labels, 'a')).toEqual(first);
    const gray = imagesOfArrays({ shape: [2, 3, 4], data: planes }, labels, 'a');
    expect(gray).toMatchObject({ height: 3, width: 4, channels: 1, labels: ['0', '1'] });
  });

  it('may be floats from 0 to 1', () => {
    const data = Float32Array.of(0, 0.5, 1, 0.2, 0, 0, 0, 0);
    const { pixels } = imagesOfArrays({ shape: [2, 2, 2], data }, labels, 'a');
    expect([...pixels]).toEqual([0, 128, 255, 51, 0, 0, 0, 0]);
  });

  it.each([
    ['negative', Float32Array.of(-1, 1, 0, 0, 0, 0, 0, 0), /pixels from -1 to 1, expected whole/],
    ['not numbers', Float32Array.of(NaN, 1, 0, 0, 0, 0, 0, 0), /pixels from NaN to/],
    ['too large', Uint16Array.of(256, 1, 0, 0, 0, 0, 0, 0), /pixels from 0 to 256/],
  ])('that are %s are rejected', (_, data, message) => {
    expect(() => imagesOfArrays({ shape: [2, 2, 2], data }, labels, 'a')).toThrow(message);
  });

  it('need one label each, and three axes', () => {
    const images = { shape: [2, 2, 2], data: new Uint8Array(8) };
    const reject = (wrong: Parameters<typeof imagesOfArrays>[1], message: RegExp): void =>
      expect(() => imagesOfArrays(images, wrong, 'a')).toThrow(message);
    reject({ shape: [3], data: new Uint8Array(3) }, /2 images but 3 labels/);
    reject({ shape: [2, 5], data: new Uint8Array(10) }, /labels of shape \[2,5\].*argmax/);
    reject({ shape: [2], data: Float32Array.of(0, 0.5) }, /label 0.5 is not a whole number/);
    const flat = { shape: [2, 5], data: new Uint8Array(10) };
    expect(() => imagesOfArrays(flat, labels, 'a')).toThrow(/images of shape \[2,5\], expected/);
  });
});

describe('an .npz archive', () => {
  const images = npy('|u1', [2, 2, 2], Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  const labels = npy('|u1', [2, 1], Uint8Array.of(1, 0));

  it("has MedMNIST's names, or a single part and names of classes", async () => {
    const medical = await parseNpz(
      npz({
        train_images: images,
        train_labels: labels,
        val_images: images,
        val_labels: labels,
        test_images: images,
        test_labels: labels,
      }),
      'a.npz',
    );
    expect(Object.keys(medical.parts)).toEqual(['train', 'validation', 'test']);
    const names = npy('<U3', [2], Uint32Array.from([99, 97, 116, 100, 111, 103]));
    const single = await parseNpz(npz({ images, labels, class_names: names }, 0), 'a.npz');
    expect(single.classNames).toEqual(['cat', 'dog']);
    expect(single.parts.train?.labels).toEqual(['1', '0']);
    expect(single.parts.test).toBeUndefined();
  });

  it.each([
    ['nothing known', npz({ weights: images }), /contains weights, expected arrays named x_train/],
    ['half of its bytes', npz({ images, labels }).subarray(0, 100), /damaged or truncated/],
    ['another array', npz({ images, labels: Uint8Array.of(1) }), /labels.npy: does not begin with/],
  ])('with %s is rejected', async (_, file, message) => {
    await expect(parseNpz(file, 'a.npz')).rejects.toThrow(DataError);
    await expect(parseNpz(file, 'a.npz')).rejects.toThrow(message);
  });
});

describe('a .mat file', () => {
  const part = (): Uint8Array =>
    matStruct({
      images: matBytes([2, 4], columnMajor(2, 4, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))),
      labels: matBytes([2, 1], Uint8Array.of(3, 4)),
      writers: matBytes([0, 0], new Uint8Array()),
    });
  const mapping = matBytes([2, 2], Uint8Array.of(3, 4, 65, 66));
  const dataset = matStruct({ train: part(), mapping }, 'dataset');

  it.each([true, false])(
    'has upright images, labels and names (compressed: %s)',
    async (packed) => {
      const { parts, classNames } = await parseMat(mat([dataset], packed), 'a.mat');
      expect([...parts.train.pixels]).toEqual([1, 3, 2, 4, 5, 7, 6, 8]);
      expect(parts.train.labels).toEqual(['3', '4']);
      expect(classNames).toEqual(
        new Map([
          ['3', 'A'],
          ['4', 'B'],
        ]),
      );
    },
  );

  const file = mat([dataset]);
  const plain = mat([dataset], false);
  it.each([
    ['of MATLAB 7.3', Buffer.from('MATLAB 7.3 MAT-file, HDF5'), /is a MATLAB 7.3 \(HDF5\) file/],
    ['of another kind', new Uint8Array(200), /is not a MATLAB 5 file/],
    ['cut off', plain.subarray(0, plain.length - 20), /ends \d+ bytes too early; it is truncated/],
    ['cut off in its packed data', file.subarray(0, file.length - 20), /too early/],
    ['with a flipped byte', file.map((value, i) => (i === 150 ? value ^ 255 : value)), /damaged/],
    ['without dataset', mat([matStruct({}, 'net')]), /contains net, expected the struct dataset/],
    ['without images', mat([matStruct({ train: matStruct({}) }, 'dataset')]), /images or labels/],
  ])('%s is rejected', async (_, bytes, message) => {
    await expect(parseMat(bytes, 'a.mat')).rejects.toThrow(DataError);
    await expect(parseMat(bytes, 'a.mat')).rejects.toThrow(message);
  });
});

it('measures that characters are taller than wide', () => {
  const { images, labels } = smallData(47, 2).train;
  const stored = { pixels: images, height: 28, width: 28, channels: 1 } as const;
  expect(meanAspect({ ...stored, labels: Array.from(labels, String) })).toBeGreaterThan(0.1);
});
