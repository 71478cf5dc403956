// Speed and remaining time of a run, from the last few seconds, because a browser may slow down or speed up.
// Pauses do not count. The caller passes the times.

/** Time window of the rate, in milliseconds. */
const WINDOW = 5_000;

export class Throughput {
  /** Pairs of time and images completed by then, oldest first. */
  #samples: { readonly time: number; readonly images: number }[] = [];
  #images = 0;

  /** Starts, or resumes after a pause: earlier samples are dropped. */
  start(time: number): void {
    this.#samples = [{ time, images: this.#images }];
  }

  /** Adds a number of processed images. */
  add(images: number, time: number): void {
    this.#images += images;
    this.#samples.push({ time, images: this.#images });
    while (this.#samples.length > 2 && time - this.#samples[1].time >= WINDOW)
      this.#samples.shift();
  }

  /** Images per second; 0 before the first. */
  get imagesPerSecond(): number {
    const [first, last] = [this.#samples.at(0), this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.time <= first.time) return 0;
    return (1000 * (last.images - first.images)) / (last.time - first.time);
  }

  /** Estimated seconds for a number of images; 0 before the first. */
  secondsFor(images: number): number {
    const rate = this.imagesPerSecond;
    return rate === 0 ? 0 : images / rate;
  }
}
