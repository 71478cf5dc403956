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
const SUPPORTED_FRAMES = [0xc0, 0xc1, 0xc2];
/**
 * Markers C0 to CF that begin no frame: Huffman tables, an extension and arithmetic conditioning.
 */
const NON_FRAME_MARKERS = [0xc4, 0xc8, 0xcc];

/**
 * Parses the segments of a JPEG file.
 *
 * @throws DataError that names the file and the problem
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  let [width, height, orientation, scans] = [0, 0, 1, 0];
  for (let offset = 2; ;) {
    const marker = bytes[offset + 1];
    if (offset + 1 >= bytes.length) throw truncated(name);
    if (bytes[offset] !== 0xff || marker === 0) throw damaged(name, `no marker at byte ${offset}`);
    if (marker === 0xff) {
      offset += 1; // markers may be padded
      continue;
    }
    if (marker === EOI) break;
    if (marker === SOI) throw damaged(name, 'a second image begins within the first');
    if (offset + 4 > bytes.length) throw truncated(name);
    const length = bytes[offset + 2] * 256 + bytes[offset + 3];
    const end = offset + 2 + length;
    if (length < 2) throw damaged(name, `a segment of ${length} bytes`);
    if (end > bytes.length) throw truncated(name);
    const segment = bytes.subarray(offset + 4, end);
    if (marker >= 0xc0 && marker <= 0xcf && !NON_FRAME_MARKERS.includes(marker)) {
      if (width > 0) throw damaged(name, 'two frames');
      [width, height] = readFrame(marker, segment, name);
    }
    if (marker === APP1) orientation = readOrientation(segment) ?? orientation;
    offset = end;
    if (marker !== SOS) continue;
    if (++scans > MAX_SCANS) throw damaged(name, `more than ${MAX_SCANS} scans`);
    offset = endOfScan(bytes, offset);
  }
  if (width === 0 || scans === 0)
    throw damaged(name, 'no image between the first and the last marker');
  return { width, height, orientation };
}

const truncated = (name: string): DataError =>
  new DataError(`${name}: the JPEG file is truncated; copy or save it again`);
const damaged = (name: string, problem: string): DataError =>
  new DataError(`${name}: the JPEG data is damaged (${problem})`);

/**
 * Entropy-coded data ends at a byte FF that is followed neither by zero nor by a restart marker.
 */
function endOfScan(bytes: Uint8Array, start: number): number {
  let offset = start;
  for (; offset < bytes.length; offset++) {
    if (bytes[offset] !== 0xff) continue;
    const next = bytes[offset + 1];
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) break;
  }
  return offset;
}

function readFrame(
  marker: number,
  segment: Uint8Array,
  name: string,
): [width: number, height: number] {
  if (!SUPPORTED_FRAMES.includes(marker)) {
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
    const [horizontal, vertical] = [sampling >> 4, sampling & 15];
    if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4)
      throw damaged(name, `sampling ${horizontal} x ${vertical}`);
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
  const byteOrder = tiff.getUint16(0);
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return null;
  const littleEndian = byteOrder === 0x4949;
  const directory = tiff.getUint32(4, littleEndian);
  if (directory + 2 > tiff.byteLength) return null;
  const entries = tiff.getUint16(directory, littleEndian);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.byteLength) return null;
    if (tiff.getUint16(entry, littleEndian) !== 0x0112) continue;
    const value = tiff.getUint16(entry + 8, littleEndian);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}
