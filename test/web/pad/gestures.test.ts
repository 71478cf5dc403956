// Tests gestures on a canvas that is only an event target.

import { describe, expect, it } from 'vitest';
import { listenForGestures } from '../../../src/app/web/pad/gestures.js';

type Point = readonly [x: number, y: number];

/** A pointer event at a point; `coalesced` is null in browsers without `getCoalescedEvents`. */
function pointerEvent(
  name: string,
  [clientX, clientY]: Point,
  coalesced: readonly Point[] | null,
): Event {
  const fields = { pointerId: 1, pointerType: 'mouse', button: 0, buttons: 1, pressure: 0.5 };
  const event = Object.assign(new Event(name), { ...fields, clientX, clientY });
  if (coalesced === null) return event;
  const events = coalesced.map(([x, y]) => ({ ...fields, clientX: x, clientY: y }));
  return Object.assign(event, { getCoalescedEvents: () => events });
}

/** The points of a stroke of pointer events. */
function draw(points: readonly Point[], coalesced: readonly Point[] | null): Point[] {
  const canvas = Object.assign(new EventTarget(), {
    setPointerCapture: () => undefined,
    focus: () => undefined,
  });
  const drawn: Point[] = [];
  listenForGestures(canvas as unknown as HTMLCanvasElement, {
    begin: ({ clientX, clientY }) => drawn.push([clientX, clientY]),
    move: (all) => drawn.push(...all.map(({ clientX, clientY }): Point => [clientX, clientY])),
    end: () => undefined,
    cancel: () => expect.fail('the gesture was canceled'),
  });
  points.forEach((point, index) => {
    canvas.dispatchEvent(
      pointerEvent(index === 0 ? 'pointerdown' : 'pointermove', point, coalesced),
    );
  });
  canvas.dispatchEvent(pointerEvent('pointerup', points.at(-1)!, coalesced));
  return drawn;
}

describe('a gesture', () => {
  const curve: readonly Point[] = [[0, 0], [9, 1], [17, 4], [24, 9]]; // prettier-ignore

  it('contains the coalesced points of each event', () => {
    const between: readonly Point[] = [[3, 3], [4, 4]]; // prettier-ignore
    expect(draw(curve.slice(0, 2), between)).toEqual([curve[0], ...between, curve[1]]);
  });

  it('contains the points of the events themselves if the browser coalesces none', () => {
    expect(draw(curve, [])).toEqual([...curve, curve[3]]);
  });

  // Safari before 18.2, and pages over plain HTTP.
  it('contains the points of the events themselves without getCoalescedEvents', () => {
    expect(draw(curve, null)).toEqual([...curve, curve[3]]);
  });
});
