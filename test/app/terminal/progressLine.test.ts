// Tests the progress line: its numbers, and that it never wraps.

import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  logLine,
  ProgressSeries,
  terminalLine,
} from '../../../src/app/terminal/progressLine.js';

describe('a series', () => {
  it('computes speed and remaining time from the first call on', () => {
    const series = new ProgressSeries(600, 1000, 5000);
    expect(series.stateAt(5000, 'x')).toEqual({ fraction: 0.6, secondsLeft: null, text: 'x' });
    series.update(800);
    const state = series.stateAt(7000, (perSecond) => `${perSecond} a second`);
    expect(state).toEqual({ fraction: 0.8, secondsLeft: 2, text: '100 a second' });
  });

  it('restarts when the count decreases, or when the total changes', () => {
    const series = new ProgressSeries(0, 10, 0);
    series.update(4);
    expect([series.isDifferent(4, 10), series.isDifferent(5, 10)]).toEqual([false, false]);
    expect([series.isDifferent(3, 10), series.isDifferent(5, 11)]).toEqual([true, true]);
  });

  it('accepts a total of 0', () => {
    expect(new ProgressSeries(0, 0, 0).stateAt(1000, '')).toMatchObject({
      fraction: 0,
      secondsLeft: null,
    });
  });
});

describe('a line', () => {
  const state = { fraction: 0.456, secondsLeft: 32, text: 'epoch 3/20' };

  it('gives the bar the width that the text leaves', () => {
    expect(terminalLine(state, 100)).toBe(
      `${'█'.repeat(14)}${'░'.repeat(16)}  45 %  0:32 left  epoch 3/20`,
    );
    expect(terminalLine(state, 42)).toBe(
      `${'█'.repeat(5)}${'░'.repeat(7)}  45 %  0:32 left  epoch 3/20`,
    );
  });

  it.each([1, 20, 40, 80, 120])('is narrower than a terminal of %i columns', (columns) => {
    const long = { ...state, text: 'x'.repeat(200) };
    expect(terminalLine(long, columns).length).toBeLessThan(columns);
    expect(terminalLine(state, columns).length).toBeLessThan(columns);
  });

  it('has no bar in a log, and omits an unknown time', () => {
    expect(logLine(state)).toBe('   45 %  0:32 left  epoch 3/20');
    expect(logLine({ ...state, fraction: 1, secondsLeft: null })).toBe('  100 %  epoch 3/20');
  });

  it('formats times as a clock', () => {
    expect([0, 7, 60, 760, 11_100, 59.2].map(formatDuration)).toEqual([
      '0:00',
      '0:07',
      '1:00',
      '12:40',
      '3:05:00',
      '1:00',
    ]);
  });
});
