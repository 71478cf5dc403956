// "Make it a 9": the choice of a character, an animation of a small change of the ink that makes the network predict it, and
// the button that puts the changed drawing on the pad.

import type { App } from '../app.js';
import { percent } from '../prediction/verdict.js';
import { probabilitiesOf } from '../../training/temperature.js';
import { element, setText } from '../ui/dom.js';
import { BarRow } from '../prediction/barRow.js';
import type { Flip } from './flip.js';
import { FlipFigure } from './flipFigure.js';
import { FlipPlayer } from './flipPlayer.js';
import { FlipRunner } from './flipRunner.js';
import { flipSentence, stepLabel } from './flipText.js';
import type { Subject } from '../figures/subject.js';

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');

export class FlipView {
  readonly root: HTMLElement;
  readonly #app: App;
  readonly #runner = new FlipRunner();
  readonly #player = new FlipPlayer((step) => this.#showStep(step));
  readonly #figure = new FlipFigure();
  readonly #bars = [new BarRow('div'), new BarRow('div', 'target')] as const;
  readonly #caption = element('p', { className: 'caption', role: 'status' });
  readonly #slider = element('input', { type: 'range', min: '0', ariaLabel: 'Step' });
  readonly #stepText = element('span', { className: 'step' });
  readonly #replay = element('button', { type: 'button' }, 'Play again');
  readonly #apply = element('button', { type: 'button', className: 'primary' });
  readonly #undo = element('button', { type: 'button', hidden: true }, 'Undo');
  readonly #controls = element('div', { className: 'flip-controls' });
  #subject: Subject | null = null;
  #target = -1;
  #flip: Flip | null = null;
  /** The image that was put on the pad last. */
  #applied: Uint8Array | null = null;

  constructor(app: App) {
    this.#app = app;
    this.#slider.addEventListener('input', () => this.#player.seek(this.#slider.valueAsNumber));
    this.#replay.addEventListener('click', () =>
      this.#player.start(this.#flip!.dabs.length, !reducedMotion.matches),
    );
    this.#apply.addEventListener('click', () => this.#putOnPad());
    this.#undo.addEventListener('click', () => app.pad.undo());
    const scrubber = element('label', { className: 'scrubber' }, this.#slider, this.#stepText);
    this.#controls.append(scrubber, this.#replay, this.#apply);
    this.root = element(
      'figure',
      { className: 'flip' },
      element('h4', {}, 'The smallest change found'),
      this.#figure.canvas,
      element('div', { className: 'flip-bars' }, ...this.#bars.map(({ root }) => root)),
      this.#caption,
      this.#controls,
      this.#undo,
    );
  }

  /** Shows a drawing and searches for a change that turns it into `target`. */
  show(subject: Subject, target: number): void {
    const isSame = this.#subject?.prediction === subject.prediction && this.#target === target;
    if (isSame) {
      this.#figure.paint();
      return;
    }
    this.#subject = subject;
    this.#target = target;
    this.#setFlip(null);
    this.#undo.hidden = !this.#isApplied();
    this.#showFrame(subject.prediction.image, subject.prediction.probabilities, 'The drawing');
    setText(this.#caption, 'Searching for a small change …');
    this.#runner.run(subject, target).then(
      (flip) => {
        if (flip !== null) this.#onFound(flip);
      },
      (error: unknown) => this.#app.showError(error),
    );
  }

  /** Stops the search and the animation. */
  pause(): void {
    this.#runner.cancel();
    this.#player.stop();
    if (this.#flip === null) this.#subject = null; // `show` searches again
  }

  #setFlip(flip: Flip | null): void {
    this.#player.stop();
    this.#flip = flip;
    this.#controls.classList.toggle('unavailable', flip?.found !== true);
    for (const control of [this.#slider, this.#replay, this.#apply])
      control.disabled = flip?.found !== true;
    setText(
      this.#apply,
      this.#subject?.isExample === true ? 'Put it on the pad' : 'Apply to my drawing',
    );
  }

  #onFound(flip: Flip): void {
    this.#setFlip(flip);
    const { predictor, prediction } = this.#subject!;
    const [from, to] = [prediction.ranked[0].label, predictor.classes[this.#target]];
    const after = this.#probabilities(flip.frames.at(-1)!.logits)[this.#target];
    const before = prediction.probabilities[this.#target];
    const { found, dabs } = flip;
    setText(this.#caption, flipSentence({ found, from, to, dabs: dabs.length, before, after }));
    if (!found) return;
    this.#slider.max = String(dabs.length);
    this.#player.start(dabs.length, !reducedMotion.matches);
  }

  #showStep(step: number): void {
    const { frames, dabs } = this.#flip!;
    const { image, logits } = frames[step];
    const label = stepLabel(step, dabs.length);
    this.#slider.value = String(step);
    this.#slider.setAttribute('aria-valuetext', label);
    setText(this.#stepText, label);
    this.#showFrame(image, this.#probabilities(logits), label);
  }

  #showFrame(image: Uint8Array, probabilities: ArrayLike<number>, label: string): void {
    const { predictor, prediction } = this.#subject!;
    const shown = [prediction.ranked[0].index, this.#target];
    shown.forEach((index, i) => this.#bars[i].show(predictor.classes[index], probabilities[index]));
    const target = predictor.classes[this.#target];
    this.#figure.show(
      prediction.image,
      image,
      `${label}: ${target} has a probability of ${percent(probabilities[this.#target])}`,
    );
  }

  #probabilities(logits: ArrayLike<number>): Float32Array {
    return probabilitiesOf(logits, logits.length, this.#subject!.predictor.temperature);
  }

  #isApplied(): boolean {
    const image = this.#subject?.prediction.image;
    return this.#applied?.every((ink, i) => ink === image?.[i]) ?? false;
  }

  #putOnPad(): void {
    this.#applied = this.#flip!.frames.at(-1)!.image;
    this.#app.pad.showInput(this.#applied).catch((error: unknown) => this.#app.showError(error));
  }
}
