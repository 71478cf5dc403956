// How fast a run goes, and how long it will still take. Looks at the last few seconds only, since a browser may slow down
// or speed up; pauses do not count. Times are given, none is taken. Imports nothing.

/** How far back the rate looks, in milliseconds. */
const WINDOW = 5_000;

export class Pace {
  /** Pairs of a time and the images done by then, oldest first. */
  #marks: { readonly at: number; readonly images: number }[] = [];
  #images = 0;

  /** Starts, or goes on after a break: what was before does not count. */
  begin(at: number): void {
    this.#marks = [{ at, images: this.#images }];
  }

  /** Notes that so many more images have been learnt from. */
  add(images: number, at: number): void {
    this.#images += images;
    this.#marks.push({ at, images: this.#images });
    while (this.#marks.length > 2 && at - this.#marks[1].at >= WINDOW) this.#marks.shift();
  }

  /** Images a second; 0 before the first. */
  get imagesPerSecond(): number {
    const [first, last] = [this.#marks.at(0), this.#marks.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return (1000 * (last.images - first.images)) / (last.at - first.at);
  }

  /** Seconds that so many images will take; 0 before the first. */
  secondsFor(images: number): number {
    const rate = this.imagesPerSecond;
    return rate === 0 ? 0 : images / rate;
  }
}
