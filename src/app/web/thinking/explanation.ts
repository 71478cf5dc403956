// The explanation of a prediction: which pixels support the top class, and which changes would favor another class.
// It shows the gradient of the top class's logit, and of another class's lead over it, with buttons for the likeliest classes.

import { element } from '../ui/dom.js';
import { percent } from '../prediction/verdict.js';
import { dabs } from './think.js';
import { MarkLegend } from './legend.js';
import { largestOf } from './paint.js';
import type { Choice } from './picker.js';
import type { Scene, View } from './scene.js';
import { GradientFigure, write } from './gradients.js';
import { figure, signed, times } from './captionText.js';

const LIKELIEST = 5;

export class Explanation implements View {
  readonly root: HTMLElement;
  readonly #why: GradientFigure;
  readonly #toward: GradientFigure;
  readonly #legends: readonly MarkLegend[];
  readonly #buttons: readonly HTMLButtonElement[];
  #ranked: readonly number[] = [];

  constructor(wanted: Choice<number>) {
    this.#legends = [
      new MarkLegend('ink here helps', 'ink here hurts'),
      new MarkLegend('add ink here', 'rub ink out here'),
    ];
    this.#buttons = Array.from({ length: LIKELIEST }, (_, at) => this.#button(at, wanted));
    const choose = element(
      'div',
      { className: 'candidates', role: 'group' },
      element('span', {}, 'Turn it into'),
      ...this.#buttons,
    );
    choose.ariaLabel = 'What would make another character more likely';
    this.#why = new GradientFigure('saliency', this.#legends[0].root);
    this.#toward = new GradientFigure('counterfactual', this.#legends[1].root);
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
        this.#why.root,
        element('div', {}, this.#toward.root, choose),
      ),
    );
  }

  #button(at: number, wanted: Choice<number>): HTMLButtonElement {
    const button = element('button', { type: 'button', disabled: true });
    const point = (): void => wanted.point(this.#ranked[at] ?? null);
    button.addEventListener('pointerenter', (event) => {
      if (event.pointerType !== 'touch') point();
    });
    button.addEventListener('pointerleave', () => wanted.point(null));
    button.addEventListener('focus', () => {
      if (button.matches(':focus-visible')) point();
    });
    button.addEventListener('blur', () => wanted.point(null));
    button.addEventListener('click', () => {
      const own = this.#ranked[at] ?? null;
      wanted.keep(wanted.kept === own ? null : own);
    });
    return button;
  }

  show(scene: Scene | null): void {
    for (const legend of this.#legends) legend.paint();
    this.#ranked = scene?.reading.ranked.slice(0, LIKELIEST).map(({ index }) => index) ?? [];
    this.#buttons.forEach((button, at) => {
      const ranked = scene?.reading.ranked[at];
      write(button, ranked?.label ?? ' ');
      button.ariaLabel =
        ranked === undefined ? 'Nothing yet' : `${ranked.label}, ${percent(ranked.probability)}`;
      button.disabled = ranked === undefined;
      button.ariaPressed = String(scene !== null && this.#ranked[at] === scene.question.wanted);
    });
    if (scene === null) {
      this.#why.show('What the verdict hangs on', 'Draw something: it shows at once.', null, []);
      this.#toward.show('What would change it', '', null, []);
      return;
    }
    const { reading, thought, question, classes } = scene;
    const [winner, wanted, against] = [question.winner, question.wanted, question.against].map(
      (k) => classes[k],
    );
    const largest = largestOf(thought.saliency);
    this.#why.show(
      `What the “${winner}” hangs on`,
      `${winner} has a score of ${figure(thought.logits[question.winner])}. The pixel that matters most would change it by ` +
        `${figure(largest / 10)} for every tenth more ink.`,
      reading.image,
      thought.saliency,
    );
    const change = dabs(thought.toward, reading.image);
    const { probabilities } = reading;
    const ratio = times(Math.log(probabilities[question.against] / probabilities[question.wanted]));
    const lead = thought.logits[question.against] - thought.logits[question.wanted];
    const gain = largestOf(change);
    this.#toward.show(
      question.wanted === question.winner
        ? `What would make it a surer “${winner}”`
        : `What would make it more of a “${wanted}”`,
      lead >= 0
        ? `Now ${against} leads ${wanted} by ${figure(lead)}, so it is ${ratio} as likely. The best dab of the pen is worth about ${signed(gain)}.`
        : `Now ${wanted} leads ${against} by ${figure(-lead)}, so it is ${ratio} as likely. The best dab of the pen is worth about ${signed(gain)}.`,
      reading.image,
      change,
    );
  }
}
