// The last layers: the 256 hidden activations as a strip, and the logit and probability of every class.
// The selected class is also the one that the explanation compares with the top class.

import { element } from '../ui/dom.js';
import { percent } from '../prediction/verdict.js';
import { RampLegend } from './legend.js';
import { clear, Stamp } from './paint.js';
import { currentPalette, rampTable } from './palette.js';
import { type Choice, Picker } from './picker.js';
import { Plate } from './plate.js';
import type { Scene, View } from './scene.js';
import { write } from './gradients.js';
import { figure } from './captionText.js';

const HIDDEN_ROWS = 4;
const HIDDEN_COLUMNS = 64;
const NOTHING = new Float32Array(HIDDEN_ROWS * HIDDEN_COLUMNS);

/** The bars of one class. */
interface ClassBars {
  readonly score: HTMLElement;
  readonly chance: HTMLElement;
}

export class Outcome implements View {
  readonly root: HTMLElement;
  readonly #wanted: Choice<number>;
  readonly #stamp = new Stamp(HIDDEN_COLUMNS, HIDDEN_ROWS);
  readonly #strip: Plate;
  readonly #legend = new RampLegend();
  readonly #awake = element('p', { className: 'caption' });
  readonly #told = element('p', { className: 'caption' });
  readonly #place = element('div', { className: 'classes' });
  #classes: readonly string[] = [];
  #picker: Picker | null = null;
  #bars: readonly ClassBars[] = [];

  constructor(wanted: Choice<number>) {
    this.#wanted = wanted;
    this.#strip = new Plate('strip', (context, width, height) => {
      clear(context, currentPalette().ground);
      context.imageSmoothingEnabled = false;
      context.drawImage(this.#stamp.canvas, 0, 0, width, height);
    });
    this.root = element(
      'section',
      { className: 'outcome' },
      element('h3', {}, 'From parts to a character'),
      element(
        'p',
        { className: 'how' },
        'How to read this: all numbers of block 3 are weighed together, 256 times over; each cell of the strip is one such sum, ',
        'silent where it would be below zero. From these 256 every character gets a score, and the scores become probabilities.',
      ),
      element(
        'div',
        { className: 'block-head' },
        element('h4', {}, '256 hidden numbers'),
        this.#legend.root,
      ),
      this.#strip.canvas,
      this.#awake,
      element(
        'div',
        { className: 'block-head' },
        element('h4', {}, 'A score for every character'),
        barKey(),
      ),
      this.#place,
      this.#told,
    );
  }

  show(scene: Scene | null): void {
    const hidden = Float32Array.from(scene?.thought.hidden ?? NOTHING);
    const strongest = hidden.reduce((most, value) => Math.max(most, value), 0);
    this.#stamp.fill(
      hidden.map((value) => (strongest > 0 ? value / strongest : 0)),
      rampTable(currentPalette().ramp),
    );
    this.#strip.paint();
    this.#legend.paint();
    this.#legend.show(scene === null ? '–' : `strongest ${figure(strongest)}`);
    const awake = hidden.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
    const said =
      scene === null ? '' : `${awake} of 256 are awake; the others are silent for this drawing.`;
    write(this.#awake, said);
    this.#strip.describe(
      scene === null ? '256 hidden numbers: nothing yet' : `256 hidden numbers: ${said}`,
    );
    this.#showClasses(scene);
  }

  #showClasses(scene: Scene | null): void {
    if (scene !== null && scene.classes !== this.#classes) this.#build(scene.classes);
    this.#picker?.mark(scene === null ? null : scene.question.wanted);
    this.#place.classList.toggle('blank', scene === null);
    if (scene === null) {
      write(this.#told, '');
      return;
    }
    const { logits } = scene.thought;
    const { probabilities } = scene.reading;
    const [lowest, highest] = [Math.min(...logits), Math.max(...logits)];
    this.#bars.forEach(({ score, chance }, k) => {
      score.style.transform = `scaleY(${(logits[k] - lowest) / (highest - lowest || 1)})`;
      chance.style.transform = `scaleY(${probabilities[k]})`;
    });
    const { wanted } = scene.question;
    write(
      this.#told,
      `${scene.classes[wanted]}: score ${figure(logits[wanted])}, probability ${percent(probabilities[wanted])}. ` +
        `Scores go from ${figure(lowest)} to ${figure(highest)}; only the differences between them count.`,
    );
  }

  #build(classes: readonly string[]): void {
    this.#classes = classes;
    this.#picker = new Picker({
      label: 'Characters: point at one to see what would make it more likely',
      names: classes,
      point: (index) => this.#wanted.point(index),
      keep: (index) => this.#wanted.keep(this.#wanted.kept === index ? null : index),
    });
    this.#bars = this.#picker.items.map((item, k): ClassBars => {
      const score = element('span', { className: 'score' });
      const chance = element('span', { className: 'probability' });
      item.append(
        element('span', { className: 'bars', ariaHidden: 'true' }, score, chance),
        element('span', { ariaHidden: 'true' }, classes[k]),
      );
      return { score, chance };
    });
    this.#place.replaceChildren(this.#picker.root);
  }
}

function barKey(): HTMLElement {
  return element(
    'p',
    { className: 'legend' },
    element('span', {}, element('i', { className: 'key score' }), ' score'),
    element('span', {}, element('i', { className: 'key probability' }), ' probability'),
  );
}
