// Page side of the training worker: starts it on demand, validates its messages, detects when it dies, and ends it if it does not stop.

import { BackendError } from '../../../engine/errors.js';
import { readReport, type Command, type Report } from './protocol.js';

/** Time in milliseconds for the worker to finish its step before it is terminated; a hung device never does. */
const STOP_TIMEOUT = 1_500;

export interface ClientEvents {
  readonly onReport: (report: Report) => void;
  /** The worker did not stop in time and was terminated; its state since the last network is lost. */
  readonly onEnded: () => void;
  /** The worker died with this error; its state is lost. */
  readonly onCrash: (error: Error) => void;
}

export class Client {
  readonly #events: ClientEvents;
  #worker: Worker | null = null;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(events: ClientEvents) {
    this.#events = events;
  }

  send(command: Command): void {
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(command);
    if (command.kind !== 'stop') return;
    this.#stopTimer = setTimeout(() => {
      this.#terminate();
      this.#events.onEnded();
    }, STOP_TIMEOUT);
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent) => {
      if (worker !== this.#worker) return;
      let report: Report;
      try {
        report = readReport(data);
      } catch (error) {
        this.#crash(error as Error);
        return;
      }
      if (report.kind === 'ended' || report.kind === 'failed') clearTimeout(this.#stopTimer);
      this.#events.onReport(report);
    });
    worker.addEventListener('error', ({ message }) => {
      this.#crash(
        new BackendError(`training: the worker died (${message || 'it did not say why'})`),
      );
    });
    return worker;
  }

  #crash(error: Error): void {
    this.#terminate();
    this.#events.onCrash(error);
  }

  #terminate(): void {
    clearTimeout(this.#stopTimer);
    this.#worker?.terminate();
    this.#worker = null;
  }
}
