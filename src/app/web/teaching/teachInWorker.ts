// Has a lesson given in a worker of its own, which ends with it. Knows no elements and keeps nothing. Imports the protocol.

import { InkgradError } from '../../../engine/errors.js';
import type { Lesson } from '../../correction/lesson.js';
import type { PersonaliseProgress } from '../../correction/personalise.js';
import type { LessonMessage, LessonTask } from './protocol.js';

/**
 * Gives a lesson.
 *
 * @param signal ends it; then the promise rejects with the signal's reason
 * @throws InkgradError if the worker fails, or the browser starts none
 */
export function teachInWorker(
  task: LessonTask,
  onProgress: (progress: PersonaliseProgress) => void,
  signal: AbortSignal,
): Promise<Lesson> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Lesson>((resolve, reject) => {
    const fail = (reason: string): void => reject(new InkgradError(`teaching failed: ${reason}`));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    worker.onmessage = ({ data }: MessageEvent<LessonMessage>) => {
      if (data.kind === 'progress') onProgress(data.progress);
      else if (data.kind === 'taught') resolve(data.lesson);
      else fail(data.reason);
    };
    worker.onerror = ({ message }) => {
      fail(`the worker does not run (${message || 'no reason given'}); reload the page to try again`);
    };
    worker.onmessageerror = () => fail('the worker’s answer cannot be read');
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}
