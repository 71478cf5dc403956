// Tests the page's side of the training worker: Stop ends a worker that does not answer. Also the
// text of the offer to resume.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Client } from '../../../src/app/web/training/client.js';
import { resumeText } from '../../../src/app/web/training/resumeOffer.js';
import { DEFAULT_SETTINGS } from '../../../src/app/web/training/settings.js';

class FakeWorker extends EventTarget {
  static readonly all: FakeWorker[] = [];
  readonly messages: unknown[] = [];
  terminated = false;

  constructor() {
    super();
    FakeWorker.all.push(this);
  }

  postMessage(message: unknown): void {
    this.messages.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  report(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function started() {
  const events = { onReport: vi.fn(), onEnded: vi.fn(), onCrash: vi.fn() };
  const client = new Client(events);
  client.send({ kind: 'start', settings: DEFAULT_SETTINGS });
  return { client, events, worker: FakeWorker.all.at(-1)! };
}

it('Stop terminates a worker that does not answer within 1.5 seconds', () => {
  const { client, events, worker } = started();
  client.send({ kind: 'stop' });
  vi.advanceTimersByTime(1400);
  expect(worker.terminated).toBe(false);
  vi.advanceTimersByTime(200);
  expect(worker.terminated).toBe(true);
  expect(events.onEnded).toHaveBeenCalledOnce();
  expect(events.onCrash).not.toHaveBeenCalled();
  // The next run has a new worker.
  client.send({ kind: 'start', settings: DEFAULT_SETTINGS });
  expect(FakeWorker.all.at(-1)).not.toBe(worker);
});

it('Stop keeps a worker that answers, with its open files', () => {
  const { client, events, worker } = started();
  client.send({ kind: 'stop' });
  worker.report({ kind: 'ended', how: 'stopped' });
  vi.advanceTimersByTime(5000);
  expect(worker.terminated).toBe(false);
  expect(events.onEnded).not.toHaveBeenCalled();
  expect(events.onReport).toHaveBeenCalledWith({ kind: 'ended', how: 'stopped' });
});

it('a message of the wrong shape ends the worker with an error', () => {
  const { events, worker } = started();
  worker.report({ kind: 'step' });
  expect(worker.terminated).toBe(true);
  expect(events.onCrash).toHaveBeenCalledOnce();
});

it('the offer names the time and the epoch, and the date of another day', () => {
  const startedAt = new Date(2026, 10, 30, 12, 3).getTime();
  const run = { startedAt, epoch: 2, settings: DEFAULT_SETTINGS };
  expect(resumeText(run, new Date(2026, 10, 30, 18))).toBe(
    'Resume the training of 12:03 (epoch 3 of 10)',
  );
  expect(resumeText({ ...run, epoch: 10 }, new Date(2026, 11, 1))).toBe(
    'Resume the training of November 30, 12:03 (epoch 10 of 10)',
  );
});
