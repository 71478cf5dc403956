// Tests the progress line: its numbers, and that it never wraps.

import { describe, expect, it } from 'vitest';
import {
  clock,
  logLine,
  ProgressSeries,
  terminalLine,
} from '../../src/app/terminal/progressLine.js';

describe('a series', () => {
  it('tells speed and time left from the first call on, wherever that was', () => {
    const series = new ProgressSeries(600, 1000, 5000);
    expect(series.stateAt(5000, 'x')).toEqual({ share: 0.6, secondsLeft: null, text: 'x' });
    series.reach(800);
    const state = series.stateAt(7000, (perSecond) => `${perSecond} a second`);
    expect(state).toEqual({ share: 0.8, secondsLeft: 2, text: '100 a second' });
  });

  it('is over when less is done than before, or of another whole', () => {
    const series = new ProgressSeries(0, 10, 0);
    series.reach(4);
    expect([series.isOver(4, 10), series.isOver(5, 10)]).toEqual([false, false]);
    expect([series.isOver(3, 10), series.isOver(5, 11)]).toEqual([true, true]);
  });

  it('survives work of no size', () => {
    expect(new ProgressSeries(0, 0, 0).stateAt(1000, '')).toMatchObject({
      share: 0,
      secondsLeft: null,
    });
  });
});

describe('a line', () => {
  const state = { share: 0.456, secondsLeft: 32, text: 'epoch 3/20' };

  it('gives the bar what the text leaves', () => {
    expect(terminalLine(state, 100)).toBe(
      `${'█'.repeat(14)}${'░'.repeat(16)}  45 %  0:32 left  epoch 3/20`,
    );
    expect(terminalLine(state, 42)).toBe(
      `${'█'.repeat(5)}${'░'.repeat(7)}  45 %  0:32 left  epoch 3/20`,
    );
  });

  it.each([1, 20, 40, 80, 120])('is never as wide as a terminal of %i columns', (columns) => {
    const long = { ...state, text: 'x'.repeat(200) };
    expect(terminalLine(long, columns).length).toBeLessThan(columns);
    expect(terminalLine(state, columns).length).toBeLessThan(columns);
  });

  it('is plain in a log, and leaves out a time it does not know', () => {
    expect(logLine(state)).toBe('   45 %  0:32 left  epoch 3/20');
    expect(logLine({ ...state, share: 1, secondsLeft: null })).toBe('  100 %  epoch 3/20');
  });

  it('writes times as a clock does', () => {
    expect([0, 7, 60, 760, 11_100, 59.2].map(clock)).toEqual([
      '0:00',
      '0:07',
      '1:00',
      '12:40',
      '3:05:00',
      '1:00',
    ]);
  });
});
