// The views of a line: boxes over the pad, and a list of the characters with alternatives and buttons to split and join.

import { element } from '../ui/dom.js';
import type { Ranked } from '../prediction/types.js';
import type { LineCharacter } from './line.js';
import { type Group, splitOf } from './segment.js';
import { percent as probabilityText } from '../prediction/verdict.js';

/** One character with its group and alternatives. */
export interface Shown {
  readonly group: Group;
  readonly character: LineCharacter;
  readonly ranked: readonly Ranked[];
}

export interface ViewListener {
  split(at: number): void;
  /** Joins a character with the next one. */
  join(at: number): void;
}

/** Number of alternatives shown. */
const NAMED = 3;
/** Padding between strokes and box, in units of the pad: half of the pen and a little more. */
const ROOM = 0.045;

/** Draws a box around each group; `aspect` is the pad's width / height. */
export function drawBoxes(layer: HTMLElement, shown: readonly Shown[], aspect: number): void {
  layer.replaceChildren(
    ...shown.map(({ group, character }) => {
      const { left, top, right, bottom } = group.box;
      const box = element('div', { className: 'box' }, element('span', {}, character.text));
      const percent = (value: number): string => `${(100 * value).toFixed(2)}%`;
      box.style.left = percent((left - ROOM) / aspect);
      box.style.width = percent((right - left + 2 * ROOM) / aspect);
      box.style.top = percent(top - ROOM);
      box.style.height = percent(bottom - top + 2 * ROOM);
      return box;
    }),
  );
}

/** Lists the characters. The focus stays on the same button if it still exists. */
export function drawCharacters(
  list: HTMLElement,
  shown: readonly Shown[],
  listener: ViewListener,
): void {
  const focused = (document.activeElement as HTMLElement | null)?.dataset.edit;
  list.replaceChildren(
    ...shown.map((one, at) => {
      const { character, ranked, group } = one;
      const candidates = ranked
        .slice(0, NAMED)
        .map(({ label, probability }) =>
          element('li', {}, element('b', {}, label), ` ${probabilityText(probability)}`),
        );
      const item = element('li', { className: 'character' });
      if (group.spaceBefore) item.classList.add('after-space');
      item.append(
        element('p', { className: 'predicted' }, character.text),
        element('ol', {}, ...candidates),
      );
      if (character.note !== null) item.append(element('p', { className: 'note' }, character.note));
      const buttons = element('div', { className: 'edits' });
      if (splitOf(group) !== null) {
        const name = `Split ${character.text}, character ${at + 1}`;
        buttons.append(editButton('Split', name, `split ${at}`, () => listener.split(at)));
      }
      if (at < shown.length - 1) {
        const name = `Join ${character.text} with ${shown[at + 1].character.text}, characters ${at + 1} and ${at + 2}`;
        buttons.append(editButton('Join →', name, `join ${at}`, () => listener.join(at)));
      }
      item.append(buttons);
      return item;
    }),
  );
  if (focused !== undefined) list.querySelector<HTMLElement>(`[data-edit="${focused}"]`)?.focus();
}

function editButton(
  text: string,
  name: string,
  edit: string,
  press: () => void,
): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', className: 'plain', ariaLabel: name, title: name },
    text,
  );
  button.dataset.edit = edit;
  button.addEventListener('click', press);
  return button;
}
