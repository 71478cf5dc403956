// Reads the header of a JPEG file before it is decoded: size, frame type, number of scans, and
// orientation. Only the markers are parsed; no pixel is decoded here.
//
// ITU-T T.81 (JPEG), annex B; Exif 2.32, section 4.6 (TIFF header and the tag Orientation).

import { DataError } from '../../data/errors.js';
import { checkSize } from './limits.js';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /**
   * Exif orientation: 1 upright, 3 rotated by 180 degrees, 6 and 8 by 90 degrees, even ones
   * mirrored; 1 if absent.
   */
  readonly orientation: number;
}

/**
 * A progressive image has about ten scans; each runs over all pixels, so thousands of them would
 * take hours.
 */
const MAX_SCANS = 100;
const [SOI, EOI, SOS, APP1] = [0xd8, 0xd9, 0xda, 0xe1];
/** Supported frames: baseline, extended and progressive, all with Huffman codes. */
const READ_FRAMES = [0xc0, 0xc1, 0xc2];
/**
 * Markers C0 to CF that begin no frame: Huffman tables, an extension and arithmetic conditioning.
 */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

/**
 * Parses the segments of a JPEG file.
 *
 * @throws DataError that names the file and the problem
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  let [width, height, orientation, scans] = [0, 0, 1, 0];
  for (let at = 2; ;) {
    const marker = bytes[at + 1];
    if (at + 1 >= bytes.length) throw cutShort(name);
    if (bytes[at] !== 0xff || marker === 0) throw damaged(name, `no marker at byte ${at}`);
    if (marker === 0xff) {
      at += 1; // markers may be padded
      continue;
    }
    if (marker === EOI) break;
    if (marker === SOI) throw damaged(name, 'a second image begins within the first');
    if (at + 4 > bytes.length) throw cutShort(name);
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    const end = at + 2 + length;
    if (length < 2) throw damaged(name, `a segment of ${length} bytes`);
    if (end > bytes.length) throw cutShort(name);
    const segment = bytes.subarray(at + 4, end);
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      if (width > 0) throw damaged(name, 'two frames');
      [width, height] = readFrame(marker, segment, name);
    }
    if (marker === APP1) orientation = readOrientation(segment) ?? orientation;
    at = end;
    if (marker !== SOS) continue;
    if (++scans > MAX_SCANS) throw damaged(name, `more than ${MAX_SCANS} scans`);
    at = endOfScan(bytes, at);
  }
  if (width === 0 || scans === 0)
    throw damaged(name, 'no image between the first and the last marker');
  return { width, height, orientation };
}

const cutShort = (name: string): DataError =>
  new DataError(`${name}: the JPEG file is truncated; copy or save it again`);
const damaged = (name: string, what: string): DataError =>
  new DataError(`${name}: the JPEG data is damaged (${what})`);

/**
 * Entropy-coded data ends at a byte FF that is followed neither by zero nor by a restart marker.
 */
function endOfScan(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1];
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) break;
  }
  return at;
}

function readFrame(
  marker: number,
  segment: Uint8Array,
  name: string,
): [width: number, height: number] {
  if (!READ_FRAMES.includes(marker)) {
    const kind = marker > 0xc8 ? 'arithmetic coding' : 'lossless or hierarchical coding';
    throw new DataError(
      `${name}: JPEG with ${kind} is not supported; save it as baseline or progressive JPEG ` +
        'or as PNG',
    );
  }
  const [depth, components] = [segment[0], segment[5]];
  if (segment.length < 6 || segment.length !== 6 + 3 * components)
    throw damaged(name, 'a frame with a wrong length');
  if (depth !== 8)
    throw new DataError(
      `${name}: JPEG with ${depth} bits per value is not supported; save it with 8`,
    );
  if (![1, 3, 4].includes(components)) throw damaged(name, `${components} color components`);
  for (let i = 0; i < components; i++) {
    const sampling = segment[7 + 3 * i];
    const [across, down] = [sampling >> 4, sampling & 15];
    if (across < 1 || across > 4 || down < 1 || down > 4)
      throw damaged(name, `sampling ${across} x ${down}`);
  }
  const height = segment[1] * 256 + segment[2];
  const width = segment[3] * 256 + segment[4];
  checkSize(name, width, height);
  return [width, height];
}

/** The Orientation of an Exif segment, or null if it is absent or malformed. */
function readOrientation(segment: Uint8Array): number | null {
  if (String.fromCharCode(...segment.subarray(0, 6)) !== 'Exif\0\0' || segment.length < 14)
    return null;
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6);
  const order = tiff.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return null;
  const entries = tiff.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.byteLength) return null;
    if (tiff.getUint16(entry, little) !== 0x0112) continue;
    const value = tiff.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}
