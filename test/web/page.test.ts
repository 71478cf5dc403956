// Signals, and the loop that keeps the reading true to the drawing: one at a time, and the latest drawing wins. No browser.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Drawing } from '../../src/app/web/app.js';
import { makeVoice, reasonOf } from '../../src/app/web/ui/notices.js';
import type { Reader } from '../../src/app/web/prediction/reader.js';
import type { Reading } from '../../src/app/web/prediction/types.js';
import { keepReading } from '../../src/app/web/prediction/readingLoop.js';
import { percent } from '../../src/app/web/prediction/verdict.js';
import { Signal } from '../../src/app/web/ui/signal.js';
import { ArgumentError } from '../../src/engine/errors.js';

describe('Signal', () => {
  it('tells listeners at once and after each set, until they unsubscribe', () => {
    const signal = new Signal(1);
    const heard: number[] = [];
    const stop = signal.subscribe((value) => heard.push(value));
    signal.set(2);
    signal.set(2);
    stop();
    signal.set(3);
    expect(heard).toEqual([1, 2, 2]);
    expect(signal.value).toBe(3);
  });

  it('does not tell a listener that another one has just unsubscribed', () => {
    const signal = new Signal(0);
    const heard: number[] = [];
    let stop = (): void => undefined;
    signal.subscribe((value) => {
      if (value === 1) stop();
    });
    stop = signal.subscribe((value) => heard.push(value));
    signal.set(1);
    expect(heard).toEqual([0]);
  });

  it('keeps two subscriptions of one function apart', () => {
    const signal = new Signal(0);
    const listener = vi.fn<(value: number) => void>();
    const stop = signal.subscribe(listener);
    signal.subscribe(listener);
    stop();
    signal.set(7);
    expect(listener.mock.calls).toEqual([[0], [0], [7]]);
  });
});

/** A drawing that a test can tell by its first pixel; 0 is the empty pad. */
function drawing(first: number): Drawing {
  return { strokes: [], image: Uint8Array.of(first), empty: first === 0, source: 'strokes' };
}

/** A reader whose readings end when the test says so. */
function slowReader(): {
  reader: Reader;
  asked: number[];
  answer: (error?: Error) => Promise<void>;
} {
  const asked: number[] = [];
  let end: (error?: Error) => void = () => undefined;
  const read = (image: Uint8Array): Promise<Reading> => {
    asked.push(image[0]);
    return new Promise((resolve, reject) => {
      end = (error) => (error === undefined ? resolve({ image } as Reading) : reject(error));
    });
  };
  return {
    reader: { read } as unknown as Reader,
    asked,
    answer: async (error) => {
      end(error);
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

/** What `keepReading` works on, and what it was told to complain about. */
function makeApp(): Parameters<typeof keepReading>[0] & { failures: unknown[] } {
  const failures: unknown[] = [];
  return {
    reader: new Signal<Reader | null>(null),
    drawing: new Signal(drawing(0)),
    reading: new Signal<Reading | null>(null),
    fail: (error) => failures.push(error),
    failures,
  };
}

describe('keepReading', () => {
  it('waits for a reader, and reads what is then on the pad', async () => {
    const app = makeApp();
    keepReading(app);
    app.drawing.set(drawing(1));
    const { reader, asked, answer } = slowReader();
    app.reader.set(reader);
    await answer();
    expect(asked).toEqual([1]);
    expect(app.reading.value?.image[0]).toBe(1);
  });

  it('has one reading under way, and then reads the latest drawing alone', async () => {
    const app = makeApp();
    const { reader, asked, answer } = slowReader();
    app.reader.set(reader);
    keepReading(app);
    for (const first of [1, 2, 3, 4]) app.drawing.set(drawing(first));
    expect(asked).toEqual([1]);
    await answer();
    expect(asked).toEqual([1, 4]);
    await answer();
    expect(asked).toEqual([1, 4]);
    expect(app.reading.value?.image[0]).toBe(4);
  });

  it('says nothing of an empty pad, even if a reading of what was there ends later', async () => {
    const app = makeApp();
    const { reader, asked, answer } = slowReader();
    app.reader.set(reader);
    keepReading(app);
    app.drawing.set(drawing(1));
    await answer();
    app.drawing.set(drawing(2));
    app.drawing.set(drawing(0));
    expect(app.reading.value).toBeNull();
    await answer();
    expect(asked).toEqual([1, 2]);
    expect(app.reading.value).toBeNull();
  });

  it('reads again when another reader comes', async () => {
    const app = makeApp();
    const [first, second] = [slowReader(), slowReader()];
    app.reader.set(first.reader);
    keepReading(app);
    app.drawing.set(drawing(5));
    await first.answer();
    app.reader.set(second.reader);
    expect(second.asked).toEqual([5]);
  });

  it('reports a failure and goes on, but not the failure of a reader that was replaced', async () => {
    const app = makeApp();
    const [first, second] = [slowReader(), slowReader()];
    app.reader.set(first.reader);
    keepReading(app);
    app.drawing.set(drawing(1));
    await first.answer(new Error('broken'));
    expect(app.failures).toEqual([new Error('broken')]);
    app.drawing.set(drawing(2));
    app.reader.set(second.reader);
    await first.answer(new Error('disposed'));
    expect(app.failures).toHaveLength(1);
    await second.answer();
    expect(app.reading.value?.image[0]).toBe(2);
  });

  it('stops', () => {
    const app = makeApp();
    const { reader, asked } = slowReader();
    app.reader.set(reader);
    keepReading(app)();
    app.drawing.set(drawing(1));
    expect(asked).toEqual([]);
  });
});

describe('percent', () => {
  it.each([
    [0, '< 1 %'],
    [0.0049, '< 1 %'],
    [0.005, '1 %'],
    [0.424, '42 %'],
    [0.994, '99 %'],
    [0.9951, '> 99 %'],
    [1, '> 99 %'],
  ])('%f is %s', (probability, text) => {
    expect(percent(probability).replaceAll('\u202f', ' ')).toBe(text);
  });
});

describe('the voice', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits for a pause and then tells the latest alone', () => {
    vi.useFakeTimers();
    const region = { textContent: '' };
    const say = makeVoice(region as HTMLElement);
    say('B');
    vi.advanceTimersByTime(500);
    say('8');
    vi.advanceTimersByTime(500);
    expect(region.textContent).toBe('');
    vi.advanceTimersByTime(300);
    expect(region.textContent).toBe('8');
  });
});

describe('reasonOf', () => {
  it('says of our own errors what they say, and of others that something went wrong', () => {
    expect(reasonOf(new ArgumentError('model own.pth: it is damaged; load another'))).toBe(
      'model own.pth: it is damaged; load another.',
    );
    expect(reasonOf(new TypeError('Failed to fetch'))).toBe(
      'Something went wrong: Failed to fetch.',
    );
    expect(reasonOf('lost')).toBe('Something went wrong: lost.');
  });
});
