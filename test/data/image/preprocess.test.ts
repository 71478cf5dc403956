// preprocess: an image of a character gives nearly the 28 x 28 image of its strokes; a blank image
// is reported as empty.

import { describe, expect, it } from 'vitest';
import { ImageDataset } from '../../../src/data/loading/imageDataset.js';
import { renderGlyph } from '../../../src/data/strokes/glyph.js';
import { preprocess, type DecodedImage } from '../../../src/data/image/preprocess.js';
import { imageStatistics, inkExtent, strokeWidth } from '../../../src/data/loading/statistics.js';
import { ArgumentError } from '../../../src/engine/errors.js';
import {
  colored,
  difference,
  drawing,
  drawLarge,
  gray,
  noise,
  onTransparent,
  type Coverage,
} from '../images.js';

const SEED = 20;
/** Sample 10 is an A, 25 a P, 37 a b, 3 a 3. */
const SAMPLES = [10, 25, 37, 3];
/**
 * The 28 x 28 image rendered from the strokes. An image does not show how large the writing was, so
 * every character is scaled to 68 units including its pen, which is scaled with it.
 */
function renderedStrokes(index: number): Uint8Array {
  const penWidth = penOf(index);
  return renderGlyph(drawing(SEED, index).strokes, { inkSize: 68 - penWidth, penWidth });
}

/** The pen width of a sample when the character is scaled to 68 units. */
function penOf(index: number): number {
  const { inkSize, penWidth } = drawing(SEED, index).pen;
  return (68 * penWidth!) / (inkSize! + penWidth!);
}
const large = (index: number): Coverage => drawLarge(drawing(SEED, index));
const darkOnWhite = (coverage: Coverage): DecodedImage => gray(coverage, (ink) => 255 * (1 - ink));

describe('preprocess of synthetic characters, drawn large in dark ink on white, gives', () => {
  const count = 2 * 47;
  const images = new Uint8Array(count * 784);
  const direct = new Uint8Array(count * 784);
  for (let i = 0; i < count; i++) {
    images.set(preprocess(darkOnWhite(large(i))).image, i * 784);
    direct.set(renderedStrokes(i), i * 784);
  }
  const classes = ['?'];
  const statisticsOf = (data: Uint8Array) =>
    imageStatistics(
      new ImageDataset({
        name: 'drawn',
        images: data,
        height: 28,
        width: 28,
        labels: new Uint8Array(count),
        classes,
        synthetic: true,
      }),
    );

  it('the statistics of EMNIST', () => {
    const { mean, sd, ink } = statisticsOf(images);
    const { longerSide, centerX, centerY, strokeWidth: width } = ink!;
    expect(Math.abs(mean - 0.175)).toBeLessThan(0.02);
    expect(Math.abs(sd - 0.333)).toBeLessThan(0.02);
    expect(longerSide.lower).toBeGreaterThanOrEqual(24);
    expect(longerSide.upper).toBeLessThanOrEqual(26);
    expect(Math.abs(centerX - 13.5)).toBeLessThan(0.15);
    expect(Math.abs(centerY - 13.5)).toBeLessThan(0.15);
    expect(Math.abs(width.median - statisticsOf(direct).ink!.strokeWidth.median)).toBeLessThan(
      0.15,
    );
  });

  it('nearly the same images as rendering the strokes', () => {
    // Thinner pens are widened.
    const compared = [...Array(count).keys()].filter((i) => penOf(i) > 6);
    expect(compared.length).toBeGreaterThan(80);
    for (const i of compared) {
      const [one, other] = [images, direct].map((all) => all.subarray(i * 784, (i + 1) * 784));
      expect(difference(one, other), `sample ${i} of seed ${SEED}`).toBeLessThan(4); // of 255
    }
  });
});

describe('the image may be', () => {
  const gauss = noise(SEED);
  const variants: Record<string, (coverage: Coverage) => DecodedImage> = {
    'light on dark': (c) => gray(c, (ink) => 20 + 220 * ink),
    faint: (c) => gray(c, (ink) => 200 - 35 * ink),
    'noisy all over': (c) => gray(c, (ink) => 220 - 170 * ink + 10 * gauss()),
    'full of dust': (c) => gray(c, (ink) => (gauss() > 3 ? 0 : 255 * (1 - ink))),
    'lit from one corner': (c) =>
      gray(c, (ink, x, y) => (1 - 0.8 * ink) * (250 - 150 * x - 50 * y)),
    'light ink lit from one corner': (c) =>
      gray(c, (ink, x, y) => (0.15 + 0.7 * ink) * (250 - 120 * x - 50 * y)),
    'blue on yellow': (c) => colored(c, [20, 40, 190], [250, 240, 90]),
    'yellow on white': (c) => colored(c, [240, 220, 60], [255, 255, 255]),
    'black on transparent': (c) => onTransparent(c, [0, 0, 0]),
    'white on transparent': (c) => onTransparent(c, [255, 255, 255]),
    'opaque, with an alpha channel': (c) => colored(c, [0, 0, 0, 255], [255, 255, 255, 255]),
    'dark on a light sheet with transparent corners': (c) =>
      withTransparentCorners(colored(c, [30, 30, 30, 255], [240, 235, 220, 255])),
    'light on a dark sheet with transparent corners': (c) =>
      withTransparentCorners(colored(c, [240, 240, 240, 255], [30, 40, 60, 255])),
    'of 16 bits': (c) => ({
      ...darkOnWhite(c),
      data: Uint16Array.from(c.data, (ink) => 65535 - 40000 * ink),
    }),
    'gray with alpha': (c) => ({
      ...c,
      data: Uint8Array.from({ length: 2 * c.data.length }, (_, i) =>
        i % 2 === 0 ? 0 : 255 * c.data[i >> 1],
      ),
      channels: 2,
    }),
  };

  it.each(Object.entries(variants))('%s', (name, make) => {
    for (const index of SAMPLES) {
      const { image, empty } = preprocess(make(large(index)));
      expect(empty).toBe(false);
      const limit = name.startsWith('noisy') ? 10 : 5;
      expect(
        difference(image, renderedStrokes(index)),
        `sample ${index} of seed ${SEED}`,
      ).toBeLessThan(limit);
    }
  });

  function withTransparentCorners(image: DecodedImage): DecodedImage {
    const { data, width, height } = image;
    const cleared = Uint8Array.from(data);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const corner = Math.min(x, width - 1 - x) + Math.min(y, height - 1 - y) < 30;
        if (corner) cleared.fill(0, 4 * (y * width + x), 4 * (y * width + x) + 4);
      }
    }
    return { ...image, data: cleared };
  }

  it.each([
    ['small', 36, [4, 3, 5, 6], 12],
    ['large', 1500, [300, 200, 500, 100], 5],
    ['mostly paper', 150, [500, 300, 250, 400], 5],
    ['cropped to the ink', 300, [0, 0, 0, 0], 5],
  ] as const)('%s', (_, size, margins, limit) => {
    for (const index of SAMPLES) {
      const coverage = drawLarge(drawing(SEED, index), { size, margins });
      const { image } = preprocess(darkOnWhite(coverage));
      expect(
        difference(image, renderedStrokes(index)),
        `sample ${index} of seed ${SEED}`,
      ).toBeLessThan(limit);
    }
  });
});

describe('invert', () => {
  const coverage = large(SAMPLES[0]);

  it("'yes' treats dark as ink, 'no' treats light as ink, whichever is more frequent", () => {
    const [dark, light] = [darkOnWhite(coverage), gray(coverage, (ink) => 255 * ink)];
    const result = preprocess(dark);
    expect(result.kind).toBe('dark');
    expect(preprocess(dark, { invert: 'yes' })).toEqual(result);
    expect(preprocess(light)).toMatchObject({ kind: 'light' });
    expect(preprocess(light, { invert: 'no' }).image).toEqual(preprocess(light).image);
    expect(difference(preprocess(dark, { invert: 'no' }).image, result.image)).toBeGreaterThan(80);
  });

  it('determines the color of transparent pixels', () => {
    const white = onTransparent(coverage, [255, 255, 255]);
    expect(preprocess(white, { invert: 'yes' }).empty).toBe(true); // white on white
    expect(preprocess(white, { invert: 'no' })).toMatchObject({ empty: false, kind: 'light' });
    expect(preprocess(white)).toMatchObject({ empty: false, kind: 'opaque' });
  });
});

describe('strokes', () => {
  it("are widened only if they are thinner than EMNIST's thinnest pen", () => {
    const thin = (penWidth: number): number => {
      const { strokes, pen: tool, label } = drawing(SEED, SAMPLES[0]);
      const coverage = drawLarge({ strokes, pen: { ...tool, penWidth }, label });
      return strokeWidth(preprocess(darkOnWhite(coverage)).image, 28);
    };
    const [hair, thinnest, usual] = [thin(1.5), thin(5), thin(9)];
    expect(hair).toBeGreaterThan(1.9);
    expect(Math.abs(hair - thinnest)).toBeLessThan(0.3);
    expect(usual).toBeGreaterThan(thinnest + 0.5);
  });

  it('include the dot of an i, but not dust', () => {
    const dotted: DecodedImage = {
      data: new Uint8Array(300 * 300).fill(255),
      width: 300,
      height: 300,
      channels: 1,
    };
    const ink = (left: number, top: number, width: number, height: number): void => {
      for (let y = top; y < top + height; y++)
        dotted.data.fill(0, y * 300 + left, y * 300 + left + width);
    };
    ink(140, 100, 20, 140);
    const stem = preprocess(dotted).image;
    ink(140, 60, 20, 20);
    const dot = preprocess(dotted).image;
    expect(difference(stem, dot)).toBeGreaterThan(5);
    ink(20, 20, 5, 5);
    expect(preprocess(dotted).image).toEqual(dot);
    expect(inkExtent(dot, 28)!.height).toBeGreaterThan(23);
  });
});

describe('an image without a character', () => {
  const uniform = (value: number, channels: 1 | 4 = 1): DecodedImage => ({
    data: new Uint8Array(100 * 80 * channels).fill(value),
    width: 100,
    height: 80,
    channels,
  });
  const gauss = noise(SEED + 1);
  const empty: Record<string, DecodedImage> = {
    white: uniform(255),
    black: uniform(0),
    gray: uniform(128),
    transparent: uniform(0, 4),
    'one pixel': { data: Uint8Array.of(9), width: 1, height: 1, channels: 1 },
    'noise only': {
      ...uniform(0),
      data: Uint8Array.from({ length: 8000 }, () => 128 + 20 * gauss()),
    },
    'a smooth gradient': {
      ...uniform(0),
      data: Uint8Array.from({ length: 8000 }, (_, i) => 80 + (i % 100)),
    },
  };

  it.each(Object.entries(empty))('(%s) is reported as empty', (_, image) => {
    expect(preprocess(image)).toEqual({ image: new Uint8Array(784), empty: true, kind: null });
  });

  it.each([
    [
      { data: new Uint8Array(11), width: 4, height: 3, channels: 1 },
      /4 x 3 with 1 channels needs 12.*got 11/,
    ],
    [{ data: new Uint8Array(0), width: 0, height: 3, channels: 1 }, /0 x 3/],
    [{ data: new Uint8Array(60), width: 4, height: 3, channels: 5 as 4 }, /5 channels/],
  ] satisfies [DecodedImage, RegExp][])(
    'is rejected if its data does not match its size',
    (image, message) => {
      expect(() => preprocess(image)).toThrow(ArgumentError);
      expect(() => preprocess(image)).toThrow(message);
    },
  );
});
