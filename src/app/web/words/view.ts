// The views of a line: boxes over the pad, and a list of the characters with alternatives and buttons to split and join.

import { element } from '../ui/dom.js';
import type { LineCharacter } from '../../words/line.js';
import { type Group, splitEdit } from '../../words/segment.js';
import { percent as probabilityText } from '../prediction/verdict.js';

/** One character with its group. */
export interface LineEntry {
  readonly group: Group;
  readonly character: LineCharacter;
}

export interface ViewListener {
  split(index: number): void;
  /** Fixes a character. */
  choose(index: number, text: string): void;
  /** Joins a character with the next one. */
  join(index: number): void;
}

/** Padding between strokes and box, in units of the pad: half of the pen and a little more. */
const BOX_PADDING = 0.045;

/** Draws a box around each group; `aspect` is the pad's width / height. */
export function drawBoxes(layer: HTMLElement, entries: readonly LineEntry[], aspect: number): void {
  layer.replaceChildren(
    ...entries.map(({ group, character }) => {
      const { left, top, right, bottom } = group.box;
      const box = element('div', { className: 'box' }, element('span', {}, character.text));
      const percent = (value: number): string => `${(100 * value).toFixed(2)}%`;
      box.style.left = percent((left - BOX_PADDING) / aspect);
      box.style.width = percent((right - left + 2 * BOX_PADDING) / aspect);
      box.style.top = percent(top - BOX_PADDING);
      box.style.height = percent(bottom - top + 2 * BOX_PADDING);
      return box;
    }),
  );
}

/** Lists the characters. The focus stays on the same button if it still exists. */
export function drawCharacters(
  list: HTMLElement,
  entries: readonly LineEntry[],
  listener: ViewListener,
): void {
  const focused = (document.activeElement as HTMLElement | null)?.dataset.edit;
  list.replaceChildren(
    ...entries.map((entry, index) => {
      const { character, group } = entry;
      const alternatives = character.alternatives.map(({ text, probability }) => {
        const name = `${text}, ${probabilityText(probability)}, for character ${index + 1}`;
        const button = editButton(text, name, `choose ${index} ${text}`, () =>
          listener.choose(index, text),
        );
        button.ariaPressed = String(text === character.text);
        button.replaceChildren(element('b', {}, text), ` ${probabilityText(probability)}`);
        return element('li', {}, button);
      });
      const item = element('li', { className: 'character' });
      if (group.spaceBefore) item.classList.add('after-space');
      item.append(
        element('p', { className: 'predicted' }, character.text),
        element('ol', { ariaLabel: `Alternatives of character ${index + 1}` }, ...alternatives),
      );
      if (character.note !== null) item.append(element('p', { className: 'note' }, character.note));
      const buttons = element('div', { className: 'edits' });
      if (splitEdit(group) !== null) {
        const name = `Split ${character.text}, character ${index + 1}`;
        buttons.append(editButton('Split', name, `split ${index}`, () => listener.split(index)));
      }
      if (index < entries.length - 1) {
        const name = `Join ${character.text} with ${entries[index + 1].character.text}, characters ${index + 1} and ${index + 2}`;
        buttons.append(editButton('Join →', name, `join ${index}`, () => listener.join(index)));
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
  onPress: () => void,
): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', className: 'plain', ariaLabel: name, title: name },
    text,
  );
  button.dataset.edit = edit;
  button.addEventListener('click', onPress);
  return button;
}
