// Tests the pad without a browser: pointers, keys, the eraser, and the construction of strokes.

import { describe, expect, it } from 'vitest';
import { drawingOf, imageOf } from '../../../src/app/web/pad/drawing.js';
import { strokesTouched } from '../../../src/app/web/pad/erase.js';
import { commandOf, shouldExecute, type KeyPress } from '../../../src/app/web/pad/keys.js';
import { ActivePointer, PALM_TIME, PINCH_TIME } from '../../../src/app/web/pad/pointers.js';
import { EMPTY_CONTENTS } from '../../../src/app/web/pad/padContents.js';
import { StrokeBuilder } from '../../../src/data/strokes/strokeBuilder.js';
import { renderGlyph } from '../../../src/data/strokes/glyph.js';
import { smoothStrokes } from '../../../src/data/strokes/smooth.js';

describe('OnePointer', () => {
  const at = (pointerId: number, pointerType: string, timeStamp = 0) => ({
    pointerId,
    pointerType,
    timeStamp,
  });

  it('lets only the first finger draw, until it is lifted', () => {
    const one = new ActivePointer();
    expect(one.down(at(1, 'touch'))).toBe('draw');
    expect(one.down(at(2, 'touch', PINCH_TIME))).toBe('ignore');
    expect([one.up(2), one.active, one.up(1), one.active]).toEqual([false, 1, true, null]);
    expect(one.down(at(3, 'touch'))).toBe('draw');
  });

  it('two fingers at the same time draw nothing', () => {
    const one = new ActivePointer();
    expect(one.down(at(1, 'touch', 50))).toBe('draw');
    expect(one.down(at(2, 'touch', 50 + PINCH_TIME - 1))).toBe('cancel');
    expect([one.active, one.up(1), one.up(2)]).toEqual([null, false, false]);
    expect(one.down(at(3, 'touch', 500))).toBe('draw');
  });

  it('prefers the pen to an earlier palm, and ignores a later palm', () => {
    const one = new ActivePointer();
    one.down(at(1, 'touch'));
    expect(one.down(at(2, 'pen', 10))).toBe('replace');
    expect([one.up(1), one.up(2)]).toEqual([false, true]);
    expect(one.down(at(3, 'touch', 10 + PALM_TIME - 1))).toBe('ignore');
    expect(one.down(at(4, 'touch', 10 + PALM_TIME))).toBe('draw');
  });

  it('ignores touch while a pen hovers', () => {
    const one = new ActivePointer();
    one.moved(at(1, 'pen', 5000));
    expect(one.down(at(2, 'touch', 5100))).toBe('ignore');
    expect(one.down(at(3, 'mouse', 5100))).toBe('draw');
  });
});

describe('keys', () => {
  const key = (name: string, ...held: (keyof KeyPress)[]): KeyPress => ({
    key: name,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    ...Object.fromEntries(held.map((one) => [one, true])),
  });

  it.each([
    [key('z', 'ctrlKey'), 'undo'],
    [key('z', 'metaKey'), 'undo'],
    [key('Z', 'ctrlKey', 'shiftKey'), 'redo'],
    [key('Z', 'metaKey', 'shiftKey'), 'redo'],
    [key('y', 'ctrlKey'), 'redo'],
    [key('e'), 'erase'],
    [key('Delete'), 'clear'],
    [key('Escape'), 'clear'],
    [key('z'), null],
    [key('e', 'ctrlKey'), null],
    [key('z', 'ctrlKey', 'altKey'), null],
    [key('Delete', 'shiftKey'), null],
  ])('%o: %s', (pressed, command) => {
    expect(commandOf(pressed)).toBe(command);
  });

  it('handles letter keys, and clearing, only on the pad', () => {
    const targets = ['here', 'nowhere', 'elsewhere', 'taken'] as const;
    const targetsOf = (command: 'undo' | 'erase' | 'clear') =>
      targets.filter((target) => shouldExecute(command, target));
    expect(targetsOf('erase')).toEqual(['here']);
    expect(targetsOf('clear')).toEqual(['here', 'nowhere']);
    expect(targetsOf('undo')).toEqual(['here', 'nowhere', 'elsewhere']);
  });
});

describe('the eraser', () => {
  const line = [0.2, 0.2, 0.8, 0.2];
  const dot = [0.5, 0.5];

  it('touches strokes that it crosses, even between two positions, and strokes nearby', () => {
    expect(strokesTouched([line, dot], [0.5, 0.0, 0.5, 0.4], 0.05)).toEqual([line]);
    expect(strokesTouched([line, dot], [0.3, 0.24, 0.3, 0.24], 0.05)).toEqual([line]);
    expect(strokesTouched([line, dot], [0.3, 0.26, 0.4, 0.26], 0.05)).toEqual([]);
    expect(strokesTouched([line, dot], [0.46, 0.5, 0.46, 0.5], 0.05)).toEqual([dot]);
    expect(strokesTouched([line, dot], [0.5, 0.1, 0.5, 0.9], 0.01)).toEqual([line, dot]);
  });
});

describe('StrokeBuilder', () => {
  it('passes through its first and last point and near all others, with one pressure per point', () => {
    const builder = new StrokeBuilder();
    const way = Array.from({ length: 40 }, (_, i) => [
      0.5 + 0.3 * Math.cos(i / 6),
      0.5 + 0.3 * Math.sin(i / 6),
    ]);
    for (const [x, y] of way) {
      builder.add(x, y, 0.5);
      expect(builder.points.slice(-2)).toEqual([x, y]);
      expect(builder.pressures.length).toBe(builder.points.length / 2);
    }
    expect(builder.points.slice(0, 2)).toEqual(way[0]);
    for (let i = 0; i < builder.points.length; i += 2) {
      const radius = Math.hypot(builder.points[i] - 0.5, builder.points[i + 1] - 0.5);
      // Chords of this circle have a distance of at least 0.299 from the center.
      expect(Math.abs(radius - 0.3)).toBeLessThan(0.002);
    }
  });

  it('ignores jitter, but ends at the pointer', () => {
    const builder = new StrokeBuilder();
    builder.add(0.1, 0.1, 1);
    for (let i = 0; i < 1000; i++) builder.add(i % 2 === 0 ? 0.1 : 0.103, 0.1, 1);
    expect(builder.points).toEqual([0.1, 0.1, 0.103, 0.1]);
  });

  it('draws a tap as a dot', () => {
    const builder = new StrokeBuilder();
    builder.add(0.4, 0.4, 1);
    builder.add(0.4, 0.4, 1);
    expect(builder.points).toEqual([0.4, 0.4]);
  });
});

describe('the input of the network', () => {
  const letter = [
    [0.3, 0.8, 0.5, 0.2, 0.7, 0.8],
    [0.4, 0.6, 0.6, 0.6],
  ];

  it("equals the command line's", () => {
    expect(drawingOf({ strokes: letter, image: null })).toEqual({
      strokes: letter,
      image: renderGlyph(smoothStrokes(letter)),
      empty: false,
      source: 'strokes',
    });
  });

  it('is blank for an empty pad', () => {
    const { empty, image } = drawingOf(EMPTY_CONTENTS);
    expect([empty, Math.max(...image)]).toEqual([true, 0]);
  });

  it('is nearly a dot for a tap with jitter, not a line across the image', () => {
    const dot = imageOf([[0.5, 0.5]]);
    const jittered = imageOf([[0.5, 0.5, 0.502, 0.501]]);
    expect(Math.max(...dot)).toBe(255);
    const difference = jittered.reduce((sum, value, i) => sum + Math.abs(value - dot[i]), 0) / 784;
    expect(difference).toBeLessThan(8);
  });

  it('changes little when the pen moves little, from a dot to a letter', () => {
    let before = imageOf([[0.2, 0.5]]);
    for (let length = 0.002; length < 0.4; length += 0.002) {
      const image = imageOf([[0.2, 0.5, 0.2 + length, 0.5]]);
      const change = image.reduce((sum, value, i) => sum + Math.abs(value - before[i]), 0) / 784;
      expect(change).toBeLessThan(12);
      before = image;
    }
  });
});
