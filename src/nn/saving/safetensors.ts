// The safetensors format: named arrays and text metadata in one file.
// Many tools support it and, unlike a pickle, it cannot execute code. Files are not trusted: every
// number in the header is validated before use.
//
// Layout: u64 length n of the header | n bytes of JSON, padded with spaces | the arrays' bytes,
// without gaps.
// Source: https://github.com/huggingface/safetensors#format

import { ArgumentError, FormatError } from '../../engine/errors.js';
import { format, sizeOf, type Shape } from '../../engine/shape.js';
import {
  ELEMENT_TYPES,
  LARGEST_HALF,
  toHalf,
  WRITTEN_TYPES,
  type ElementType,
} from './elementTypes.js';
import { canonicalJson, type Json, type JsonObject } from './json.js';
import type { HostArray } from './stateDict.js';
import { parseStrictJson } from './strictJson.js';

/** Limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
/** The header is padded to a multiple of this size, so that the arrays are aligned. */
const ALIGNMENT = 8;
const METADATA = '__metadata__';

/**
 * A decoded array. 64-bit numbers and large integers become float64, all other types float32.
 * Signed bytes stay Int8Array (quantize.ts converts them to floats).
 */
export interface SavedArray {
  readonly shape: Shape;
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int8Array<ArrayBuffer>;
}

/** Contents of a safetensors file. */
export interface SafetensorsFile {
  /** Arrays by name. */
  readonly tensors: Readonly<Record<string, SavedArray>>;
  /** Text metadata of the header, e.g. `{ format: 'pt' }`. */
  readonly metadata: Readonly<Record<string, string>>;
}

// ---- writing ------------------------------------------------------------------------------------

/** Options of `encodeSafetensors`. */
export interface EncodeOptions {
  /** Whether an F32 array is written in half precision. Default: never. */
  readonly half?: (array: HostArray, name: string) => boolean;
}

type WrittenDtype = keyof typeof WRITTEN_TYPES;

/**
 * Encodes arrays as a safetensors file.
 *
 * Float64 arrays become F64, Int8 arrays I8, all others F32, or F16 (rounded to nearest) if `half`
 * returns true. Equal contents give equal bytes: names are sorted, and wide arrays come first,
 * which keeps all arrays aligned.
 *
 * @example
 * const bytes = encodeSafetensors({ weight: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } });
 * print(decodeSafetensors(bytes).tensors.weight.shape); // [2, 2]
 *
 * @throws ArgumentError if an array does not fill its shape, or has a number out of the range of
 *   half precision
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostArray>>,
  metadata: Readonly<Record<string, string>> = {},
  { half = () => false }: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(tensors).sort();
  const dtypes = new Map(
    names.map((name): [string, WrittenDtype] => {
      const array = tensors[name];
      if (array.data instanceof Float64Array) return [name, 'F64'];
      if (array.data instanceof Int8Array) return [name, 'I8'];
      return [name, half(array, name) ? 'F16' : 'F32'];
    }),
  );
  const ordered = (Object.keys(WRITTEN_TYPES) as WrittenDtype[]).flatMap((dtype) =>
    names.filter((name) => dtypes.get(name) === dtype).map((name) => ({ name, dtype })),
  );

  const entries: [string, string][] =
    Object.keys(metadata).length > 0 ? [[METADATA, canonicalJson(metadata)]] : [];
  let end = 0;
  for (const { name, dtype } of ordered) {
    checkArray(name, tensors[name], dtype);
    const { shape, data } = tensors[name];
    const begin = end;
    end += data.length * WRITTEN_TYPES[dtype].bytes;
    entries.push([name, canonicalJson({ dtype, shape: [...shape], data_offsets: [begin, end] })]);
  }
  const json = `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${entry}`).join(',')}}`;
  const header = new TextEncoder().encode(json);
  const headerLength = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;

  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.set(header, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + header.length, LENGTH_BYTES + headerLength);
  let offset = LENGTH_BYTES + headerLength;
  for (const { name, dtype } of ordered) {
    const { data } = tensors[name];
    const type = WRITTEN_TYPES[dtype];
    for (let i = 0; i < data.length; i++, offset += type.bytes) type.write(view, offset, data[i]);
  }
  return bytes;
}

function checkArray(name: string, { shape, data }: HostArray, dtype: WrittenDtype): void {
  const reject = (reason: string): never => {
    throw new ArgumentError(`safetensors: cannot write ${name}: ${reason}`);
  };
  if (name === METADATA) reject('the name is reserved');
  if (data.length !== sizeOf(shape)) reject(`${data.length} values do not fill ${format(shape)}`);
  if (dtype !== 'F16') return;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i]) && (toHalf(data[i]) & 0x7fff) === 0x7c00) {
      reject(`${data[i]} exceeds ${LARGEST_HALF}, the largest half-precision number; keep float32`);
    }
  }
}

// ---- reading ------------------------------------------------------------------------------------

/** A validated header entry. Offsets are relative to the end of the header. */
interface Entry {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: string;
  readonly type: ElementType;
  readonly begin: number;
  readonly end: number;
}

function fail(reason: string): never {
  throw new FormatError(`safetensors: ${reason}`);
}

/**
 * Decodes a safetensors file.
 *
 * @throws FormatError with the reason: a truncated file, a damaged header, an unknown number
 *   format, a duplicate name, or offsets that overlap, leave gaps or do not fit the shape
 *
 * @example
 * const bytes = encodeSafetensors({ w: { shape: [2], data: [1, 2] } });
 * print(decodeSafetensors(bytes).tensors.w.data); // [1, 2]
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, dataStart } = readHeader(bytes);
  const { [METADATA]: metadata = {}, ...arrayEntries } = header;
  const entries = Object.entries(arrayEntries).map(([name, entry]) => readEntry(name, entry));
  checkCoverage(entries, bytes.length - dataStart);

  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, bytes.length - dataStart);
  const tensors = entries.map(({ name, shape, dtype, type, begin }): [string, SavedArray] => {
    const length = sizeOf(shape);
    const floats = type.wide ? Float64Array : Float32Array;
    const data = dtype === 'I8' ? new Int8Array(length) : new floats(length);
    for (let i = 0; i < length; i++) data[i] = type.read(view, begin + i * type.bytes);
    return [name, { shape, data }];
  });
  return { tensors: Object.fromEntries(tensors), metadata: readMetadata(metadata) };
}

function readHeader(bytes: Uint8Array): { header: JsonObject; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) {
    fail(
      `the file has ${bytes.length} bytes, expected at least ${LENGTH_BYTES} for the length of the header`,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    fail(
      `a header of ${length} bytes exceeds the limit of ${MAX_HEADER_BYTES}; is this a safetensors file?`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    fail(
      `the header should have ${length} bytes, but the file ends after ${bytes.length - LENGTH_BYTES}`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(LENGTH_BYTES, dataStart),
    );
  } catch {
    fail('the header is not UTF-8 text');
  }
  if (!text.startsWith('{'))
    fail(`the header should begin with {, found ${JSON.stringify(text.slice(0, 1))}`);
  // A header has at most three levels: the file, an array's entry, its shape.
  return { header: parseStrictJson(text, 'safetensors header', 3) as JsonObject, dataStart };
}

function isSizes(value: Json | undefined): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((size: Json) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)
  );
}

function readEntry(name: string, entry: Json): Entry {
  const label = `array ${JSON.stringify(name)}`;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    fail(`${label} should be an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Partial<JsonObject>;
  const type = typeof dtype === 'string' ? ELEMENT_TYPES.get(dtype) : undefined;
  if (type === undefined) {
    const supported = [...ELEMENT_TYPES.keys()].join(', ');
    fail(`${label}: dtype should be one of ${supported}, got ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape)) fail(`${label}: shape should be a list of whole numbers of at least 0`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    fail(`${label}: data_offsets should be two whole numbers of at least 0`);
  }
  const [begin, end] = offsets;
  // A product above 2^53 is not exact, but is then larger than any file.
  const expectedBytes = sizeOf(shape) * type.bytes;
  if (end - begin !== expectedBytes) {
    fail(
      `${label}: shape ${format(shape)} at ${type.bytes} bytes per element needs ${expectedBytes} bytes,` +
        ` but data_offsets ${format(offsets)} span ${end - begin}`,
    );
  }
  return { name, shape, dtype: dtype as string, type, begin, end };
}

/**
 * Checks that the arrays cover the data exactly: nothing outside, no overlap, no gap.
 *
 * @throws FormatError otherwise
 */
function checkCoverage(entries: readonly Entry[], available: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    const label = `array ${JSON.stringify(name)}`;
    if (end > available)
      fail(`${label}: bytes ${begin} to ${end} exceed the ${available} bytes of data in the file`);
    if (begin < covered)
      fail(
        `${label}: starts at byte ${begin} and overlaps the previous array, which ends at ${covered}`,
      );
    if (begin > covered)
      fail(`${label}: starts at byte ${begin} and leaves a gap after ${covered}`);
    covered = end;
  }
  if (covered < available)
    fail(`${available - covered} bytes after the last array belong to no array`);
}

function readMetadata(metadata: Json): Record<string, string> {
  const isTextRecord =
    typeof metadata === 'object' &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((value) => typeof value === 'string');
  return isTextRecord
    ? (metadata as Record<string, string>)
    : fail(`${METADATA} should be an object with string values`);
}
