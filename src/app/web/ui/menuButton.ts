// A button that opens a menu to select one value, by mouse, touch or keyboard: the ARIA menu button pattern,
// https://www.w3.org/WAI/ARIA/apg/patterns/menu-button.

import { element } from './dom.js';
import './menuButton.css';

export interface MenuItem {
  /** Null for an action that is not one of the values. */
  readonly value: string | null;
  readonly label: string;
  /** Smaller text after the label. */
  readonly detail: string;
  readonly isCurrent: boolean;
}

export interface MenuButtonOptions {
  /** Content of the button. */
  readonly content: readonly (Node | string)[];
  /** Accessible name of the button and the menu: contains the button's text. */
  readonly name: string;
  /** `data-edit` of the button and the items. */
  readonly id: string;
  readonly items: readonly MenuItem[];
  /** Called with the value of the selected item, after the menu has closed. */
  readonly onSelect: (value: string | null) => void;
}

/** Creates a menu button; the menu covers the width of its container, below the button. */
export function menuButton(options: MenuButtonOptions): HTMLElement {
  const { content, name, id } = options;
  const button = element(
    'button',
    { type: 'button', className: 'plain', ariaLabel: name, title: 'Choose an alternative' },
    ...content,
  );
  button.setAttribute('aria-haspopup', 'menu');
  button.ariaExpanded = 'false';
  button.dataset.edit = id;
  const root = element('div', { className: 'menu-button' }, button);
  let closeMenu: (() => void) | null = null;
  const open = (): void => {
    closeMenu = openMenu(root, button, options, () => {
      closeMenu = null;
    });
  };
  button.addEventListener('click', () => (closeMenu === null ? open() : closeMenu()));
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' || closeMenu !== null) return;
    event.preventDefault();
    open();
  });
  return root;
}

/** Opens the menu and focuses its current item. Returns a function that closes it. */
function openMenu(
  root: HTMLElement,
  button: HTMLElement,
  { name, id, items, onSelect }: MenuButtonOptions,
  onClose: () => void,
): () => void {
  const outside = new AbortController();
  const nodes = items.map(makeItem);
  const menu = element('div', { className: 'menu', role: 'menu', ariaLabel: name }, ...nodes);
  const close = (): void => {
    outside.abort();
    // Removing the focused item would move the focus to the start of the page.
    if (menu.contains(document.activeElement)) button.focus({ preventScroll: true });
    menu.remove();
    button.ariaExpanded = 'false';
    onClose();
  };
  nodes.forEach((node, index) => {
    node.dataset.edit = id;
    node.addEventListener('click', () => {
      close();
      onSelect(items[index].value);
    });
  });
  menu.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Tab') {
      close(); // and move on from the button
      return;
    }
    const focused = nodes.indexOf(document.activeElement as HTMLButtonElement);
    const next = event.key === 'Escape' ? null : target(event.key, focused, items);
    if (next === -1) return;
    event.preventDefault();
    event.stopPropagation();
    if (next === null) close();
    else nodes[next].focus();
  });
  const onOutside = ({ target: node }: Event): void => {
    if (!root.contains(node as Node)) close();
  };
  document.addEventListener('pointerdown', onOutside, { capture: true, signal: outside.signal });
  document.addEventListener('focusin', onOutside, { signal: outside.signal });
  button.ariaExpanded = 'true';
  root.append(menu);
  const current = items.findIndex(({ isCurrent }) => isCurrent);
  nodes[Math.max(0, current)].focus();
  return close;
}

function makeItem({ value, label, detail, isCurrent }: MenuItem): HTMLButtonElement {
  const item = element(
    'button',
    { type: 'button', className: 'plain', tabIndex: -1 },
    element('b', {}, label),
    ...(detail === '' ? [] : [' ', element('span', {}, detail)]),
  );
  item.role = value === null ? 'menuitem' : 'menuitemradio';
  if (value !== null) item.ariaChecked = String(isCurrent);
  return item;
}

/** Index of the item that a key moves the focus to, -1 for none. A character moves to the item that starts with it. */
function target(key: string, focused: number, items: readonly MenuItem[]): number {
  const { length } = items;
  if (key === 'ArrowDown') return (focused + 1) % length;
  if (key === 'ArrowUp') return (focused + length - 1) % length;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  return key === ' ' ? -1 : items.findIndex(({ label }) => label.startsWith(key));
}
