// Damaged and hostile ZIP archives for `inkgrad data fetch --from`. Each has exactly one defect.

import { gzipSync } from 'node:zlib';
import { archiveMembers, splitFiles } from '../fetch/support.js';
import { zip, type EndRecord, type Member } from '../support/zip.js';
import { describeHostile, type HostileCase } from './support.js';

const members = archiveMembers(splitFiles('digits', 3));
const good = zip(members);
const IMAGES = 'gzip/emnist-digits-train-images-idx3-ubyte.gz';
const LABELS = 'gzip/emnist-digits-train-labels-idx1-ubyte.gz';

function rejected(name: string, archive: Uint8Array | string, message: RegExp): HostileCase {
  return {
    name,
    files: { 'gzip.zip': archive },
    message,
    culprit: 'gzip.zip',
    code: 3,
    megabytes: 160,
    command: 'data fetch --split digits --dir out --from gzip.zip',
  };
}

/**
 * The archive with one member changed, by default the training images, which are unpacked first.
 */
function changed(
  name: string,
  change: Partial<Member>,
  message: RegExp,
  path = IMAGES,
): HostileCase {
  return rejected(
    name,
    zip(members.map((one) => (one.path === path ? { ...one, ...change } : one))),
    message,
  );
}

const wrongEnd = (name: string, end: EndRecord, message: RegExp): HostileCase =>
  rejected(name, zip(members, end), message);

/** A ZIP64 extra field with 64-bit sizes and offset (APPNOTE 4.5.3). */
function zip64(...values: bigint[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => field.writeBigUInt64LE(value, 4 + 8 * i));
  return field;
}
const IN_EXTRA = 0xffffffff;

function flipped(offset: number): Buffer {
  const copy = Buffer.from(good);
  copy[offset] ^= 0x55;
  return copy;
}

const zeros = Buffer.alloc(64e6);
const images = members.find(({ path }) => path === IMAGES)!;
const DIRECTORY = /the directory of this ZIP archive is damaged or truncated/;

describeHostile(
  'ZIP archive',
  [
    rejected('an empty file', '', /gzip\.zip: is empty/),
    rejected(
      'prose',
      'This was to be an archive.',
      /is not a ZIP archive: it begins with 54686973/,
    ),
    rejected(
      'a web page',
      '<!doctype html><title>Moved</title>',
      /is an HTML page, not a ZIP archive/,
    ),
    rejected('gzip data', gzipSync('hello'), /is not a ZIP archive: it begins with 1f8b0800/),
    rejected('an empty archive', zip([]), /is not a ZIP archive: it begins with 504b0506/),
    rejected('only the first bytes', good.subarray(0, 100), DIRECTORY),
    rejected('half of it', good.subarray(0, good.length / 2), DIRECTORY),
    rejected('a truncated end', good.subarray(0, -10), DIRECTORY),
    rejected(
      'a missing start',
      good.subarray(good.indexOf('PK\u0003\u0004', 4)),
      /damaged|no local header/,
    ),
    rejected('a damaged directory', flipped(good.lastIndexOf('PK\u0001\u0002')), DIRECTORY),
    rejected(
      'a changed byte',
      flipped(good.indexOf(IMAGES) + IMAGES.length + 99),
      /images.* (CRC-32|cannot be unpacked)/,
    ),
    rejected(
      'members without data',
      zip(members.map((one) => ({ ...one, bytes: Buffer.alloc(0) }))),
      /images.*is not gzip data/,
    ),
    rejected(
      'names with ../',
      zip([{ ...images, path: `../../${IMAGES}` }]),
      /has no member gzip\/emnist|damaged/,
    ),
    rejected(
      'absolute names',
      zip([{ ...images, path: `/${IMAGES}` }]),
      /has no member gzip\/emnist|damaged/,
    ),
    rejected(
      'a duplicate member',
      zip([...members, images]),
      /duplicate entry .*images-idx3-ubyte\.gz|damaged/,
    ),
    rejected(
      'a missing member',
      zip(members.filter(({ path }) => path !== LABELS)),
      /has no member gzip\/.*labels/,
    ),
    changed(
      'a wrong CRC-32',
      { crc: 1 },
      /images.*does not match the CRC-32 of the archive directory/,
    ),
    changed(
      'a size too small',
      { size: 100 },
      /images.*unpacks to more than its declared 100 bytes/,
    ),
    changed(
      'a size too large',
      { size: 99_999 },
      /images.*unpacks to \d+ bytes, but declares 99999/,
    ),
    changed('a huge size', { size: 0xfffffffe }, /declares 4294967294 bytes for .*images/),
    changed('a packed size too small', { packedSize: 40 }, /images.*cannot be unpacked/),
    changed('a packed size beyond the end', { packedSize: 0x7fffffff }, /2147483647 bytes|damaged/),
    changed(
      'stored with two sizes',
      { method: 0, size: 5 },
      /unpacks to more than its declared 5 bytes|damaged/,
    ),
    changed(
      'stored, but declared as deflated',
      { bytes: images.bytes, method: 8, size: 1, crc: 0 },
      /more than its declared 1 bytes/,
    ),
    changed('encryption', { flags: 1 }, /images.*is encrypted/),
    changed('an unknown method', { method: 99 }, /images.*uses compression method 99|damaged/),
    changed('bzip2', { method: 12 }, /images.*uses compression method 12/),
    changed('a missing local header', { headerAt: 40 }, /has no local header at byte 40/),
    changed('an offset beyond the end', { headerAt: 0x7fffffff }, /from byte 2147483647|damaged/),
    changed('a wrong local signature', { signature: 0x12345678 }, /images.*no local header/),
    changed(
      'sizes of 2^60',
      { size: IN_EXTRA, packedSize: IN_EXTRA, extra: zip64(2n ** 60n, 2n ** 60n) },
      /images|damaged/,
    ),
    changed(
      'sizes of 2^64 - 1',
      { size: IN_EXTRA, extra: zip64(2n ** 64n - 1n) },
      /images|damaged/,
    ),
    changed(
      'a missing 64-bit size',
      { size: IN_EXTRA, extra: zip64() },
      /images.*has no valid offset or size/,
    ),
    changed(
      'contents that are not gzip',
      { bytes: Buffer.from('not packed twice') },
      /images.*is not gzip data/,
    ),
    changed(
      'a bomb with its true size',
      { bytes: zeros },
      /declares 64000000 bytes for .*labels.* more than .* 2000000/,
      LABELS,
    ),
    changed(
      'a bomb with a false size',
      { bytes: zeros, size: 1000 },
      /images.*(not gzip data|more than its declared 1000 bytes)/,
    ),
    wrongEnd('a member count that is too large', { entries: 99 }, DIRECTORY),
    wrongEnd('a member count of 0', { entries: 0 }, /damaged|has no member/),
    wrongEnd('a second disk', { disk: 1 }, DIRECTORY),
  ],
  ['a bomb with its true size', 'a bomb with a false size', 'a huge size'],
);
