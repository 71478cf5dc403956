// The explanation of a prediction: what turns the drawing into another character, and which pixels support the prediction.

import type { App } from '../app.js';
import { formatNumber, formatRatio } from '../figures/captionText.js';
import { MarkLegend } from '../figures/legend.js';
import { largestOf } from '../figures/paint.js';
import { element, setText } from '../ui/dom.js';
import { gainsOf, influenceOn, type DabEffects } from './dabEffects.js';
import { FlipView } from './flipView.js';
import { articleOf } from './flipText.js';
import { PlacesFigure } from './placesFigure.js';
import type { Subject } from '../figures/subject.js';
import { TargetChoice } from './targetChoice.js';

/** A drawing, its prediction, and the figures' numbers. */
export interface Snapshot extends Subject {
  /** The character that the drawing is turned into. */
  readonly target: number;
  readonly effects: DabEffects;
}

const EXAMPLE_NOTE = 'Example. Draw a character to explain your own.';
const FLIP_INTRODUCTION =
  'Choose another character. The page searches for a small change that makes the network predict it: ' +
  'orange is added ink, blue is erased ink. ' +
  'The result may still look the same to you: the network judges differently than people.';
const INFLUENCE_INTRODUCTION =
  'Bigger marks matter more. Orange: more ink here would help. Blue: more ink would hurt.';

export class Explanation {
  readonly root: HTMLElement;
  readonly flip: FlipView;
  readonly #flipHeading = element('h3');
  readonly #influenceHeading = element('h3');
  readonly #exampleNote = element('p', { className: 'example-note' }, EXAMPLE_NOTE);
  readonly #choice: TargetChoice;
  readonly #legends = [
    new MarkLegend('add ink here', 'erase here'),
    new MarkLegend('more ink would help', 'more ink would hurt'),
  ] as const;
  readonly #gains: PlacesFigure;
  readonly #influence: PlacesFigure;

  /** @param onChoose called with the class index of a chosen character */
  constructor(app: App, onChoose: (index: number) => void) {
    this.flip = new FlipView(app);
    this.#choice = new TargetChoice(onChoose);
    this.#gains = new PlacesFigure('gains', 'Where one dab helps most', this.#legends[0].root);
    this.#influence = new PlacesFigure('influence', 'Influence of the ink', this.#legends[1].root);
    this.root = element(
      'div',
      { className: 'explanation', hidden: true },
      this.#exampleNote,
      element(
        'section',
        {},
        this.#flipHeading,
        element('p', { className: 'how' }, FLIP_INTRODUCTION),
        this.#choice.root,
        element('div', { className: 'pair' }, this.flip.root, this.#gains.root),
      ),
      element(
        'section',
        {},
        this.#influenceHeading,
        element('p', { className: 'how' }, INFLUENCE_INTRODUCTION),
        this.#influence.root,
      ),
    );
  }

  show(snapshot: Snapshot | null): void {
    this.root.hidden = snapshot === null;
    if (snapshot === null) return;
    for (const legend of this.#legends) legend.paint();
    const { prediction, target, effects, isExample, predictor } = snapshot;
    const [top] = prediction.ranked;
    const targetLabel = predictor.classes[target];
    this.#exampleNote.hidden = !isExample;
    setText(this.#flipHeading, `Make it ${articleOf(targetLabel)} “${targetLabel}”`);
    setText(this.#influenceHeading, `Why it says “${top.label}”`);
    this.#choice.show(prediction.ranked, target);
    this.flip.show(snapshot, target);
    const gains = gainsOf(effects, target, top.index);
    this.#gains.show(gainCaption(snapshot, gains), prediction.image, gains);
    const influence = influenceOn(effects, top.index);
    this.#influence.show(influenceCaption(top.label, influence), prediction.image, influence);
  }
}

/** "g is 57 times as likely as 9 (lead 3.18). One well-placed dab closes about 2.89 of it." */
function gainCaption(
  { prediction, predictor, target }: Snapshot,
  gains: ArrayLike<number>,
): string {
  const { logits, probabilities, ranked } = prediction;
  const [top] = ranked;
  const ratio = formatRatio(Math.log(top.probability / probabilities[target]));
  const lead = formatNumber(logits[top.index] - logits[target]);
  const gain = formatNumber(largestOf(gains));
  return (
    `${top.label} is ${ratio} as likely as ${predictor.classes[target]} (lead ${lead}). ` +
    `One well-placed dab closes ${gain} of it.`
  );
}

function influenceCaption(top: string, influence: ArrayLike<number>): string {
  const largest = formatNumber(largestOf(influence));
  return `At the largest mark, a dab of ink instead of none moves the score of ${top} by ${largest}.`;
}
