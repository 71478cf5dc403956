// The hint on an empty pad: a faint letter and a short text. On a first visit, an example is drawn over the letter, stroke by
// stroke, so that the network can be watched before the visitor draws.

import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import type { Signal } from '../ui/signal.js';
import type { Pad } from './pad.js';
import { animateStrokes } from './samples/animation.js';
import { strokesOf } from './samples/sampleCharacters.js';
import { makeThumbnail } from './samples/thumbnail.js';
import './invitation.css';

const LETTER = '57,12 34,1 8,17 1,50 20,74 44,62 58,13! 60,60 78,77';
/** Duration of the example, in milliseconds: slow enough to follow the prediction. */
const DURATION = 2600;

/**
 * Mounts the hint in `host`, over the pad.
 *
 * @param demonstrating whether the pad shows the example
 */
export function mountInvitation(host: HTMLElement, app: App, demonstrating: Signal<boolean>): void {
  host.append(makeThumbnail(strokesOf(LETTER)), element('p', {}, 'Draw a letter or a digit here'));
  const update = (): void => {
    host.classList.toggle('hidden', !app.drawing.value.empty && !demonstrating.value);
    host.classList.toggle('demonstrating', demonstrating.value);
  };
  app.drawing.subscribe(update);
  demonstrating.subscribe(update);
}

/**
 * Draws the example on the pad; with reduced motion it appears at once. The example is not part of the pad's history: the
 * visitor's first stroke replaces it.
 *
 * @returns ends the demonstration and empties the pad
 */
export function demonstrate(pad: Pad, demonstrating: Signal<boolean>): () => void {
  demonstrating.set(true);
  const stop = animateStrokes(strokesOf(LETTER), (soFar) => pad.preview(soFar), DURATION);
  return () => {
    if (!demonstrating.value) return;
    stop();
    demonstrating.set(false);
    pad.preview([]);
  };
}
