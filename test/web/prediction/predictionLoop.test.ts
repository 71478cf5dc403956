// Tests signals and the prediction loop without a browser: one prediction at a time, of the latest
// drawing.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Drawing } from '../../../src/app/web/app.js';
import { makeAnnouncer, errorText } from '../../../src/app/web/ui/notices.js';
import type { Predictor } from '../../../src/app/web/prediction/predictor.js';
import type { Prediction } from '../../../src/app/web/prediction/types.js';
import { startPredictionLoop } from '../../../src/app/web/prediction/predictionLoop.js';
import { percent } from '../../../src/app/web/prediction/verdict.js';
import { Signal } from '../../../src/app/web/ui/signal.js';
import { ArgumentError } from '../../../src/engine/errors.js';

describe('Signal', () => {
  it('calls listeners at once and after each set, until they unsubscribe', () => {
    const signal = new Signal(1);
    const received: number[] = [];
    const stop = signal.subscribe((value) => received.push(value));
    signal.set(2);
    signal.set(2);
    stop();
    signal.set(3);
    expect(received).toEqual([1, 2, 2]);
    expect(signal.value).toBe(3);
  });

  it('does not call a listener that another one has just unsubscribed', () => {
    const signal = new Signal(0);
    const received: number[] = [];
    let stop = (): void => undefined;
    signal.subscribe((value) => {
      if (value === 1) stop();
    });
    stop = signal.subscribe((value) => received.push(value));
    signal.set(1);
    expect(received).toEqual([0]);
  });

  it('supports two subscriptions of one function', () => {
    const signal = new Signal(0);
    const listener = vi.fn<(value: number) => void>();
    const stop = signal.subscribe(listener);
    signal.subscribe(listener);
    stop();
    signal.set(7);
    expect(listener.mock.calls).toEqual([[0], [0], [7]]);
  });
});

/** A drawing identified by its first pixel; 0 is the empty pad. */
function drawing(first: number): Drawing {
  return { strokes: [], image: Uint8Array.of(first), empty: first === 0, source: 'strokes' };
}

/** A reader whose predictions end when the test resolves them. */
function slowReader(): {
  reader: Predictor;
  requested: number[];
  answer: (error?: Error) => Promise<void>;
} {
  const requested: number[] = [];
  let end: (error?: Error) => void = () => undefined;
  const read = (image: Uint8Array): Promise<Prediction> => {
    requested.push(image[0]);
    return new Promise((resolve, reject) => {
      end = (error) => (error === undefined ? resolve({ image } as Prediction) : reject(error));
    });
  };
  return {
    reader: { predict: read } satisfies Partial<Predictor> as unknown as Predictor,
    requested,
    answer: async (error) => {
      end(error);
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

/** What `keepReading` works on, and the failures reported. */
function makeApp(): Parameters<typeof startPredictionLoop>[0] & { failures: unknown[] } {
  const failures: unknown[] = [];
  return {
    predictor: new Signal<Predictor | null>(null),
    drawing: new Signal(drawing(0)),
    prediction: new Signal<Prediction | null>(null),
    showError: (error) => failures.push(error),
    failures,
  };
}

describe('keepReading', () => {
  it('waits for a reader, and classifies the current drawing', async () => {
    const app = makeApp();
    startPredictionLoop(app);
    app.drawing.set(drawing(1));
    const { reader, requested, answer } = slowReader();
    app.predictor.set(reader);
    await answer();
    expect(requested).toEqual([1]);
    expect(app.prediction.value?.image[0]).toBe(1);
  });

  it('has one prediction at a time, then classifies only the latest drawing', async () => {
    const app = makeApp();
    const { reader, requested, answer } = slowReader();
    app.predictor.set(reader);
    startPredictionLoop(app);
    for (const first of [1, 2, 3, 4]) app.drawing.set(drawing(first));
    expect(requested).toEqual([1]);
    await answer();
    expect(requested).toEqual([1, 4]);
    await answer();
    expect(requested).toEqual([1, 4]);
    expect(app.prediction.value?.image[0]).toBe(4);
  });

  it('shows nothing for an empty pad, even if an earlier prediction ends later', async () => {
    const app = makeApp();
    const { reader, requested, answer } = slowReader();
    app.predictor.set(reader);
    startPredictionLoop(app);
    app.drawing.set(drawing(1));
    await answer();
    app.drawing.set(drawing(2));
    app.drawing.set(drawing(0));
    expect(app.prediction.value).toBeNull();
    await answer();
    expect(requested).toEqual([1, 2]);
    expect(app.prediction.value).toBeNull();
  });

  it('classifies again after the reader is replaced', async () => {
    const app = makeApp();
    const [first, second] = [slowReader(), slowReader()];
    app.predictor.set(first.reader);
    startPredictionLoop(app);
    app.drawing.set(drawing(5));
    await first.answer();
    app.predictor.set(second.reader);
    expect(second.requested).toEqual([5]);
  });

  it('reports a failure and continues, but ignores the failure of a replaced reader', async () => {
    const app = makeApp();
    const [first, second] = [slowReader(), slowReader()];
    app.predictor.set(first.reader);
    startPredictionLoop(app);
    app.drawing.set(drawing(1));
    await first.answer(new Error('broken'));
    expect(app.failures).toEqual([new Error('broken')]);
    app.drawing.set(drawing(2));
    app.predictor.set(second.reader);
    await first.answer(new Error('disposed'));
    expect(app.failures).toHaveLength(1);
    await second.answer();
    expect(app.prediction.value?.image[0]).toBe(2);
  });

  it('stops', () => {
    const app = makeApp();
    const { reader, requested } = slowReader();
    app.predictor.set(reader);
    startPredictionLoop(app)();
    app.drawing.set(drawing(1));
    expect(requested).toEqual([]);
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
  ])('formats %f as %s', (probability, text) => {
    expect(percent(probability).replaceAll('\u202f', ' ')).toBe(text);
  });
});

describe('the announcer', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits for a pause and then announces only the latest text', () => {
    vi.useFakeTimers();
    const region = { textContent: '' };
    const announce = makeAnnouncer(region as HTMLElement);
    announce('B');
    vi.advanceTimersByTime(500);
    announce('8');
    vi.advanceTimersByTime(500);
    expect(region.textContent).toBe('');
    vi.advanceTimersByTime(300);
    expect(region.textContent).toBe('8');
  });
});

describe('reasonOf', () => {
  it("shows the message of inkgrad's errors, and a general one for others", () => {
    expect(errorText(new ArgumentError('model own.pth: it is damaged; load another'))).toBe(
      'model own.pth: it is damaged; load another.',
    );
    expect(errorText(new TypeError('Failed to fetch'))).toBe(
      'Something went wrong: Failed to fetch.',
    );
    expect(errorText('lost')).toBe('Something went wrong: lost.');
  });
});
