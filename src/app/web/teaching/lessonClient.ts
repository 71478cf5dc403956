// Page side of a lesson: the messages between page and worker, and the function that runs a lesson in a worker (worker.ts).

import { InkgradError } from '../../../engine/errors.js';
import type { Lesson, LessonOptions } from '../../correction/lesson.js';
import type { FineTuneProgress } from '../../correction/fineTune.js';

/** Page to worker, once: the original model and all corrections. */
export type LessonTask = Omit<LessonOptions, 'onProgress'>;

/** Worker to page: any number of progress messages, then one of the others. */
export type LessonMessage =
  | { readonly kind: 'progress'; readonly progress: FineTuneProgress }
  | { readonly kind: 'finished'; readonly lesson: Lesson }
  /** `reason` is shown to the visitor. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Runs a lesson; rejects if it fails or `signal` cancels it. */
export type LessonRunner = (
  task: LessonTask,
  onProgress: (progress: FineTuneProgress) => void,
  signal: AbortSignal,
) => Promise<Lesson>;

/**
 * Runs a lesson in a new worker and terminates the worker afterwards.
 *
 * @param signal cancels the lesson; the promise then rejects with the signal's reason
 * @throws InkgradError if the worker fails or does not start
 */
export function runLessonInWorker(
  task: LessonTask,
  onProgress: (progress: FineTuneProgress) => void,
  signal: AbortSignal,
): Promise<Lesson> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Lesson>((resolve, reject) => {
    const rejectWith = (reason: string): void =>
      reject(new InkgradError(`teaching failed: ${reason}`));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    worker.onmessage = ({ data }: MessageEvent<LessonMessage>) => {
      if (data.kind === 'progress') onProgress(data.progress);
      else if (data.kind === 'finished') resolve(data.lesson);
      else rejectWith(data.reason);
    };
    worker.onerror = ({ message }) => {
      rejectWith(
        `the worker does not run (${message || 'no reason given'}); reload the page to try again`,
      );
    };
    worker.onmessageerror = () => rejectWith('the worker’s answer cannot be read');
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}
