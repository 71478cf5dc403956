// Work that Ctrl-C or SIGTERM ends in good order. The second signal ends the process at once, as without this. Imports
// the exit codes.

import { InterruptedError } from '../errors.js';

/**
 * Runs work that can be told to stop.
 *
 * @param message what a person should know when it was stopped: what was kept and how to go on
 * @throws InterruptedError when a signal came; it is the reason of the AbortSignal that the work gets
 */
export async function interruptible<T>(
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((name) => ({
    name,
    handler: (): void => stop.abort(new InterruptedError(name, message)),
  }));
  for (const { name, handler } of handlers) process.once(name, handler);
  try {
    return await work(stop.signal);
  } finally {
    for (const { name, handler } of handlers) process.off(name, handler);
  }
}
