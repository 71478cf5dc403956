// Graceful shutdown on Ctrl-C, SIGTERM, or SIGHUP, which a closed terminal sends. A second signal
// ends the process immediately, which is the default behavior.

import { InterruptedError, STOP_SIGNALS } from '../errors.js';

/**
 * Runs work that a signal can abort.
 *
 * @param message text for the user after an interruption: what was saved and how to continue
 * @throws InterruptedError after a signal; it is also the reason of the AbortSignal that `work`
 * receives
 */
export async function interruptible<T>(
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const handlers = STOP_SIGNALS.map((name) => ({
    name,
    handler: (): void => controller.abort(new InterruptedError(name, message)),
  }));
  for (const { name, handler } of handlers) process.once(name, handler);
  try {
    return await work(controller.signal);
  } finally {
    for (const { name, handler } of handlers) process.off(name, handler);
  }
}
