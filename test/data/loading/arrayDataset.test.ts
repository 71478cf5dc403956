// ArrayDataset and Subset: element types, shapes, strided arrays, and the errors.

import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { ArrayDataset, type FieldValues } from '../../../src/data/loading/arrayDataset.js';
import { Subset } from '../../../src/data/loading/dataset.js';
import { ArgumentError, ShapeError } from '../../../src/engine/errors.js';

describe('ArrayDataset', () => {
  it.each([
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ])('stores a %o without a copy', (Type) => {
    const data = Type.from([1, 2, 3, 4, 5, 6]);
    const dataset = new ArrayDataset({ inputs: { data, shape: [3, 2] }, targets: data.slice(3) });
    expect(dataset.length).toBe(3);
    expect(dataset.shapes).toEqual({ inputs: [2], targets: [] });
    expect(dataset.get(1)).toEqual({ inputs: Type.from([3, 4]), targets: 5 });
    expect(dataset.arrays.inputs.data).toBe(data);
    expect(dataset.arrays.inputs.shape).toEqual([3, 2]);
  });

  it('accepts lists of numbers, any names, and -1 for one size', () => {
    const dataset = new ArrayDataset({
      tokens: { data: [1, 2, 3, 4, 5, 6], shape: [-1, 3] },
      mask: { data: Uint8Array.of(1, 1, 0, 1, 0, 0), shape: [2, -1] },
      weight: [0.1, 0.2],
    });
    expect(dataset.shapes).toEqual({ tokens: [3], mask: [3], weight: [] });
    expect(dataset.get(1)).toEqual({
      tokens: Float64Array.of(4, 5, 6),
      mask: Uint8Array.of(1, 0, 0),
      weight: 0.2,
    });
  });

  it('accepts an ndarray with any strides', () => {
    const matrix = ndarray(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3]);
    const rows = new ArrayDataset({ inputs: matrix });
    expect(rows.arrays.inputs.data.buffer).toBe(matrix.data.buffer);
    expect(rows.get(1).inputs).toEqual(Float32Array.of(3, 4, 5));
    const columns = new ArrayDataset({ inputs: matrix.transpose(1, 0) });
    expect(columns.shapes.inputs).toEqual([2]);
    expect(columns.get(2).inputs).toEqual(Float32Array.of(2, 5));
    const reversed = new ArrayDataset({ inputs: matrix.step(1, -1).hi(2, 2) });
    expect([...reversed.arrays.inputs.data]).toEqual([2, 1, 5, 4]);
    const last = new ArrayDataset({ inputs: matrix.pick(1, null) });
    expect([...last.arrays.inputs.data]).toEqual([3, 4, 5]);
  });

  it('accepts examples without numbers, and no examples', () => {
    const none = new ArrayDataset({ inputs: { data: new Uint8Array(0), shape: [0, 3] } });
    expect([none.length, none.shapes.inputs]).toEqual([0, [3]]);
    const blank = new ArrayDataset({ inputs: { data: new Uint8Array(0), shape: [2, 0] } });
    expect(blank.get(1).inputs).toEqual(new Uint8Array(0));
  });

  it('rejects arrays that do not fill their shape', () => {
    const create = (inputs: FieldValues) => () => new ArrayDataset({ inputs });
    const data = new Float32Array(6);
    expect(create({ data, shape: [2, 4] })).toThrow(
      new ShapeError('ArrayDataset: inputs: 6 numbers do not fill the shape [2,4], which takes 8'),
    );
    expect(create({ data, shape: [-1, 4] })).toThrow(
      'ArrayDataset: inputs: cannot view [6] (6 elements) as [-1,4]',
    );
    expect(create({ data, shape: [] })).toThrow(/shape must be a list of sizes/);
    expect(create({ data, shape: [6, 1.5] })).toThrow(/sizes must be whole numbers/);
    expect(create({ data, shape: [2, 3], stride: [3, 2] })).toThrow(
      'ArrayDataset: inputs: shape [2,3] with stride [3,2] and offset 0 reads indices 0 to 7 of 6 numbers',
    );
    expect(create({ data, shape: [2, 3], stride: [3, 1], offset: 1 })).toThrow(/0 to|1 to 6 of 6/);
    expect(create({ data, shape: [2, 3], stride: [3] })).toThrow(/one number per axis of \[2,3\]/);
  });

  it('rejects fields with different numbers of examples', () => {
    const inputs = { data: new Float32Array(6), shape: [3, 2] };
    expect(() => new ArrayDataset({ inputs, targets: new Uint8Array(2) })).toThrow(
      new ShapeError(
        'ArrayDataset: targets has 2 examples, but inputs has 3 (inputs [3,2], targets [2]);' +
          ' the first axis of every field counts the examples',
      ),
    );
  });

  it('rejects what is not an array of numbers', () => {
    const create = (inputs: unknown) => () => new ArrayDataset({ inputs: inputs as FieldValues });
    for (const values of ['abc', 3, null, undefined, ['a'], [[1]], { data: 1, shape: [1] }]) {
      expect(create(values)).toThrow(/ArrayDataset: inputs must be a typed array, a flat list/);
    }
    expect(create(BigInt64Array.of(1n))).toThrow(ArgumentError);
    expect(create(new DataView(new ArrayBuffer(8)))).toThrow(ArgumentError);
    expect(() => new ArrayDataset({})).toThrow('ArrayDataset: needs at least one field');
  });

  it('rejects an index out of range', () => {
    const dataset = new ArrayDataset({ inputs: [5, 6] });
    for (const index of [2, -1, 0.5, NaN]) {
      expect(() => dataset.get(index)).toThrow(
        `ArrayDataset: example ${index} is outside its 2 examples, 0 to 1`,
      );
    }
  });
});

describe('Subset', () => {
  const dataset = new ArrayDataset({ inputs: [10, 11, 12, 13] });

  it('has the examples at its indices, in that order', () => {
    const part = new Subset(dataset, [3, 0, 3]);
    expect(part.length).toBe(3);
    expect(part.shapes).toBe(dataset.shapes);
    expect([0, 1, 2].map((index) => part.get(index).inputs)).toEqual([13, 10, 13]);
    expect(new Subset(part, [1]).get(0).inputs).toBe(10);
  });

  it('rejects indices out of range', () => {
    expect(() => new Subset(dataset, [0, 4])).toThrow(
      'Subset: example 4 is outside its 4 examples, 0 to 3',
    );
    expect(() => new Subset(dataset, [0]).get(1)).toThrow(
      'Subset: example 1 is outside its 1 examples, 0 to 0',
    );
  });
});
