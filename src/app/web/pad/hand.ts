// Pointer events of a canvas, reduced to gestures of one pointer: all coalesced points, without second fingers and palms.

import { OnePointer } from './pointers.js';

/** A screen position and the pen's pressure, 0..1. */
export interface HandPoint {
  readonly clientX: number;
  readonly clientY: number;
  readonly pressure: number;
}

/** Callbacks of a gesture: `begin`, then any number of `move`, then `end` or `cancel`. */
export interface HandListener {
  /**
   * @param pen whether it is a pen, so that the pressure is meaningful
   * @param rubber whether it is a pen's eraser end or eraser button
   */
  begin(point: HandPoint, tool: { readonly pen: boolean; readonly rubber: boolean }): void;
  move(points: readonly HandPoint[]): void;
  end(): void;
  /** The gesture was not a drawing: undo what it began. */
  cancel(): void;
}

/** Main mouse button, finger, or tip of a pen. */
const MAIN = 0;
/** A pen's eraser, in `button` and in `buttons` (Pointer Events, section 4.1.1.2). */
const [ERASER, ERASER_BIT] = [5, 32];

export function followHand(canvas: HTMLCanvasElement, listener: HandListener): void {
  const one = new OnePointer();
  canvas.addEventListener('pointerdown', (event) => {
    const rubber = event.button === ERASER || (event.buttons & ERASER_BIT) !== 0;
    if (event.button !== MAIN && !rubber) return;
    const turn = one.down(event);
    if (turn === 'ignore') return;
    if (turn === 'replace') listener.cancel();
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault(); // prevents text selection and image dragging
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
  // The browser released the capture without a pointerup: keep the drawing.
  canvas.addEventListener('lostpointercapture', (event) => {
    if (one.up(event.pointerId)) listener.end();
  });
  // A long press is a slow stroke, so suppress the context menu.
  canvas.addEventListener('contextmenu', (event) => {
    if (one.active !== null) event.preventDefault();
  });
}
