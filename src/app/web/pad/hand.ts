// Pointer events on a canvas -> one hand that draws: every point that the browser has, also those between two frames; a second
// finger and the palm left out. Knows no strokes. Imports pointers.

import { OnePointer } from './pointers.js';

/** A place on the screen, and how hard the pen is pressed there, 0..1. */
export interface HandPoint {
  readonly clientX: number;
  readonly clientY: number;
  readonly pressure: number;
}

/** What the hand does. `begin` comes first, then `move` any number of times, then `end` or `cancel`. */
export interface HandListener {
  /**
   * @param pen whether its pressure means anything
   * @param rubber whether it is the other end of a pen, or its button for erasing
   */
  begin(point: HandPoint, tool: { readonly pen: boolean; readonly rubber: boolean }): void;
  move(points: readonly HandPoint[]): void;
  end(): void;
  /** The gesture was no drawing; what it began is to be taken back. */
  cancel(): void;
}

/** The main button of a mouse, a finger or a pen's tip. */
const MAIN = 0;
/** The button at a pen's other end, as `button` and in `buttons` (Pointer Events, section 4.1.1.2). */
const [ERASER, ERASER_BIT] = [5, 32];

export function followHand(canvas: HTMLCanvasElement, listener: HandListener): void {
  const one = new OnePointer();
  canvas.addEventListener('pointerdown', (event) => {
    const rubber = event.button === ERASER || (event.buttons & ERASER_BIT) !== 0;
    if (event.button !== MAIN && !rubber) return;
    const turn = one.down(event);
    if (turn === 'ignore') return;
    if (turn === 'draw instead') listener.cancel();
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text is selected, no picture dragged
    canvas.focus({ preventScroll: true });
    listener.begin(event, { pen: event.pointerType === 'pen', rubber });
  });
  canvas.addEventListener('pointermove', (event) => {
    one.seen(event);
    if (event.pointerId !== one.active) return;
    const between = event.getCoalescedEvents();
    listener.move(between.length > 0 ? between : [event]);
  });
  canvas.addEventListener('pointerup', (event) => {
    if (!one.up(event.pointerId)) return;
    listener.move([event]);
    listener.end();
  });
  canvas.addEventListener('pointercancel', (event) => {
    if (one.up(event.pointerId)) listener.cancel();
  });
  // The browser took the pointer away without a word: what was drawn stays.
  canvas.addEventListener('lostpointercapture', (event) => {
    if (one.up(event.pointerId)) listener.end();
  });
  // A long press with a finger is a slow line, no menu.
  canvas.addEventListener('contextmenu', (event) => {
    if (one.active !== null) event.preventDefault();
  });
}
