// Augmentation: random shift, rotation, scale, shear and stroke width, different for every image in
// every epoch. One pass from bytes to normalized floats, with scratch arrays allocated once. The
// result depends only on the seed, the epoch and the image's index in the data set. It does not
// depend on the order of the images or on the thread, so a resumed run sees the same images.

import { ArgumentError } from '../../engine/errors.js';
import { Rng } from '../../engine/rng.js';
import { IMAGE_SIDE } from '../emnist/idx.js';
import { PADDED_SIDE, varyStroke } from '../image/strokeWidth.js';

/**
 * Augmentation ranges. Each value is drawn uniformly from minus to plus the number; 0 disables it.
 */
export interface AugmentOptions {
  /** Pixels along each axis. Default 0. */
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
/** The fixed point of rotation and scaling: the middle between pixels 13 and 14. */
const CENTER = (IMAGE_SIDE - 1) / 2;

const LIMITS: Readonly<Record<keyof AugmentOptions, number>> = {
  shift: IMAGE_SIDE / 2,
  rotation: 180,
  scale: 0.9,
  shear: 2,
  stroke: 1,
};

/** True if any option is nonzero. */
export function hasAugmentation(options: AugmentOptions): boolean {
  return Object.values(options).some((value) => value !== 0);
}

export class Augmenter {
  readonly #options: Required<AugmentOptions>;
  readonly #rng: Rng;
  /** The image with a border of paper, before and after the stroke-width change. */
  readonly #image = new Float32Array(PADDED_SIDE * PADDED_SIDE);
  readonly #varied = new Float32Array(PADDED_SIDE * PADDED_SIDE);
  #epoch = -1;
  #key: readonly [number, number] = [0, 0];

  /** @param rng its key determines all draws: the `augment` stream of a run */
  constructor(options: AugmentOptions, rng: Rng) {
    this.#options = { shift: 0, rotation: 0, scale: 0, shear: 0, stroke: 0, ...options };
    for (const [name, limit] of Object.entries(LIMITS) as [keyof AugmentOptions, number][]) {
      const value = this.#options[name];
      if (value >= 0 && value <= limit) continue;
      throw new ArgumentError(`augment: ${name} must be from 0 to ${limit}, got ${value}`);
    }
    this.#rng = rng;
  }

  /**
   * Writes one image as augmented in one epoch.
   *
   * @param images upright bytes, `[n, 28, 28]`
   * @param image index of the image
   * @param target receives 784 numbers from `start` on: `factor * byte + summand`, which normalizes
   */
  apply(
    images: Uint8Array,
    image: number,
    epoch: number,
    target: Float32Array,
    start: number,
    factor: number,
    summand: number,
  ): void {
    const { shift, rotation, scale, shear, stroke } = this.#options;
    if (epoch !== this.#epoch) {
      this.#key = this.#rng.split(`epoch-${epoch}`).state().key;
      this.#epoch = epoch;
    }
    const stream = new Rng({ key: this.#key, drawn: image * DRAWS_PER_IMAGE });
    const [shiftX, shiftY] = [stream.between(-shift, shift), stream.between(-shift, shift)];
    const angle = (stream.between(-rotation, rotation) * Math.PI) / 180;
    const [scaleX, scaleY] = [1 + stream.between(-scale, scale), 1 + stream.between(-scale, scale)];
    const shearFactor = stream.between(-shear, shear);
    const strokeAmount = stream.between(-stroke, stroke);

    this.#load(images, image * IMAGE_SIDE * IMAGE_SIDE);
    const source = stroke === 0 ? this.#image : varyStroke(this.#image, strokeAmount, this.#varied);

    // Maps a pixel of the new image to the old one: the inverse of rotation(shear(scale)).
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    const xx = (cosine + shearFactor * sine) / scaleX;
    const xy = (sine - shearFactor * cosine) / scaleX;
    const yx = -sine / scaleY;
    const yy = cosine / scaleY;
    const [offsetX, offsetY] = [-CENTER - shiftX, -CENTER - shiftY];
    // Plus 1 for the border. Positions beyond the border are paper, like the border.
    const x0 = 1 + CENTER + xx * offsetX + xy * offsetY;
    const y0 = 1 + CENTER + yx * offsetX + yy * offsetY;
    const last = PADDED_SIDE - 1;
    let index = start;
    for (let row = 0; row < IMAGE_SIDE; row++) {
      for (let column = 0; column < IMAGE_SIDE; column++, index++) {
        const x = x0 + xx * column + xy * row;
        const y = y0 + yx * column + yy * row;
        if (x <= 0 || y <= 0 || x >= last || y >= last) {
          target[index] = summand;
          continue;
        }
        const i = x | 0;
        const j = y | 0;
        const fx = x - i;
        const fy = y - j;
        const offset = j * PADDED_SIDE + i;
        const above = source[offset] + fx * (source[offset + 1] - source[offset]);
        const below =
          source[offset + PADDED_SIDE] +
          fx * (source[offset + PADDED_SIDE + 1] - source[offset + PADDED_SIDE]);
        target[index] = factor * (above + fy * (below - above)) + summand;
      }
    }
  }

  /** Copies an image into the middle of the scratch array; its border stays paper. */
  #load(images: Uint8Array, from: number): void {
    for (let row = 0; row < IMAGE_SIDE; row++) {
      const to = (row + 1) * PADDED_SIDE + 1;
      for (let column = 0; column < IMAGE_SIDE; column++) {
        this.#image[to + column] = images[from + row * IMAGE_SIDE + column];
      }
    }
  }
}
