// Tests the pen for the keyboard on a canvas that is only an event target.

import { beforeEach, describe, expect, it } from 'vitest';
import { listenForKeyboardPen } from '../../../src/app/web/pad/keyboardPen.js';

/** A wide pad of 400 x 100 pixels at (10, 20). */
class Canvas extends EventTarget {
  getBoundingClientRect(): object {
    return { left: 10, top: 20, width: 400, height: 100 };
  }
}

let canvas: Canvas;
/** The gestures of the pen: positions in pixels of the pad. */
let log: string[];
let shown: string;

beforeEach(() => {
  canvas = new Canvas();
  log = [];
  let isDrawing = false;
  const record = (entry: string, drawing: boolean): void => {
    log.push(entry);
    isDrawing = drawing;
  };
  const at = ({ clientX, clientY }: { clientX: number; clientY: number }): string =>
    `${Math.round(clientX - 10)},${Math.round(clientY - 20)}`;
  listenForKeyboardPen(canvas as unknown as HTMLCanvasElement, {
    listener: {
      begin: (point) => record(`down ${at(point)}`, true),
      move: (points) => record(points.map(at).join(), true),
      end: () => record('up', false),
      cancel: () => record('cancel', false),
    },
    isDrawing: () => isDrawing,
    show: (position, isDown) => {
      shown =
        position === null ? 'hidden' : `${position.map((v) => v.toFixed(2)).join()} ${isDown}`;
    },
    announce: () => undefined,
  });
});

/** Presses keys; `Shift+Key` with Shift. Returns whether the pen uses the last one. */
function press(...keys: string[]): boolean {
  let used = false;
  for (const name of keys) {
    const key = name.replace('Shift+', '');
    const event = Object.assign(new Event('keydown', { cancelable: true }), { key, shiftKey: key !== name }); // prettier-ignore
    used = !canvas.dispatchEvent(event);
    canvas.dispatchEvent(Object.assign(new Event('keyup'), { key }));
  }
  return used;
}

describe('the pen for the keyboard', () => {
  it('moves without drawing, then draws between two presses of Space', () => {
    press('ArrowLeft', 'ArrowUp', ' ', 'ArrowDown', 'Shift+ArrowRight', ' ', 'ArrowDown');
    expect(log).toEqual(['down 46,46', '46,50', '47,50', 'up']);
    expect(shown).toBe('0.47,0.54 false');
  });

  it('moves diagonally while two arrow keys are held', () => {
    press(' ');
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight'])
      canvas.dispatchEvent(Object.assign(new Event('keydown'), { key, shiftKey: false }));
    expect(log).toEqual(['down 50,50', '50,54', '54,58', '58,62']);
  });

  it('stays on the pad', () => {
    press(...Array<string>(20).fill('ArrowUp'), ...Array<string>(120).fill('ArrowRight'));
    expect(shown).toBe('4.00,0.00 false');
  });

  it('cancels a stroke with Escape, which otherwise has its usual effect', () => {
    expect(press('Escape')).toBe(false);
    press('Enter', 'ArrowUp');
    expect(press('Escape')).toBe(true);
    expect(log).toEqual(['down 50,50', '50,46', 'cancel']);
    expect(press('Escape')).toBe(false);
    expect(press('Tab')).toBe(false);
  });

  it('lifts the pen and disappears when the pad loses the focus, or a pointer draws', () => {
    press(' ');
    canvas.dispatchEvent(new Event('blur'));
    expect([log.at(-1), shown]).toEqual(['up', 'hidden']);
    press(' ');
    canvas.dispatchEvent(new Event('pointerdown'));
    expect([log.at(-1), shown]).toEqual(['up', 'hidden']);
  });
});
