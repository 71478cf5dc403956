// Augmentation: random shift, rotation, scale, shear and stroke width, different for every image in
// every epoch. One pass from bytes to normalized floats, with scratch arrays allocated once. The
// result depends only on the seed, the epoch and the image's index in the data set. It does not
// depend on the order of the images or on the thread, so a resumed run sees the same images.

import { ArgumentError, ShapeError } from '../../engine/errors.js';
import { checkOptions, checkRng } from '../../engine/options.js';
import { Rng } from '../../engine/rng.js';
import { checkShape, format, sameShape, type Shape } from '../../engine/shape.js';
import { varyStroke } from '../image/strokeWidth.js';
import { areBytes, Normalizer, type Transform } from './transform.js';

/**
 * Augmentation ranges. Each value is drawn uniformly from minus to plus the number; 0 disables it.
 */
export interface AugmentOptions {
  /** Pixels along each axis, at most half of the shorter side. Default 0. */
  readonly shift?: number;
  /** Degrees. Default 0. */
  readonly rotation?: number;
  /** Relative size, drawn separately for each axis: 0.1 means 0.9 to 1.1. Default 0. */
  readonly scale?: number;
  /** Slant, as the tangent of its angle. Default 0. */
  readonly shear?: number;
  /** Stroke width, from -1 (a pixel thinner on each side) to 1 (a pixel thicker). Default 0. */
  readonly stroke?: number;
}

/** Random words per image; even, because the generator produces two at a time. */
const DRAWS_PER_IMAGE = 8;

/** Options of `Augmenter` besides the ranges. */
export interface AugmenterOptions {
  /** Shape of one image: `[height, width]` or `[channels, height, width]`. */
  readonly shape: Shape;
  /** Its key determines all draws. */
  readonly rng: Rng;
  /** Default `new Normalizer()`: bytes become -1 to 1. */
  readonly normalizer?: Normalizer;
}

/** True if any option is nonzero. */
export function hasAugmentation(options: AugmentOptions): boolean {
  return Object.values(options).some((value) => value !== 0);
}

/**
 * Shifts, rotates, scales, shears and thickens images at random, then normalizes them.
 *
 * The draws depend only on the key of `rng`, the epoch and the index of the image, not on the order
 * of the calls. Rotation and scaling keep the center of the image fixed; pixels from outside the
 * image are 0 (paper). All channels of an image change alike.
 *
 * @throws ArgumentError if a range is out of bounds
 * @throws ShapeError if `shape` does not have two or three axes
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAffine.html
 * @example
 * const dataset = syntheticDataset({ seed: 1, count: 47 });
 * const options = { shape: dataset.shapes.inputs, rng: new Rng(1) };
 * const inputs = new Augmenter({ shift: 2, rotation: 10 }, options);
 * const loader = new DataLoader(dataset, { batchSize: 16, transform: { inputs } });
 * print(loader.shapes.inputs); // [1, 28, 28]
 */
export class Augmenter implements Transform {
  readonly #ranges: Required<AugmentOptions>;
  readonly #rng: Rng;
  readonly #normalizer: Normalizer;
  readonly #shape: Shape;
  readonly #height: number;
  readonly #width: number;
  /** One channel with a border of paper, before and after the stroke-width change. */
  readonly #image: Float32Array;
  readonly #varied: Float32Array;
  #epoch = -1;
  #key: readonly [number, number] = [0, 0];

  constructor(ranges: AugmentOptions, options: AugmenterOptions) {
    checkOptions<AugmentOptions>('Augmenter', ranges, {
      shift: true,
      rotation: true,
      scale: true,
      shear: true,
      stroke: true,
    });
    checkOptions<AugmenterOptions>('Augmenter', options, {
      shape: true,
      rng: true,
      normalizer: true,
    });
    const { shape, rng, normalizer = new Normalizer() } = options;
    checkRng('Augmenter', rng);
    checkShape(shape, 'Augmenter');
    if (shape.length !== 2 && shape.length !== 3) {
      throw new ShapeError(
        `Augmenter: shape must be [height, width] or [channels, height, width], got ${format(shape)}`,
      );
    }
    normalizer.outputShape(shape);
    const [height, width] = shape.slice(-2);
    this.#ranges = { shift: 0, rotation: 0, scale: 0, shear: 0, stroke: 0, ...ranges };
    const limits: Required<AugmentOptions> = {
      shift: Math.min(height, width) / 2,
      rotation: 180,
      scale: 0.9,
      shear: 2,
      stroke: 1,
    };
    for (const [name, limit] of Object.entries(limits) as [keyof AugmentOptions, number][]) {
      const value = this.#ranges[name];
      if (value >= 0 && value <= limit) continue;
      throw new ArgumentError(`Augmenter: ${name} must be from 0 to ${limit}, got ${value}`);
    }
    this.#rng = rng;
    this.#normalizer = normalizer;
    this.#shape = shape;
    this.#height = height;
    this.#width = width;
    this.#image = new Float32Array((height + 2) * (width + 2));
    this.#varied = new Float32Array(this.#image.length);
  }

  /**
   * The same shape.
   *
   * @throws ShapeError if it is not the shape that the augmenter was created for
   */
  outputShape(shape: Shape): Shape {
    if (sameShape(shape, this.#shape)) return shape;
    throw new ShapeError(
      `Augmenter: was created for images of ${format(this.#shape)}, but the data set has ${format(shape)}`,
    );
  }

  /**
   * Writes image `index` as augmented in one epoch.
   *
   * @param source the image
   * @param target receives the normalized image
   */
  apply(source: ArrayLike<number>, target: Float32Array, index: number, epoch: number): void {
    const warp = this.#draw(index, epoch);
    const { mean, std } = this.#normalizer;
    const pixels = this.#height * this.#width;
    const scale = areBytes(source) ? 255 : 1;
    for (let start = 0, channel = 0; start < source.length; start += pixels, channel++) {
      const c = mean.length === 1 ? 0 : channel;
      // (value / scale - mean) / std as one factor and one summand.
      this.#warp(warp, source, target, start, 1 / (scale * std[c]), -mean[c] / std[c]);
    }
  }

  /** The random transform of one image in one epoch. */
  #draw(index: number, epoch: number): Warp {
    const { shift, rotation, scale, shear, stroke } = this.#ranges;
    if (epoch !== this.#epoch) {
      this.#key = this.#rng.split(`epoch-${epoch}`).state().key;
      this.#epoch = epoch;
    }
    const stream = new Rng({ key: this.#key, drawn: index * DRAWS_PER_IMAGE });
    const [shiftX, shiftY] = [stream.between(-shift, shift), stream.between(-shift, shift)];
    const angle = (stream.between(-rotation, rotation) * Math.PI) / 180;
    const [scaleX, scaleY] = [1 + stream.between(-scale, scale), 1 + stream.between(-scale, scale)];
    const shearFactor = stream.between(-shear, shear);
    const strokeAmount = stream.between(-stroke, stroke);

    // Maps a pixel of the new image to the old one: the inverse of rotation(shear(scale)).
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    const xx = (cosine + shearFactor * sine) / scaleX;
    const xy = (sine - shearFactor * cosine) / scaleX;
    const yx = -sine / scaleY;
    const yy = cosine / scaleY;
    const [centerX, centerY] = [(this.#width - 1) / 2, (this.#height - 1) / 2];
    const [offsetX, offsetY] = [-centerX - shiftX, -centerY - shiftY];
    // Plus 1 for the border.
    const x0 = 1 + centerX + xx * offsetX + xy * offsetY;
    const y0 = 1 + centerY + yx * offsetX + yy * offsetY;
    return { xx, xy, yx, yy, x0, y0, strokeAmount };
  }

  /** Writes one channel, which starts at `start` in both arrays: `factor * value + summand`. */
  #warp(
    { xx, xy, yx, yy, x0, y0, strokeAmount }: Warp,
    values: ArrayLike<number>,
    target: Float32Array,
    start: number,
    factor: number,
    summand: number,
  ): void {
    const [height, width] = [this.#height, this.#width];
    const paddedWidth = width + 2;
    this.#load(values, start);
    const source =
      this.#ranges.stroke === 0
        ? this.#image
        : varyStroke(this.#image, paddedWidth, strokeAmount, this.#varied);
    // Positions beyond the border are paper, like the border.
    const [lastX, lastY] = [width + 1, height + 1];
    let index = start;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, index++) {
        const x = x0 + xx * column + xy * row;
        const y = y0 + yx * column + yy * row;
        if (x <= 0 || y <= 0 || x >= lastX || y >= lastY) {
          target[index] = summand;
          continue;
        }
        const i = x | 0;
        const j = y | 0;
        const fx = x - i;
        const fy = y - j;
        const offset = j * paddedWidth + i;
        const above = source[offset] + fx * (source[offset + 1] - source[offset]);
        const below =
          source[offset + paddedWidth] +
          fx * (source[offset + paddedWidth + 1] - source[offset + paddedWidth]);
        target[index] = factor * (above + fy * (below - above)) + summand;
      }
    }
  }

  /** Copies a channel into the middle of the scratch array; its border stays paper. */
  #load(values: ArrayLike<number>, start: number): void {
    const width = this.#width;
    for (let row = 0; row < this.#height; row++) {
      const to = (row + 1) * (width + 2) + 1;
      for (let column = 0; column < width; column++) {
        this.#image[to + column] = values[start + row * width + column];
      }
    }
  }
}

/** A random transform: x = x0 + xx column + xy row, y = y0 + yx column + yy row. */
interface Warp {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  /** Position in the padded image of the new image's first pixel. */
  readonly x0: number;
  readonly y0: number;
  readonly strokeAmount: number;
}
