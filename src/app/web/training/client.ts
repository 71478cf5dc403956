// Page side of the training worker: starts it on demand, validates its messages, and detects when it dies or hangs.

import { BackendError } from '../../../engine/errors.js';
import { readReport, type Command, type Report } from './protocol.js';

/** Time in milliseconds for the worker to stop before it is terminated; a hung device never stops. */
const PATIENCE = 8_000;

export interface ClientEvents {
  readonly onReport: (report: Report) => void;
  /** The worker died with this error; its state is lost. */
  readonly onDeath: (error: Error) => void;
}

export class Client {
  readonly #events: ClientEvents;
  #worker: Worker | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(events: ClientEvents) {
    this.#events = events;
  }

  send(command: Command): void {
    this.#worker ??= this.#begin();
    this.#worker.postMessage(command);
    if (command.kind !== 'stop') return;
    this.#patience = setTimeout(
      () =>
        this.#bury(new BackendError('training: the device does not answer, so the run was ended')),
      PATIENCE,
    );
  }

  #begin(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent) => {
      if (worker !== this.#worker) return;
      let report: Report;
      try {
        report = readReport(data);
      } catch (error) {
        this.#bury(error as Error);
        return;
      }
      if (report.kind === 'ended' || report.kind === 'failed') clearTimeout(this.#patience);
      this.#events.onReport(report);
    });
    worker.addEventListener('error', ({ message }) => {
      this.#bury(
        new BackendError(`training: the worker died (${message || 'it did not say why'})`),
      );
    });
    return worker;
  }

  #bury(error: Error): void {
    clearTimeout(this.#patience);
    this.#worker?.terminate();
    this.#worker = null;
    this.#events.onDeath(error);
  }
}
