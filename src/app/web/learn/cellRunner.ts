// Runs cells in a worker, one at a time. The worker keeps the names of one chapter.

import type { Figure } from '../../course/figure.js';
import type { CellError } from '../../course/session.js';
import type { Report, Request } from './protocol.js';
import { startSandbox } from './sandbox.js';

/** Receives what a running cell prints and shows. */
export interface CellOutput {
  print(text: string): void;
  show(figure: Figure): void;
}

export type Outcome =
  | { readonly kind: 'done'; readonly duration: number }
  | { readonly kind: 'failed'; readonly error: CellError }
  | { readonly kind: 'stopped' };

/** The definitions of all chapters, for the imports of cells. */
export type Definitions = Extract<Request, { kind: 'start' }>['definitions'];

export class CellRunner {
  readonly #definitions: Definitions;
  #worker: Worker | null = null;
  /** Ends the running cell as stopped; null if none is running. */
  #interrupt: (() => void) | null = null;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** Ends the running cell, even in an endless loop, and forgets the names of all cells. */
  reset(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#interrupt?.();
  }

  /**
   * Runs a cell. Another one must not be running.
   *
   * @param name of the cell, for error messages
   */
  async run(code: string, name: string, output: CellOutput): Promise<Outcome> {
    const state = { isStopped: false };
    const stopped = new Promise<Outcome>((resolve) => {
      this.#interrupt = () => {
        state.isStopped = true;
        resolve({ kind: 'stopped' });
      };
    });
    try {
      if (this.#worker === null) {
        const worker = await startSandbox();
        if (state.isStopped) {
          worker.terminate();
          return await stopped;
        }
        worker.postMessage({ kind: 'start', definitions: this.#definitions } satisfies Request);
        this.#worker = worker;
      }
      return await Promise.race([
        stopped,
        execute(this.#worker, { kind: 'run', code, name }, output),
      ]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', error: { message, line: null } };
    } finally {
      this.#interrupt = null;
    }
  }
}

function execute(worker: Worker, request: Request, output: CellOutput): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Report>) => {
      if (data.kind === 'printed') output.print(data.text);
      else if (data.kind === 'shown') output.show(data.figure);
      else resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
}
