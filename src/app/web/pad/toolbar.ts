// The buttons of the pad, each with an icon, a label and a tooltip that names its key.

import { element } from '../ui/dom.js';
import type { Command } from './keys.js';

const SVG = 'http://www.w3.org/2000/svg';

export interface ToolDescription {
  /** Visible label and accessible name. */
  readonly label: string;
  /** Description for the tooltip. */
  readonly description: string;
  /** Key to display, e.g. `Ctrl+Z`. */
  readonly key?: string;
  /** Key for `aria-keyshortcuts`, e.g. `Control+Z`. */
  readonly shortcut?: string;
  /** Whether it is a toggle button. Default false. */
  readonly isToggle?: boolean;
}

export interface ToolOptions extends ToolDescription {
  /** The icon: an SVG path in a box of 24 x 24. */
  readonly icon: string;
  readonly onPress: () => void;
}

/** Makes a button. */
export function makeTool({
  label,
  description,
  key,
  shortcut,
  icon,
  isToggle,
  onPress,
}: ToolOptions): HTMLButtonElement {
  const button = element('button', { type: 'button', className: 'tool' }, iconOf(icon), label);
  button.title = key === undefined ? description : `${description} (${key})`;
  if (shortcut !== undefined) button.setAttribute('aria-keyshortcuts', shortcut);
  if (isToggle === true) button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', onPress);
  return button;
}

function iconOf(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/** Enables or disables a button. If the button being disabled has the focus, moves the focus to `fallback`. */
export function setEnabled(
  button: HTMLButtonElement,
  enabled: boolean,
  fallback: HTMLElement,
): void {
  if (button.disabled === !enabled) return;
  if (!enabled && document.activeElement === button) fallback.focus({ preventScroll: true });
  button.disabled = !enabled;
}

/** Ctrl, or the Command sign on a Mac. */
const CONTROL_KEY = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl+';

export const ICONS = {
  undo: 'M8 4 3.5 8.5 8 13M3.5 8.5h10a5.75 5.75 0 0 1 0 11.5H8',
  redo: 'm16 4 4.5 4.5L16 13M20.5 8.5h-10a5.75 5.75 0 0 0 0 11.5H16',
  erase:
    'M9 20l-4.8-4.8a1.6 1.6 0 0 1 0-2.3L12.7 4.4a1.6 1.6 0 0 1 2.3 0l4.8 4.8a1.6 1.6 0 0 1 0 2.3L11.3 20ZM8.4 8.7l7.1 7.1M9 20h11.5',
  clear: 'M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5 7.4 20h9.2l.9-13.5M10.2 10.5v5.5M13.8 10.5v5.5',
  image: 'M3.5 5h17v14h-17ZM3.5 16l4.7-5 4.3 4.5 2.8-2.8 5.2 5M15.8 9.2v.1',
  link: 'M10 13.8a4 4 0 0 0 5.9.3l3.2-3.2a4 4 0 0 0-5.7-5.7l-1.5 1.5M14 10.2a4 4 0 0 0-5.9-.3l-3.2 3.2a4 4 0 0 0 5.7 5.7l1.5-1.5',
} as const;

/** The buttons for the pad's built-in commands. */
export function makeCommandTools(
  onPress: (command: Command) => void,
): Record<Command, HTMLButtonElement> {
  const tool = (command: Command, options: ToolDescription): HTMLButtonElement =>
    makeTool({ icon: ICONS[command], onPress: () => onPress(command), ...options });
  return {
    undo: tool('undo', {
      label: 'Undo',
      description: 'Takes the last stroke back',
      key: `${CONTROL_KEY}Z`,
      shortcut: 'Control+Z Meta+Z',
    }),
    redo: tool('redo', {
      label: 'Redo',
      description: 'Brings back what was taken back',
      key: `${CONTROL_KEY}Y`,
      shortcut: 'Control+Y Control+Shift+Z Meta+Shift+Z',
    }),
    erase: tool('erase', {
      label: 'Erase',
      description: 'Removes each stroke that you touch',
      key: 'E',
      shortcut: 'E',
      isToggle: true,
    }),
    clear: tool('clear', {
      label: 'Clear',
      description: 'Wipes the pad',
      key: 'Delete',
      shortcut: 'Delete Escape',
    }),
  };
}
