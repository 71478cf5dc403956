// The prediction next to the pad: the character, the top five with probabilities, and the 28 x 28 input.
// On an empty pad all of it is blank.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { paintImage } from '../ui/pixels.js';
import { BarRow } from './barRow.js';
import type { Prediction, Verdict } from './types.js';
import { percent } from './verdict.js';
import './result.css';

const ROWS = 5;

/** Mounts the view in `host` and updates it with the app's state. */
export function mountResult(host: HTMLElement, app: App): void {
  const verdict = element('p', { className: 'verdict' });
  const note = element('p', { className: 'remark' });
  const rows = Array.from({ length: ROWS }, () => new BarRow('li'));
  const topClasses = element('ol', { className: 'top-classes' }, ...rows.map((row) => row.root));
  const inputCanvas = element('canvas', { width: IMAGE_SIDE, height: IMAGE_SIDE, role: 'img' });
  host.append(
    element('div', { className: 'prediction-text' }, verdict, note),
    topClasses,
    element(
      'figure',
      { className: 'network-input' },
      inputCanvas,
      element('figcaption', {}, 'What the network sees: ', element('span', {}, '28 × 28 pixels')),
    ),
  );

  app.drawing.subscribe(({ image, empty }) => {
    paintImage(inputCanvas, image);
    inputCanvas.ariaLabel = empty ? 'Nothing yet' : 'The drawing, shrunk to 28 by 28 pixels';
  });
  app.prediction.subscribe((prediction) => {
    host.classList.toggle('blank', prediction === null);
    host.dataset.kind = prediction?.verdict.kind ?? '';
    host.dataset.letters = String(prediction?.verdict.group.length ?? 0);
    topClasses.ariaHidden = String(prediction === null);
    verdict.replaceChildren(...(prediction === null ? [] : verdictNodes(prediction.verdict)));
    note.textContent = prediction === null ? '' : confidenceNote(prediction.verdict);
    rows.forEach((row, index) => {
      const ranked = prediction?.ranked[index];
      row.show(ranked?.label ?? '', ranked?.probability ?? null);
    });
    app.announce(prediction === null ? '' : announcement(prediction));
  });
}

/** The characters of a verdict in large type, with connecting words in small type. */
function verdictNodes({ kind, group }: Verdict): Node[] {
  const letters = group.flatMap((letter, index) => [
    ...(index === 0 ? [] : [element('span', { className: 'between' }, ' or ')]),
    element('span', { className: 'letter' }, letter),
  ]);
  const isDoubtful = kind === 'unsure' || kind === 'rejected';
  return isDoubtful ? [...letters, element('span', { className: 'between' }, '?')] : letters;
}

function confidenceNote({ kind }: Verdict): string {
  if (kind === 'sure') return '';
  if (kind === 'rejected') return 'Not a letter or digit.';
  return kind === 'alike' ? 'They look alike.' : 'Not sure.';
}

function announcement({ verdict, ranked }: Prediction): string {
  return verdict.kind === 'sure'
    ? `${verdict.text}, ${percent(ranked[0].probability)}`
    : verdict.text;
}
