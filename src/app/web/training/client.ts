// Page side of the training worker: starts it on demand, validates its messages, and detects when it dies or hangs.

import { BackendError } from '../../../engine/errors.js';
import { readReport, type Command, type Report } from './protocol.js';

/** Time in milliseconds for the worker to stop before it is terminated; a hung device never stops. */
const STOP_TIMEOUT = 8_000;

export interface ClientEvents {
  readonly onReport: (report: Report) => void;
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
    this.#stopTimer = setTimeout(
      () =>
        this.#terminate(
          new BackendError('training: the device does not answer, so the run was ended'),
        ),
      STOP_TIMEOUT,
    );
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent) => {
      if (worker !== this.#worker) return;
      let report: Report;
      try {
        report = readReport(data);
      } catch (error) {
        this.#terminate(error as Error);
        return;
      }
      if (report.kind === 'ended' || report.kind === 'failed') clearTimeout(this.#stopTimer);
      this.#events.onReport(report);
    });
    worker.addEventListener('error', ({ message }) => {
      this.#terminate(
        new BackendError(`training: the worker died (${message || 'it did not say why'})`),
      );
    });
    return worker;
  }

  #terminate(error: Error): void {
    clearTimeout(this.#stopTimer);
    this.#worker?.terminate();
    this.#worker = null;
    this.#events.onCrash(error);
  }
}
