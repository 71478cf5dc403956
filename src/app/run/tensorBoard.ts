// Writes event files for TensorBoard: scalars over epochs.
//
// Only three of the format's messages are needed, each with fields in a fixed order, so they are
// encoded by hand. A protobuf library would need a schema as long as this file, and a runtime of
// some hundred kilobytes.
//
// File: records, each u64 length | masked CRC-32C of these 8 bytes | data | masked CRC-32C of
// the data, little-endian.
// Source:
// https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h
// (framing) and
// https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto,
// summary.proto (messages)

import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskedCrc32c } from '../formats/crc32c.js';
import { withPath } from '../systemErrors.js';

// ---- protobuf: field number and wire type in one byte, then the value ------------------------

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** All field numbers here are below 16, so a tag is one byte. */
const tag = (field: number, wireType: number): number => (field << 3) | wireType;

/** A nonnegative integer, seven bits per byte, lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let remaining = value;
  for (; remaining >= 128; remaining = Math.floor(remaining / 128))
    bytes.push((remaining % 128) + 128);
  return [...bytes, remaining];
}

function float64(field: number, value: number): number[] {
  return [
    tag(field, FIXED64),
    ...new Uint8Array(littleEndian(8, (view) => view.setFloat64(0, value, true))),
  ];
}

function float32(field: number, value: number): number[] {
  return [
    tag(field, FIXED32),
    ...new Uint8Array(littleEndian(4, (view) => view.setFloat32(0, value, true))),
  ];
}

function bytesField(field: number, bytes: ArrayLike<number> & Iterable<number>): number[] {
  return [tag(field, BYTES), ...varint(bytes.length), ...bytes];
}

function text(field: number, value: string): number[] {
  return bytesField(field, new TextEncoder().encode(value));
}

function littleEndian(length: number, write: (view: DataView<ArrayBuffer>) => void): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(length));
  write(view);
  return view.buffer;
}

// ---- messages ---------------------------------------------------------------------------------

/** Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; } */
function event(seconds: number, step: number, content: readonly number[]): Uint8Array {
  return Uint8Array.from([...float64(1, seconds), tag(2, VARINT), ...varint(step), ...content]);
}

/** Summary { repeated Value value = 1; }, Value { string tag = 1; float simple_value = 2; } */
function summary(scalars: Readonly<Record<string, number>>): number[] {
  return Object.entries(scalars).flatMap(([name, value]) =>
    bytesField(1, [...text(1, name), ...float32(2, value)]),
  );
}

/** Frames one record of the file. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

/** The first record of a file. */
export function versionRecord(seconds: number): Uint8Array {
  return frameRecord(event(seconds, 0, text(3, 'brain.Event:2')));
}

/** A record of named scalars; TensorBoard draws one curve per name. */
export function scalarRecord(
  seconds: number,
  step: number,
  scalars: Readonly<Record<string, number>>,
): Uint8Array {
  return frameRecord(event(seconds, step, bytesField(5, summary(scalars))));
}

const now = (): number => Date.now() / 1000;

/** The event file of one session; TensorBoard merges all event files of a folder. */
export class EventFile {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @param session number of the session in the run, from 1 */
  static async create(directory: string, session: number): Promise<EventFile> {
    const file = new EventFile(
      join(directory, `events.out.tfevents.${Math.floor(now())}.inkgrad.${session}`),
    );
    await withPath(file.#path, 'written', () => writeFile(file.#path, versionRecord(now())));
    return file;
  }

  async add(step: number, scalars: Readonly<Record<string, number>>): Promise<void> {
    const record = scalarRecord(now(), step, scalars);
    await withPath(this.#path, 'written', () => appendFile(this.#path, record));
  }
}
