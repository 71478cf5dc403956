// The inputs of `recognize`, and their conversion to the 28 x 28 bytes of the network.

import { ArgumentError } from '../../engine/errors.js';
import { describeValue } from '../../engine/options.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../../data/emnist/idx.js';
import { preprocess, type DecodedImage, type Invert } from '../../data/image/preprocess.js';
import { renderGlyph, type Stroke } from '../../data/strokes/glyph.js';
import { smoothStrokes } from '../../data/strokes/smooth.js';

/**
 * The pixels of an image of one character, row by row, channels interleaved. The `ImageData` of a
 * canvas and the result of `readImage` (`inkgrad/node`) have this form.
 */
export interface CharacterImage {
  /** Bytes 0..255, or 16-bit values 0..65535: `[height, width, channels]`. */
  readonly data: DecodedImage['data'];
  readonly width: number;
  readonly height: number;
  /** 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA. Default: the length of `data` decides. */
  readonly channels?: DecodedImage['channels'];
}

/** A point of a stroke, in any unit, y pointing down. */
export interface StrokePoint {
  readonly x: number;
  readonly y: number;
}

/** The path of a pen: points, or their coordinates x, y, x, y, ... A single point is a dot. */
export type PenStroke = readonly StrokePoint[] | ArrayLike<number>;

/**
 * What `recognize` accepts:
 * - an image of any size, with dark ink on light paper, light on dark, or opaque on transparent;
 * - 784 bytes, `[28, 28]`, upright, 0 = paper, 255 = ink, as in EMNIST: used unchanged;
 * - a list of strokes, whose size and position do not matter.
 */
export type CharacterInput = CharacterImage | Uint8Array | Uint8ClampedArray | readonly PenStroke[];

/**
 * The 28 x 28 bytes of an input, 0 = paper, 255 = ink; null if it contains no ink.
 *
 * @throws ArgumentError if the input has another form
 */
export function inputImage(input: CharacterInput, invert: Invert): Uint8Array | null {
  if (Array.isArray(input)) return nullIfBlank(renderGlyph(smoothStrokes(input.map(toStroke))));
  if (ArrayBuffer.isView(input)) return nullIfBlank(checkPixels(input));
  if (typeof input === 'object' && (input as object | null) !== null && 'data' in input) {
    const { image, empty } = preprocess(toDecodedImage(input), { invert });
    return empty ? null : image;
  }
  throw new ArgumentError(
    'recognize: expected an image { data, width, height }, a Uint8Array of 28 x 28 pixels, or a ' +
      `list of strokes, got ${describeValue(input)}`,
  );
}

function nullIfBlank(image: Uint8Array): Uint8Array | null {
  return image.every((value) => value === 0) ? null : image;
}

/** @throws ArgumentError if the array is not the bytes of one EMNIST image */
function checkPixels(pixels: ArrayBufferView): Uint8Array {
  const isBytes = pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray;
  if (!isBytes || pixels.length !== IMAGE_PIXELS) {
    throw new ArgumentError(
      `recognize: pixels without a size must be a Uint8Array of ${IMAGE_SIDE} x ${IMAGE_SIDE} = ` +
        `${IMAGE_PIXELS} bytes, got ${describeArray(pixels)}; for other images pass ` +
        '{ data, width, height }',
    );
  }
  return Uint8Array.from(pixels);
}

/** @throws ArgumentError if the length of the data matches no number of channels */
function toDecodedImage({ data, width, height, channels }: CharacterImage): DecodedImage {
  const isPixels =
    data instanceof Uint8Array || data instanceof Uint8ClampedArray || data instanceof Uint16Array;
  if (!isPixels) {
    throw new ArgumentError(
      'recognize: the data of an image must be bytes (Uint8Array, Uint8ClampedArray) or 16-bit ' +
        `values (Uint16Array), got ${describeArray(data)}`,
    );
  }
  const count = channels ?? data.length / (width * height);
  if (![1, 2, 3, 4].includes(count) || data.length !== width * height * count) {
    throw new ArgumentError(
      `recognize: an image of ${width} x ${height} pixels with ${channels ?? '1 to 4'} channels ` +
        `does not have ${data.length} values; expected width * height * channels`,
    );
  }
  return { data, width, height, channels: count as DecodedImage['channels'] };
}

/** The coordinates of a stroke. `renderGlyph` checks that they are finite and in pairs. */
function toStroke(stroke: unknown, index: number): Stroke {
  const isList = Array.isArray(stroke) || (ArrayBuffer.isView(stroke) && 'length' in stroke);
  if (!isList) {
    throw new ArgumentError(
      `recognize: stroke ${index} must be a list of points { x, y } or of coordinates x, y, x, y, ` +
        `..., got ${describeValue(stroke)}; 28 x 28 pixels are a Uint8Array`,
    );
  }
  const values = stroke as readonly StrokePoint[] | ArrayLike<number>;
  if (typeof values[0] !== 'object') return values as ArrayLike<number>;
  return Float64Array.from((values as readonly StrokePoint[]).flatMap(({ x, y }) => [x, y]));
}

function describeArray(value: unknown): string {
  if (!ArrayBuffer.isView(value) || !('length' in value)) return describeValue(value);
  return `a ${value.constructor.name} of ${String(value.length)}`;
}
