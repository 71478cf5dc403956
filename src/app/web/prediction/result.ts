// The prediction next to the pad: the character, the top five with probabilities, and the 28 x 28 input.
// On an empty pad all of it is blank.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { paint } from '../ui/pixels.js';
import type { Ranked, Reading, Verdict } from './types.js';
import { percent } from './verdict.js';
import './result.css';

const ROWS = 5;

/** Mounts the view in `host` and updates it with the app's state. */
export function mountResult(host: HTMLElement, app: App): void {
  const verdict = element('p', { className: 'verdict' });
  const remark = element('p', { className: 'remark' });
  const rows = Array.from({ length: ROWS }, makeRow);
  const likeliest = element('ol', { className: 'top-classes' }, ...rows.map((row) => row.item));
  const seen = element('canvas', { width: IMAGE_SIDE, height: IMAGE_SIDE, role: 'img' });
  host.append(
    element('div', { className: 'prediction-text' }, verdict, remark),
    likeliest,
    element(
      'figure',
      { className: 'network-input' },
      seen,
      element('figcaption', {}, 'What the network sees: ', element('span', {}, '28 × 28 pixels')),
    ),
  );

  app.drawing.subscribe(({ image, empty }) => {
    paint(seen, image);
    seen.ariaLabel = empty ? 'Nothing yet' : 'The drawing, shrunk to 28 by 28 pixels';
  });
  app.reading.subscribe((reading) => {
    host.classList.toggle('blank', reading === null);
    host.dataset.kind = reading?.verdict.kind ?? '';
    host.dataset.letters = String(reading?.verdict.group.length ?? 0);
    likeliest.ariaHidden = String(reading === null);
    verdict.replaceChildren(...(reading === null ? [] : lettersOf(reading.verdict)));
    remark.textContent = reading === null ? '' : remarkOn(reading.verdict);
    rows.forEach((row, at) => row.show(reading?.ranked[at] ?? null));
    app.say(reading === null ? '' : spoken(reading));
  });
}

/** The characters of a verdict in large type, with connecting words in small type. */
function lettersOf({ kind, group }: Verdict): Node[] {
  const letters = group.flatMap((letter, at) => [
    ...(at === 0 ? [] : [element('span', { className: 'between' }, ' or ')]),
    element('span', { className: 'letter' }, letter),
  ]);
  return kind === 'unsure' ? [...letters, element('span', { className: 'between' }, '?')] : letters;
}

function remarkOn({ kind }: Verdict): string {
  if (kind === 'sure') return '';
  return kind === 'alike' ? 'They look alike.' : 'Not sure.';
}

function spoken({ verdict, ranked }: Reading): string {
  return verdict.kind === 'sure'
    ? `${verdict.text}, ${percent(ranked[0].probability)}`
    : verdict.text;
}

interface Row {
  readonly item: HTMLElement;
  show(ranked: Ranked | null): void;
}

/** One row of the top five: the character, a bar, the probability. */
function makeRow(): Row {
  const label = element('span', { className: 'label' });
  const fill = element('span', { className: 'fill' });
  const share = element('span', { className: 'share' });
  const item = element('li', {}, label, element('span', { className: 'bar' }, fill), share);
  return {
    item,
    show: (ranked) => {
      label.textContent = ranked?.label ?? '';
      share.textContent = ranked === null ? '' : percent(ranked.probability);
      fill.style.transform = `scaleX(${ranked?.probability ?? 0})`;
    },
  };
}
