// The button that copies a link to the drawing.

import type { Announcer, ErrorReporter } from '../app.js';
import { addressOf } from './link.js';
import type { Pad } from './pad.js';
import { setEnabled, ICONS, makeTool } from './toolbar.js';

/** Duration of the button's confirmation, in milliseconds. */
const CONFIRMATION_TIME = 2000;

/** Adds the link button to the pad's toolbar. */
export function mountLinkButton(pad: Pad, app: Announcer & ErrorReporter): void {
  const copy = async (): Promise<void> => {
    try {
      const address = addressOf(pad.contents.value.strokes, location.href);
      try {
        await navigator.clipboard.writeText(address);
        showConfirmation('Copied', 'The link is copied');
      } catch {
        // The clipboard is unavailable without https or permission: use the address bar.
        history.replaceState(null, '', address);
        showConfirmation('In address', 'The link is in the address bar');
      }
    } catch (error) {
      app.showError(error);
    }
  };
  const button = makeTool({
    label: 'Link',
    description: 'Copies a link to this drawing',
    icon: ICONS.link,
    onPress: () => void copy(),
  });
  const label = button.lastChild!;
  let timer = 0;
  const showConfirmation = (short: string, sentence: string): void => {
    label.textContent = short;
    app.announce(sentence);
    clearTimeout(timer);
    timer = window.setTimeout(() => (label.textContent = 'Link'), CONFIRMATION_TIME);
  };
  pad.toolbar.append(button);
  pad.contents.subscribe(({ strokes }) => setEnabled(button, strokes.length > 0, pad.canvas));
}
