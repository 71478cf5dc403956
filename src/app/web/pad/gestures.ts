// Pointer events of a canvas, reduced to gestures of one pointer: all coalesced points, without second fingers and palms.

import { ActivePointer } from './pointers.js';

/** A screen position and the pen's pressure, 0..1. */
export interface PointerPoint {
  readonly clientX: number;
  readonly clientY: number;
  readonly pressure: number;
}

/** Callbacks of a gesture: `begin`, then any number of `move`, then `end` or `cancel`. */
export interface GestureListener {
  /**
   * @param pen whether it is a pen, so that the pressure is meaningful
   * @param eraser whether it is a pen's eraser end or eraser button
   */
  begin(point: PointerPoint, tool: { readonly pen: boolean; readonly eraser: boolean }): void;
  move(points: readonly PointerPoint[]): void;
  end(): void;
  /** The gesture was not a drawing: undo what it began. */
  cancel(): void;
}

/** Main mouse button, finger, or tip of a pen. */
const MAIN_BUTTON = 0;
/** A pen's eraser, in `button` and in `buttons` (Pointer Events, section 4.1.1.2). */
const [ERASER_BUTTON, ERASER_BIT] = [5, 32];

export function listenForGestures(canvas: HTMLCanvasElement, listener: GestureListener): void {
  const pointers = new ActivePointer();
  canvas.addEventListener('pointerdown', (event) => {
    const eraser = event.button === ERASER_BUTTON || (event.buttons & ERASER_BIT) !== 0;
    if (event.button !== MAIN_BUTTON && !eraser) return;
    const role = pointers.down(event);
    if (role === 'ignore') return;
    if (role === 'replace' || role === 'cancel') listener.cancel();
    if (role === 'cancel') return;
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault(); // prevents text selection and image dragging
    canvas.focus({ preventScroll: true });
    listener.begin(event, { pen: event.pointerType === 'pen', eraser });
  });
  canvas.addEventListener('pointermove', (event) => {
    pointers.moved(event);
    if (event.pointerId !== pointers.active) return;
    listener.move(coalescedPoints(event));
  });
  canvas.addEventListener('pointerup', (event) => {
    if (!pointers.up(event.pointerId)) return;
    listener.move([event]);
    listener.end();
  });
  canvas.addEventListener('pointercancel', (event) => {
    if (pointers.up(event.pointerId)) listener.cancel();
  });
  // The browser released the capture without a pointerup: keep the drawing.
  canvas.addEventListener('lostpointercapture', (event) => {
    if (pointers.up(event.pointerId)) listener.end();
  });
  // A long press is a slow stroke, so suppress the context menu.
  canvas.addEventListener('contextmenu', (event) => {
    if (pointers.active !== null) event.preventDefault();
  });
}

/** All points of a pointermove. Some browsers coalesce none: Safari before 18.2, and any browser on a page over plain HTTP. */
function coalescedPoints(event: PointerEvent): readonly PointerPoint[] {
  const { getCoalescedEvents } = event as Partial<PointerEvent>;
  const coalesced = getCoalescedEvents?.call(event) ?? [];
  return coalesced.length > 0 ? coalesced : [event];
}
