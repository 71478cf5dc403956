// The last layers: the 256 hidden activations as a strip, and the logit and probability of every class.
// The selected class is also the one that the explanation compares with the top class.

import { element, setText } from '../ui/dom.js';
import { percent } from '../prediction/verdict.js';
import { RampLegend } from '../figures/legend.js';
import { fillBackground, PixelCanvas } from '../figures/paint.js';
import { currentPalette, rampTable } from '../figures/palette.js';
import { type Choice, Picker } from '../figures/picker.js';
import { FigureCanvas } from '../figures/figureCanvas.js';
import type { Snapshot, View } from './snapshot.js';
import { formatNumber } from '../figures/captionText.js';

const HIDDEN_ROWS = 4;
const HIDDEN_COLUMNS = 64;
const ZEROS = new Float32Array(HIDDEN_ROWS * HIDDEN_COLUMNS);

/** The bars of one class. */
interface ClassBars {
  readonly score: HTMLElement;
  readonly probability: HTMLElement;
}

export class OutputView implements View {
  readonly root: HTMLElement;
  readonly #target: Choice<number>;
  readonly #pixelCanvas = new PixelCanvas(HIDDEN_COLUMNS, HIDDEN_ROWS);
  readonly #strip: FigureCanvas;
  readonly #legend = new RampLegend();
  readonly #activeCaption = element('p', { className: 'caption' });
  readonly #classCaption = element('p', { className: 'caption' });
  readonly #classesHost = element('div', { className: 'classes' });
  #classes: readonly string[] = [];
  #picker: Picker | null = null;
  #bars: readonly ClassBars[] = [];

  constructor(target: Choice<number>) {
    this.#target = target;
    this.#strip = new FigureCanvas('strip', (context, width, height) => {
      fillBackground(context, currentPalette().background);
      context.imageSmoothingEnabled = false;
      context.drawImage(this.#pixelCanvas.canvas, 0, 0, width, height);
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
      this.#activeCaption,
      element(
        'div',
        { className: 'block-head' },
        element('h4', {}, 'A score for every character'),
        barLegend(),
      ),
      this.#classesHost,
      this.#classCaption,
    );
  }

  show(snapshot: Snapshot | null): void {
    const hidden = Float32Array.from(snapshot?.analysis.hidden ?? ZEROS);
    const maximum = hidden.reduce((max, value) => Math.max(max, value), 0);
    this.#pixelCanvas.fill(
      hidden.map((value) => (maximum > 0 ? value / maximum : 0)),
      rampTable(currentPalette().ramp),
    );
    this.#strip.paint();
    this.#legend.paint();
    this.#legend.show(snapshot === null ? '–' : `strongest ${formatNumber(maximum)}`);
    const activeCount = hidden.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
    const caption =
      snapshot === null
        ? ''
        : `${activeCount} of 256 are awake; the others are silent for this drawing.`;
    setText(this.#activeCaption, caption);
    this.#strip.describe(
      snapshot === null ? '256 hidden numbers: nothing yet' : `256 hidden numbers: ${caption}`,
    );
    this.#showClasses(snapshot);
  }

  #showClasses(snapshot: Snapshot | null): void {
    if (snapshot !== null && snapshot.classes !== this.#classes)
      this.#buildClasses(snapshot.classes);
    this.#picker?.setSelected(this.#target.value);
    this.#classesHost.classList.toggle('blank', snapshot === null);
    if (snapshot === null) {
      setText(this.#classCaption, '');
      return;
    }
    const { logits } = snapshot.analysis;
    const { probabilities } = snapshot.prediction;
    const [lowest, highest] = [Math.min(...logits), Math.max(...logits)];
    this.#bars.forEach(({ score, probability }, k) => {
      score.style.transform = `scaleY(${(logits[k] - lowest) / (highest - lowest || 1)})`;
      probability.style.transform = `scaleY(${probabilities[k]})`;
    });
    const target = this.#target.value ?? snapshot.prediction.ranked[0].index;
    setText(
      this.#classCaption,
      `${snapshot.classes[target]}: score ${formatNumber(logits[target])}, probability ${percent(probabilities[target])}. ` +
        `Scores go from ${formatNumber(lowest)} to ${formatNumber(highest)}; only the differences between them count.`,
    );
  }

  #buildClasses(classes: readonly string[]): void {
    this.#classes = classes;
    this.#picker = new Picker({
      label: 'Characters: point at one to see what would make it more likely',
      names: classes,
      preview: (index) => this.#target.preview(index),
      select: (index) => this.#target.select(this.#target.selected === index ? null : index),
    });
    this.#bars = this.#picker.items.map((item, k): ClassBars => {
      const score = element('span', { className: 'score' });
      const probability = element('span', { className: 'probability' });
      item.append(
        element('span', { className: 'bars', ariaHidden: 'true' }, score, probability),
        element('span', { ariaHidden: 'true' }, classes[k]),
      );
      return { score, probability };
    });
    this.#classesHost.replaceChildren(this.#picker.root);
  }
}

function barLegend(): HTMLElement {
  return element(
    'p',
    { className: 'legend' },
    element('span', {}, element('i', { className: 'key score' }), ' score'),
    element('span', {}, element('i', { className: 'key probability' }), ' probability'),
  );
}
