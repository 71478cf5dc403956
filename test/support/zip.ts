// Builds ZIP archives byte by byte, valid and invalid (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and
// 4.3.16). For tests only; no ZIP64.

import { crc32, deflateRawSync } from 'node:zlib';

/** One member; the archive's metadata can be made to differ from the contents. */
export interface Member {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** 8 is deflate, the default; 0 stores. */
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
  /** General purpose bits; 1 means encrypted. */
  readonly flags?: number;
  /** Offset of the local header according to the directory. */
  readonly headerAt?: number;
  /** Extra field of the directory's entry. */
  readonly extra?: Uint8Array;
  /** Signature of the local header. */
  readonly signature?: number;
}

/** Fields of the end record that are to be wrong. */
export interface EndRecord {
  readonly entries?: number;
  readonly directoryAt?: number;
  readonly disk?: number;
  readonly comment?: string;
  /** Length of the comment according to the record. */
  readonly commentLength?: number;
}

function littleEndian(...fields: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      if (bytes === 2) field.writeUInt16LE(value);
      else field.writeUInt32LE(value);
      return field;
    }),
  );
}

/** An archive of these members. */
export function zip(members: readonly Member[], end: EndRecord = {}): Buffer {
  const [locals, directory]: Buffer[][] = [[], []];
  let at = 0;
  for (const member of members) {
    const { path, bytes, method = 8, flags = 0, extra = new Uint8Array(0) } = member;
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const name = Buffer.from(path);
    const { crc = crc32(bytes), size = bytes.length, packedSize = packed.length } = member;
    const common = littleEndian(
      ...([
        [2, 20],
        [2, flags],
        [2, method],
        [2, 0],
        [2, 0x21],
      ] as const), // version 2.0, midnight of 1980-01-01
      ...([
        [4, crc],
        [4, packedSize],
        [4, size],
        [2, name.length],
      ] as const),
    );
    const local = Buffer.concat([
      littleEndian([4, member.signature ?? 0x04034b50]),
      common,
      littleEndian([2, 0]),
      name,
      packed,
    ]);
    locals.push(local);
    directory.push(
      littleEndian([4, 0x02014b50], [2, 20]),
      common,
      littleEndian([2, extra.length]),
      littleEndian([2, 0], [2, 0], [2, 0], [4, 0], [4, member.headerAt ?? at]),
      name,
      Buffer.from(extra),
    );
    at += local.length;
  }
  const listed = Buffer.concat(directory);
  const { entries = members.length, directoryAt = at, disk = 0, comment = '' } = end;
  const last = littleEndian(
    ...([
      [4, 0x06054b50],
      [2, disk],
      [2, disk],
      [2, entries],
      [2, entries],
    ] as const),
    ...([
      [4, listed.length],
      [4, directoryAt],
      [2, end.commentLength ?? comment.length],
    ] as const),
  );
  return Buffer.concat([...locals, listed, last, Buffer.from(comment)]);
}
