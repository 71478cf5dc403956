// The page's end of the line to the training worker: starts it when it is needed, checks what it says, notices when it is dead,
// and ends it if it no longer answers. Imports the protocol.

import { BackendError } from '../../../engine/errors.js';
import { readReport, type Command, type Report } from './protocol.js';

/** So long the worker has for stopping by itself, in milliseconds; a device that hangs never does. */
const PATIENCE = 8_000;

export interface ClientEvents {
  readonly onReport: (report: Report) => void;
  /** The worker is gone, and why; what it held is lost. */
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
      () => this.#bury(new BackendError('training: the device does not answer, so the run was ended')),
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
      this.#bury(new BackendError(`training: the worker died (${message || 'it did not say why'})`));
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
