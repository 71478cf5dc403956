// The hint on an empty pad: a faint letter that draws itself once, and a short text. Hidden while there is a drawing.

import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { strokesOf } from './samples/sampleCharacters.js';
import { makeThumbnail, showStrokes } from './samples/thumbnail.js';
import { animateStrokes } from './samples/animation.js';
import './invitation.css';

const LETTER = '57,12 34,1 8,17 1,50 20,74 44,62 58,13! 60,60 78,77';

/** Mounts the hint in `host`, over the pad. */
export function mountInvitation(host: HTMLElement, app: App): void {
  const strokes = strokesOf(LETTER);
  const thumbnail = makeThumbnail([], -0.22);
  host.append(thumbnail, element('p', {}, 'Draw a letter or a digit'));
  const stop = animateStrokes(strokes, (soFar) => showStrokes(thumbnail, soFar));
  app.drawing.subscribe(({ empty }) => {
    host.classList.toggle('hidden', !empty);
    if (empty) return;
    stop();
    showStrokes(thumbnail, strokes);
  });
}
