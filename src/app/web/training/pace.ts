// Speed and remaining time of a run, from the last few seconds, because a browser may slow down or speed up.
// Pauses do not count. The caller passes the times.

/** Time window of the rate, in milliseconds. */
const WINDOW = 5_000;

export class Pace {
  /** Pairs of time and images completed by then, oldest first. */
  #marks: { readonly at: number; readonly images: number }[] = [];
  #images = 0;

  /** Starts, or resumes after a pause: earlier samples are dropped. */
  begin(at: number): void {
    this.#marks = [{ at, images: this.#images }];
  }

  /** Adds a number of processed images. */
  add(images: number, at: number): void {
    this.#images += images;
    this.#marks.push({ at, images: this.#images });
    while (this.#marks.length > 2 && at - this.#marks[1].at >= WINDOW) this.#marks.shift();
  }

  /** Images per second; 0 before the first. */
  get imagesPerSecond(): number {
    const [first, last] = [this.#marks.at(0), this.#marks.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return (1000 * (last.images - first.images)) / (last.at - first.at);
  }

  /** Estimated seconds for a number of images; 0 before the first. */
  secondsFor(images: number): number {
    const rate = this.imagesPerSecond;
    return rate === 0 ? 0 : images / rate;
  }
}
