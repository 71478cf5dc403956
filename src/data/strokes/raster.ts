// A small gray canvas: draws strokes with a round pen, blurs them, and finds the bounding box of
// the ink. This is the first half of the conversion from strokes to a 28 x 28 image (glyph.ts).
//
// Uses only + - * / and square roots. These are correctly rounded everywhere, so Node and browsers
// make bit-for-bit identical images. Math.exp and Math.sin do not guarantee that.

/** The path of a pen: x, y, x, y, ... in any unit, y pointing down. A single point is a dot. */
export type Stroke = ArrayLike<number>;

/** Inclusive pixel bounds. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Radius of the blur: four sigma, where a Gaussian has fallen below 1/1000 of its peak. */
export const BLUR_RADIUS = 4;

/** exp(-k^2 / 2) for k = 0 .. 4, and the sum over -4 .. 4. */
const GAUSSIAN = [
  1, 0.6065306597126334, 0.1353352832366127, 0.011108996538242306, 0.00033546262790251185,
] as const;
const GAUSSIAN_SUM = 1 + 2 * (GAUSSIAN[1] + GAUSSIAN[2] + GAUSSIAN[3] + GAUSSIAN[4]);
const [TAP_0, TAP_1, TAP_2, TAP_3, TAP_4] = GAUSSIAN.map((value) => value / GAUSSIAN_SUM);

/** Gray pixels, 0 = paper and 1 = ink. Tracks the modified region. */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
  readonly #scratch: Float32Array;
  #left = 0;
  #top = 0;
  #right = -1;
  #bottom = -1;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(width * height);
    this.#scratch = new Float32Array(width * height);
  }

  /** Clears the canvas. */
  clear(): void {
    for (let y = this.#top; y <= this.#bottom; y++) {
      this.data.fill(0, y * this.width + this.#left, y * this.width + this.#right + 1);
    }
    this.#right = -1;
    this.#bottom = -1;
  }

  #extendBounds(left: number, top: number, right: number, bottom: number): void {
    const empty = this.#right < 0;
    this.#left = Math.max(0, empty ? left : Math.min(this.#left, left));
    this.#top = Math.max(0, empty ? top : Math.min(this.#top, top));
    this.#right = Math.min(this.width - 1, empty ? right : Math.max(this.#right, right));
    this.#bottom = Math.min(this.height - 1, empty ? bottom : Math.max(this.#bottom, bottom));
  }

  /** Draws a stroke, given in pixels, with a round pen; pixel (0, 0) has its center at (0, 0). */
  drawStroke(stroke: Stroke, penWidth: number): void {
    if (stroke.length === 2)
      this.#drawSegment(stroke[0], stroke[1], stroke[0], stroke[1], penWidth / 2);
    for (let i = 0; i + 3 < stroke.length; i += 2) {
      this.#drawSegment(stroke[i], stroke[i + 1], stroke[i + 2], stroke[i + 3], penWidth / 2);
    }
  }

  /**
   * Inks every pixel by its distance from the pen's edge: 0 half a pixel outside, 1 half
   * a pixel inside.
   */
  #drawSegment(x0: number, y0: number, x1: number, y1: number, radius: number): void {
    const reach = radius + 0.5;
    const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
    const right = Math.min(this.width - 1, Math.floor(Math.max(x0, x1) + reach));
    const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach));
    const bottom = Math.min(this.height - 1, Math.floor(Math.max(y0, y1) + reach));
    if (left > right || top > bottom) return;
    this.#extendBounds(left, top, right, bottom);
    const dx = x1 - x0;
    const dy = y1 - y0;
    const lengthSquared = dx * dx + dy * dy;
    const scale = lengthSquared > 0 ? 1 / lengthSquared : 0;
    const core = Math.max(0, radius - 0.5) * Math.max(0, radius - 0.5);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const px = x - x0;
        const py = y - y0;
        // Parameter of the nearest point of the segment.
        const t = Math.min(1, Math.max(0, (px * dx + py * dy) * scale));
        const ox = px - t * dx;
        const oy = py - t * dy;
        const distanceSquared = ox * ox + oy * oy;
        if (distanceSquared >= reach * reach) continue;
        const ink = distanceSquared <= core ? 1 : Math.min(1, reach - Math.sqrt(distanceSquared));
        const index = y * this.width + x;
        if (ink > this.data[index]) this.data[index] = ink;
      }
    }
  }

  /** Copies a gray image, with its corner at (left, top), scaled by `gain`. */
  paste(
    image: ArrayLike<number>,
    width: number,
    height: number,
    left: number,
    top: number,
    gain: number,
  ): void {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        this.data[(top + y) * this.width + left + x] = Math.max(0, image[y * width + x] * gain);
      }
    }
    this.#extendBounds(left, top, left + width - 1, top + height - 1);
  }

  /** Gaussian blur of sigma 1 pixel, one axis after the other, over the modified region only. */
  blur(): void {
    if (this.#right < 0) return;
    const [left, right] = [this.#left, this.#right];
    this.#extendBounds(
      left - BLUR_RADIUS,
      this.#top - BLUR_RADIUS,
      right + BLUR_RADIUS,
      this.#bottom + BLUR_RADIUS,
    );
    const { data, width, height } = this;
    const rows = this.#scratch;
    for (let y = this.#top; y <= this.#bottom; y++) {
      const row = y * width;
      for (let x = this.#left; x <= this.#right; x++) {
        rows[row + x] = blurAt(data, row + x, 1, x, width);
      }
    }
    for (let y = this.#top; y <= this.#bottom; y++) {
      const row = y * width;
      for (let x = this.#left; x <= this.#right; x++) {
        data[row + x] = blurAt(rows, row + x, width, y, height);
      }
    }
    // `rows` outside the modified region must be paper next time.
    for (let y = this.#top; y <= this.#bottom; y++)
      rows.fill(0, y * width + this.#left, y * width + this.#right + 1);
  }

  /** Bounding box of all pixels above `threshold`, or null on an empty canvas. */
  inkBox(threshold: number): Box | null {
    let [left, top, right, bottom] = [this.width, this.height, -1, -1];
    for (let y = this.#top; y <= this.#bottom; y++) {
      for (let x = this.#left; x <= this.#right; x++) {
        if (this.data[y * this.width + x] <= threshold) continue;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < top) top = y;
        bottom = y;
      }
    }
    return right < 0 ? null : { left, top, right, bottom };
  }
}

/** Nine taps along one axis around `index`; beyond the canvas there is paper. */
function blurAt(
  data: Float32Array,
  index: number,
  step: number,
  position: number,
  size: number,
): number {
  if (position >= BLUR_RADIUS && position < size - BLUR_RADIUS) {
    return (
      TAP_0 * data[index] +
      TAP_1 * (data[index - step] + data[index + step]) +
      TAP_2 * (data[index - 2 * step] + data[index + 2 * step]) +
      TAP_3 * (data[index - 3 * step] + data[index + 3 * step]) +
      TAP_4 * (data[index - 4 * step] + data[index + 4 * step])
    );
  }
  let sum = 0;
  for (let k = -BLUR_RADIUS; k <= BLUR_RADIUS; k++) {
    if (position + k >= 0 && position + k < size)
      sum += (GAUSSIAN[Math.abs(k)] / GAUSSIAN_SUM) * data[index + k * step];
  }
  return sum;
}
