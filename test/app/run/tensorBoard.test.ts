// Tests the TensorBoard event file with an independent decoder: framing, checksums and the fields
// of each message.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from '../../../src/app/formats/crc32c.js';
import { EventFile } from '../../../src/app/run/tensorBoard.js';

/** Bitwise CRC-32C with the mask of TensorFlow's documentation. */
function slowMaskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  const rotated = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

/** The data of each record, after checking both checksums. */
function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8), 'checksum of the length').toBe(
      slowMaskedCrc(file.subarray(at, at + 8)),
    );
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length), 'checksum of the data').toBe(slowMaskedCrc(data));
    records.push(data);
    at += 12 + length + 4;
  }
  return records;
}

type Field = number | bigint | Buffer;

/** The fields of any protobuf message by number, in order. */
function fieldsOf(message: Buffer): [number, Field][] {
  const fields: [number, Field][] = [];
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = message[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
      shift += 7n;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const [number, kind] = [key >> 3, key & 7];
    if (kind === 0) fields.push([number, varint()]);
    else if (kind === 1) fields.push([number, message.readDoubleLE((at += 8) - 8)]);
    else if (kind === 5) fields.push([number, message.readFloatLE((at += 4) - 4)]);
    else {
      expect(kind).toBe(2);
      const length = Number(varint());
      fields.push([number, message.subarray(at, (at += length))]);
    }
  }
  expect(at).toBe(message.length);
  return fields;
}

describe('the checksum', () => {
  it('is CRC-32C: the check value of the polynomial, and the vectors of RFC 3720', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });

  it('is masked like the bitwise version', () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
      expect(maskedCrc32c(bytes)).toBe(slowMaskedCrc(bytes));
    }
  });
});

describe('the event file', () => {
  it('contains the version, then one event per epoch with its named values', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inkgrad-events-'));
    const before = Date.now() / 1000;
    const file = await EventFile.create(folder, 2);
    const long = 'a/'.repeat(100); // its length requires two bytes
    await file.add(1, { 'loss/train': 0.5, 'accuracy/validation': 0.25 });
    await file.add(300, { [long]: -1e-3 });
    const after = Date.now() / 1000;

    const names = await readdir(folder);
    expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.inkgrad\.2$/)]);
    const records = recordsOf(await readFile(join(folder, names[0]))).map(fieldsOf);
    expect(records).toHaveLength(3);
    for (const fields of records) {
      const [[number, seconds]] = fields;
      expect(number).toBe(1);
      expect(seconds).toBeGreaterThanOrEqual(before);
      expect(seconds).toBeLessThanOrEqual(after);
    }
    const [opening, first, second] = records.map((fields) => fields.slice(1));
    expect(opening).toEqual([
      [2, 0n],
      [3, Buffer.from('brain.Event:2')],
    ]);
    const scalars = (fields: [number, Field][]): unknown => {
      expect(fields.map(([number]) => number)).toEqual([2, 5]);
      const values = fieldsOf(fields[1][1] as Buffer).map(([number, value]) => {
        expect(number).toBe(1);
        const [[tag, name], [simple, float], ...more] = fieldsOf(value as Buffer);
        expect([tag, simple, more]).toEqual([1, 2, []]);
        return [String(name), float];
      });
      return { step: fields[0][1], values };
    };
    expect(scalars(first)).toEqual({
      step: 1n,
      values: [
        ['loss/train', 0.5],
        ['accuracy/validation', 0.25],
      ],
    });
    expect(scalars(second)).toEqual({ step: 300n, values: [[long, Math.fround(-1e-3)]] });
    await rm(folder, { recursive: true });
  });
});
