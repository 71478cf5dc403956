// The explanation of a prediction: which pixels support the top class, and which changes would favor another class.
// It shows the gradient of the top class's logit, and of another class's lead over it, with buttons for the likeliest classes.

import { element, setText } from '../ui/dom.js';
import { percent } from '../prediction/verdict.js';
import { editGains } from './dab.js';
import { MarkLegend } from '../figures/legend.js';
import { largestOf } from '../figures/paint.js';
import type { Choice } from '../figures/picker.js';
import type { GradientTargets, InkGradients } from './inkGradients.js';
import type { Prediction } from '../prediction/types.js';
import { GradientFigure } from './gradientFigure.js';
import { formatNumber, formatSigned, formatRatio } from '../figures/captionText.js';

const TOP_CLASSES = 5;

/** One drawing, its prediction, and the gradients of two scores. */
export interface Snapshot {
  readonly prediction: Prediction;
  readonly classes: readonly string[];
  readonly targets: GradientTargets;
  readonly gradients: InkGradients;
}

export class Explanation {
  readonly root: HTMLElement;
  readonly #saliency: GradientFigure;
  readonly #counterfactual: GradientFigure;
  readonly #legends: readonly MarkLegend[];
  readonly #buttons: readonly HTMLButtonElement[];
  #ranked: readonly number[] = [];

  constructor(target: Choice<number>) {
    this.#legends = [
      new MarkLegend('ink here helps', 'ink here hurts'),
      new MarkLegend('add ink here', 'rub ink out here'),
    ];
    this.#buttons = Array.from({ length: TOP_CLASSES }, (_, rank) => this.#button(rank, target));
    const buttonGroup = element(
      'div',
      { className: 'candidates', role: 'group' },
      element('span', {}, 'Turn it into'),
      ...this.#buttons,
    );
    buttonGroup.ariaLabel = 'What would make another character more likely';
    this.#saliency = new GradientFigure('saliency', this.#legends[0].root);
    this.#counterfactual = new GradientFigure('counterfactual', this.#legends[1].root);
    this.root = element(
      'section',
      { className: 'explanation' },
      element('h3', {}, 'Which pixels decide'),
      element(
        'p',
        { className: 'how' },
        'How to read this: each mark stands on a pixel, and the wider it is the more that pixel matters. Left, what the network goes ',
        'by now. Right, what a dab of the pen would do: point at a character to see what would turn your drawing into it.',
      ),
      element(
        'div',
        { className: 'pair' },
        this.#saliency.root,
        element('div', {}, this.#counterfactual.root, buttonGroup),
      ),
    );
  }

  #button(rank: number, target: Choice<number>): HTMLButtonElement {
    const button = element('button', { type: 'button', disabled: true });
    const preview = (): void => target.preview(this.#ranked[rank] ?? null);
    button.addEventListener('pointerenter', (event) => {
      if (event.pointerType !== 'touch') preview();
    });
    button.addEventListener('pointerleave', () => target.preview(null));
    button.addEventListener('focus', () => {
      if (button.matches(':focus-visible')) preview();
    });
    button.addEventListener('blur', () => target.preview(null));
    button.addEventListener('click', () => {
      const index = this.#ranked[rank] ?? null;
      target.select(target.selected === index ? null : index);
    });
    return button;
  }

  show(snapshot: Snapshot | null): void {
    for (const legend of this.#legends) legend.paint();
    this.#ranked =
      snapshot?.prediction.ranked.slice(0, TOP_CLASSES).map(({ index }) => index) ?? [];
    this.#buttons.forEach((button, rank) => {
      const ranked = snapshot?.prediction.ranked[rank];
      setText(button, ranked?.label ?? ' ');
      button.ariaLabel =
        ranked === undefined ? 'Nothing yet' : `${ranked.label}, ${percent(ranked.probability)}`;
      button.disabled = ranked === undefined;
      button.ariaPressed = String(
        snapshot !== null && this.#ranked[rank] === snapshot.targets.target,
      );
    });
    if (snapshot === null) {
      this.#saliency.show(
        'What the verdict hangs on',
        'Draw something: it shows at once.',
        null,
        [],
      );
      this.#counterfactual.show('What would change it', '', null, []);
      return;
    }
    const { prediction, gradients, targets, classes } = snapshot;
    const { logits } = prediction;
    const [top, target, reference] = [targets.top, targets.target, targets.reference].map(
      (k) => classes[k],
    );
    const largest = largestOf(gradients.saliency);
    this.#saliency.show(
      `What the “${top}” hangs on`,
      `${top} has a score of ${formatNumber(logits[targets.top])}. The pixel that matters most would change it by ` +
        `${formatNumber(largest / 10)} for every tenth more ink.`,
      prediction.image,
      gradients.saliency,
    );
    const gains = editGains(gradients.targetGradient, prediction.image);
    const { probabilities } = prediction;
    const ratio = formatRatio(
      Math.log(probabilities[targets.reference] / probabilities[targets.target]),
    );
    const lead = logits[targets.reference] - logits[targets.target];
    const bestGain = largestOf(gains);
    this.#counterfactual.show(
      targets.target === targets.top
        ? `What would make it a surer “${top}”`
        : `What would make it more of a “${target}”`,
      lead >= 0
        ? `Now ${reference} leads ${target} by ${formatNumber(lead)}, so it is ${ratio} as likely. The best dab of the pen is worth about ${formatSigned(bestGain)}.`
        : `Now ${target} leads ${reference} by ${formatNumber(-lead)}, so it is ${ratio} as likely. The best dab of the pen is worth about ${formatSigned(bestGain)}.`,
      prediction.image,
      gains,
    );
  }
}
