// The button that copies a link to the drawing.

import type { Announcer, ErrorReporter } from '../app.js';
import { addressOf } from './link.js';
import type { Pad } from './pad.js';
import { enable, ICONS, makeTool } from './toolbar.js';

/** Duration of the button's confirmation, in milliseconds. */
const SHOWN = 2000;

/** Adds the link button to the pad's toolbar. */
export function offerLink(pad: Pad, app: Announcer & ErrorReporter): void {
  const copy = async (): Promise<void> => {
    try {
      const address = addressOf(pad.sheet.value.strokes, location.href);
      try {
        await navigator.clipboard.writeText(address);
        said('Copied', 'The link is copied');
      } catch {
        // The clipboard is unavailable without https or permission: use the address bar.
        history.replaceState(null, '', address);
        said('In address', 'The link is in the address bar');
      }
    } catch (error) {
      app.fail(error);
    }
  };
  const button = makeTool({
    label: 'Link',
    does: 'Copies a link to this drawing',
    icon: ICONS.link,
    press: () => void copy(),
  });
  const label = button.lastChild!;
  let timer = 0;
  const said = (short: string, sentence: string): void => {
    label.textContent = short;
    app.say(sentence);
    clearTimeout(timer);
    timer = window.setTimeout(() => (label.textContent = 'Link'), SHOWN);
  };
  pad.toolbar.append(button);
  pad.sheet.subscribe(({ strokes }) => enable(button, strokes.length > 0, pad.canvas));
}
