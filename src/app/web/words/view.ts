// The views of a line: boxes over the pad, and a list of the characters. Each character opens a menu of its alternatives
// and has buttons to split and join it.

import { element } from '../ui/dom.js';
import { menuButton, type MenuItem } from '../ui/menuButton.js';
import { otherCase } from '../../words/letterCase.js';
import type { LineCharacter } from '../../words/line.js';
import { type Group, splitEdit } from '../../words/segment.js';
import { percent as probabilityText } from '../prediction/verdict.js';

/** One character with its group. */
export interface LineEntry {
  readonly group: Group;
  readonly character: LineCharacter;
  /** Whether the visitor has chosen the character. */
  readonly isChosen: boolean;
}

export interface ViewListener {
  split(index: number): void;
  /** Fixes a character; null restores the predicted one. */
  choose(index: number, text: string | null): void;
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
      const item = element('li', { className: 'character' });
      if (group.spaceBefore) item.classList.add('after-space');
      item.append(
        menuButton({
          content: buttonContent(entry),
          name: `${buttonName(entry)}, character ${index + 1}: alternatives`,
          id: `choose ${index}`,
          items: menuItems(entry),
          onSelect: (value) => listener.choose(index, value),
        }),
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

/** The probability of a character; '' if it is chosen or rejected. */
const shareOf = ({ character: { probability, rejected }, isChosen }: LineEntry): string =>
  rejected || isChosen ? '' : probabilityText(probability);

/** Content of a character's button. */
function buttonContent(entry: LineEntry): (Node | string)[] {
  const { text } = entry.character;
  const share = element('span', { className: 'share' }, shareOf(entry));
  return [element('span', { className: 'current' }, text), ' ', share];
}

/** How a screen reader names a character: begins with the visible text. */
function buttonName(entry: LineEntry): string {
  const { text, rejected } = entry.character;
  return `${text} ${rejected ? 'not a letter or digit' : shareOf(entry)}`.trimEnd();
}

/** The alternatives of a character, the other case of the current one, and the way back. */
function menuItems({ character, isChosen }: LineEntry): MenuItem[] {
  const { text, alternatives } = character;
  const items = alternatives.map((alternative): MenuItem => {
    const share = probabilityText(alternative.probability);
    const isCurrent = alternative.text === text;
    return { value: alternative.text, label: alternative.text, detail: share, isCurrent };
  });
  for (const other of character.rejected ? [] : [text, otherCase(text)]) {
    if (other === null || items.some(({ value }) => value === other)) continue;
    const detail = other === other.toLowerCase() ? 'small' : 'capital';
    items.push({ value: other, label: other, detail, isCurrent: other === text });
  }
  if (isChosen) items.push({ value: null, label: 'Undo choice', detail: '', isCurrent: false });
  return items;
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
