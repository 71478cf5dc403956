// A pen for the keyboard: the arrow keys move it, Space or Enter puts it down and lifts it, Escape cancels the stroke. No DOM
// except events.

import type { GestureListener, PointerPoint } from './gestures.js';

/** In units of the pad's height. */
export type PenPosition = readonly [x: number, y: number];

export interface KeyboardPenOptions {
  readonly listener: GestureListener;
  /** Whether the stroke is still in progress; undo may have canceled it. */
  readonly isDrawing: () => boolean;
  /** Shows the pen at a position; null hides it. */
  readonly show: (position: PenPosition | null, isDown: boolean) => void;
  readonly announce: (text: string) => void;
}

/** Distance per key press, alone and with Shift, in units of the pad's height. */
const [STEP, SMALL_STEP] = [0.04, 0.01];
/** Pressure of a mouse. */
const PRESSURE = 0.5;

const DIRECTIONS: Readonly<Record<string, PenPosition>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Description for screen readers and tooltips. */
export const KEYBOARD_PEN_HELP =
  'Arrow keys move the pen, with Shift in small steps. Space or Enter puts it down and lifts it. Escape cancels the stroke.';

/** Adds the pen to a canvas. */
export function listenForKeyboardPen(
  canvas: HTMLCanvasElement,
  { listener, isDrawing, show, announce }: KeyboardPenOptions,
): void {
  let position: PenPosition = [0.5, 0.5];
  let isDown = false;
  /** The arrow keys that are held: two of them move diagonally. */
  const held = new Set<string>();

  const point = (): PointerPoint => {
    const { left, top, height } = canvas.getBoundingClientRect();
    const [x, y] = position;
    return { clientX: left + x * height, clientY: top + y * height, pressure: PRESSURE };
  };
  const move = (step: number): void => {
    const { width, height } = canvas.getBoundingClientRect();
    const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, value));
    for (const key of held) {
      const [x, y] = DIRECTIONS[key];
      position = [clamp(position[0] + step * x, width / height), clamp(position[1] + step * y, 1)];
    }
    if (isDown) listener.move([point()]);
  };
  const putDown = (): void => {
    isDown = true;
    listener.begin(point(), { pen: false, eraser: false });
    announce('Pen down');
  };
  const lift = (): void => {
    isDown = false;
    listener.end();
    announce('Pen up');
  };
  /** Whether the pen uses the key. */
  const press = ({ key, shiftKey }: KeyboardEvent): boolean => {
    isDown &&= isDrawing();
    if (key in DIRECTIONS) {
      held.add(key);
      move(shiftKey ? SMALL_STEP : STEP);
    } else if (key === ' ' || key === 'Enter') {
      if (isDown) lift();
      else putDown();
    } else if (key === 'Escape' && isDown) {
      isDown = false;
      listener.cancel();
      announce('The stroke is canceled');
    } else return false;
    return true;
  };

  canvas.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !press(event)) return;
    event.preventDefault(); // no scrolling
    show(position, isDown);
  });
  canvas.addEventListener('keyup', ({ key }) => held.delete(key));
  const stop = (): void => {
    held.clear();
    if (isDown && isDrawing()) lift();
    isDown = false;
    show(null, false);
  };
  canvas.addEventListener('blur', stop);
  canvas.addEventListener('pointerdown', stop, { capture: true });
}
