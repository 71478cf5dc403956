// The digest in a model file: SHA-256 of the whole file, computed while the digest itself is 64
// zeros. A single changed bit anywhere in the file is detected. Runs in a browser too.

import { FormatError } from '../../engine/errors.js';
import { sha256 } from '../sha256.js';

const KEY = 'sha256';
const LENGTH_BYTES = 8;
/** The header is padded to a multiple of this size. */
const ALIGNMENT = 8;
const ZEROS = '0'.repeat(64);
const METADATA = '{"__metadata__":{';

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};
const utf8 = new TextEncoder();

/** The header as one character per byte, so that an index in it is an offset. */
function headerOf(bytes: Uint8Array): string {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return latin1(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + Number(length)));
}

/**
 * Adds the digest to the metadata of a safetensors file that `saveState` or `encodeSafetensors`
 * wrote; equal files give equal bytes. A browser without `crypto.subtle` leaves the file unchanged.
 */
export async function withDigest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const header = headerOf(bytes);
  const entry = `"${KEY}":"${ZEROS}",`;
  const json = header.trimEnd();
  const length = Math.ceil((json.length + entry.length) / ALIGNMENT) * ALIGNMENT;
  const arrays = bytes.subarray(LENGTH_BYTES + header.length);
  const result = new Uint8Array(LENGTH_BYTES + length + arrays.length);
  result.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + length);
  new DataView(result.buffer).setBigUint64(0, BigInt(length), true);
  const jsonBytes = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + json.length);
  result.set(utf8.encode(METADATA + entry), LENGTH_BYTES);
  result.set(jsonBytes.subarray(METADATA.length), LENGTH_BYTES + METADATA.length + entry.length);
  result.set(arrays, LENGTH_BYTES + length);
  const digest = await sha256(result);
  if (digest === null || !json.startsWith(METADATA)) return bytes;
  result.set(utf8.encode(digest), LENGTH_BYTES + METADATA.length + entry.indexOf(ZEROS));
  return result;
}

/** Metadata without the digest, for a file that will be written again. */
export function withoutDigest(
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== KEY));
}

/**
 * Compares a safetensors file with its digest.
 *
 * @returns true if they match; false if the file contains no digest, or the browser computes none
 * @throws FormatError if they differ
 */
export async function verifyDigest(
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (!Object.hasOwn(metadata, KEY)) return false;
  const recorded = metadata[KEY];
  const position = headerOf(bytes).indexOf(`"${KEY}":"${recorded}"`);
  if (!/^[0-9a-f]{64}$/.test(recorded) || position < 0)
    throw new FormatError('its digest (sha256) is damaged; restore the file from a copy');
  const zeroed = Uint8Array.from(bytes);
  zeroed.set(utf8.encode(ZEROS), LENGTH_BYTES + position + `"${KEY}":"`.length);
  const actual = await sha256(zeroed);
  if (actual === null || actual === recorded) return actual !== null;
  throw new FormatError(
    `its contents do not match its digest (SHA-256 ${recorded.slice(0, 12)}..., found ` +
      `${actual.slice(0, 12)}...): it is damaged or was changed by another program; restore it ` +
      'from a copy',
  );
}
