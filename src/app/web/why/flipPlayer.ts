// Plays the steps of an animation one after another. No DOM.

/** Pause before the first step and the longest pause between two, in milliseconds. */
const FIRST_PAUSE = 600;
const STEP_PAUSE = 450;
/** Many steps are played faster, so that all take at most this long. */
const MAX_DURATION = 4000;

export class FlipPlayer {
  readonly #onStep: (step: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #steps = 0;

  /** @param onStep shows a step; 0 is the start */
  constructor(onStep: (step: number) => void) {
    this.#onStep = onStep;
  }

  /** Starts a new animation of `steps` steps; without `animate` it shows the last one at once. */
  start(steps: number, animate: boolean): void {
    this.#steps = steps;
    if (animate) this.play();
    else this.seek(steps);
  }

  /** Plays from the start. */
  play(): void {
    this.stop();
    this.#onStep(0);
    this.#schedule(1, FIRST_PAUSE);
  }

  /** Shows one step and stops. */
  seek(step: number): void {
    this.stop();
    this.#onStep(step);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #schedule(step: number, pause: number): void {
    if (step > this.#steps) return;
    this.#timer = setTimeout(() => {
      this.#onStep(step);
      this.#schedule(step + 1, Math.min(STEP_PAUSE, MAX_DURATION / this.#steps));
    }, pause);
  }
}
