// Reads the header of a JPEG file before it is decoded: size, frame type, number of scans,
// color space and orientation. Only the markers are parsed; no pixel is decoded here.
//
// ITU-T T.81 (JPEG), annex B; T.872, section 6 (Adobe segment).

import { DataError } from '../../data/errors.js';
import { checkSize } from './limits.js';
import { readOrientation } from './orientation.js';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /**
   * Exif orientation: 1 upright, 3 rotated by 180 degrees, 6 and 8 by 90 degrees, even ones
   * mirrored; 1 if absent.
   */
  readonly orientation: number;
  /** True if the three components are red, green and blue instead of YCbCr. */
  readonly isRgb: boolean;
}

/**
 * A progressive image has about ten scans; each runs over all pixels, so thousands of them would
 * take hours.
 */
const MAX_SCANS = 100;
const [SOI, EOI, SOS, APP0, APP1, APP14] = [0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xee];
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
  let [isJfif, transform, componentIds] = [false, null as number | null, ''];
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
      componentIds = String.fromCharCode(...componentsOf(segment));
    }
    if (marker === APP0) isJfif ||= startsWith(segment, 'JFIF\0');
    if (marker === APP1) orientation = orientationOf(segment) ?? orientation;
    if (marker === APP14) transform = adobeTransform(segment) ?? transform;
    offset = end;
    if (marker !== SOS) continue;
    if (++scans > MAX_SCANS) throw damaged(name, `more than ${MAX_SCANS} scans`);
    offset = endOfScan(bytes, offset);
  }
  if (width === 0 || scans === 0)
    throw damaged(name, 'no image between the first and the last marker');
  // The rules of libjpeg, and so of browsers: JFIF is YCbCr; else the Adobe segment decides; else the
  // names of the components.
  const isRgb =
    componentIds.length === 3 &&
    !isJfif &&
    (transform === null ? componentIds === 'RGB' : transform === 0);
  return { width, height, orientation, isRgb };
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

/** The identifiers of a frame's components. */
function componentsOf(frame: Uint8Array): number[] {
  return Array.from({ length: frame[5] }, (_, i) => frame[6 + 3 * i]);
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
function orientationOf(segment: Uint8Array): number | null {
  return startsWith(segment, 'Exif\0\0') ? readOrientation(segment.subarray(6)) : null;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return String.fromCharCode(...segment.subarray(0, text.length)) === text;
}

/** The transform of an Adobe segment: 0 none, 1 YCbCr, 2 YCCK; null for another segment. */
function adobeTransform(segment: Uint8Array): number | null {
  return startsWith(segment, 'Adobe') && segment.length >= 12 ? segment[11] : null;
}
