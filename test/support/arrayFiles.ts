// Builds .npy, .npz, .mat and CSV files byte by byte. For tests only; it does not use the project's
// readers.

import { deflateSync } from 'node:zlib';
import { zip } from './zip.js';

/** A .npy file with any header, valid or not. */
export function npyOf(header: string, elements: Uint8Array, version = 1): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const text = `${header}\n`;
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(text.length, 0, lengthBytes);
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  return Buffer.concat([prefix, length, Buffer.from(text, 'latin1'), elements]);
}

export function npyHeader(descr: string, shape: readonly number[], fortranOrder = false): string {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = fortranOrder ? 'True' : 'False';
  return `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sizes}), }`;
}

/** A typed array as a .npy file. */
export function npy(descr: string, shape: readonly number[], data: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return npyOf(npyHeader(descr, shape), bytes);
}

/** An archive of .npy files, compressed as by `numpy.savez_compressed`. */
export function npz(arrays: Readonly<Record<string, Uint8Array>>, method = 8): Uint8Array {
  const members = Object.entries(arrays).map(([name, bytes]) => ({
    path: `${name}.npy`,
    bytes,
    method,
  }));
  return zip(members);
}

/** An element of a MATLAB 5 file, padded to 8 bytes. */
function element(type: number, data: Uint8Array): Uint8Array {
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(type, 0);
  tag.writeUInt32LE(data.length, 4);
  return Buffer.concat([tag, data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
}

const [INT8, UINT8, INT32, UINT32, MATRIX, COMPRESSED] = [1, 2, 5, 6, 14, 15];
const [STRUCT_CLASS, UINT8_CLASS] = [2, 9];

function int32s(values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

function matrix(
  matrixClass: number,
  shape: readonly number[],
  name: string,
  contents: readonly Uint8Array[],
): Uint8Array {
  return element(
    MATRIX,
    Buffer.concat([
      element(UINT32, int32s([matrixClass, 0])),
      element(INT32, int32s(shape)),
      element(INT8, Buffer.from(name)),
      ...contents,
    ]),
  );
}

/** Bytes in column-major order as a MATLAB matrix. */
export function matBytes(shape: readonly number[], data: Uint8Array): Uint8Array {
  return matrix(UINT8_CLASS, shape, '', [element(UINT8, data)]);
}

/** A MATLAB struct, 1 x 1. */
export function matStruct(fields: Readonly<Record<string, Uint8Array>>, name = ''): Uint8Array {
  const width = 16;
  const names = Buffer.alloc(width * Object.keys(fields).length);
  Object.keys(fields).forEach((field, i) => names.write(field, i * width));
  // The length of the names as a small element: type and length share 32 bits.
  const nameLength = Buffer.from([INT32, 0, 4, 0, width, 0, 0, 0]);
  return matrix(STRUCT_CLASS, [1, 1], name, [
    nameLength,
    element(INT8, names),
    ...Object.values(fields),
  ]);
}

/** A MATLAB 5 file of variables, compressed or not. */
export function mat(variables: readonly Uint8Array[], compressed = true): Uint8Array {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file');
  header.set([0, 1, 0x49, 0x4d], 124);
  const elements = variables.map((variable) => {
    if (!compressed) return variable;
    const data = deflateSync(variable);
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(COMPRESSED, 0);
    tag.writeUInt32LE(data.length, 4);
    return Buffer.concat([tag, data]);
  });
  return Buffer.concat([header, ...elements]);
}

/** Lines of a label and pixels. */
export function csv(
  labels: readonly (number | string)[],
  pixels: Uint8Array,
  header: string | null = null,
): string {
  const size = pixels.length / labels.length;
  const lines = labels.map((label, i) =>
    [label, ...pixels.subarray(i * size, (i + 1) * size)].join(','),
  );
  return `${[...(header === null ? [] : [header]), ...lines].join('\n')}\n`;
}

/** Reorders `[rows, columns]` from row-major to column-major. */
export function columnMajor(rows: number, columns: number, data: Uint8Array): Uint8Array {
  return Uint8Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);
}
