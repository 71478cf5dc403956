// Scheduling of work for a visible element: at most once per frame, or less often, never twice at the same time.
// Requests that arrive while it is hidden, paused or busy are merged into one run afterwards.

export interface VisibleTask {
  /** Requests a run. */
  readonly request: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/**
 * Starts paused; call `resume`.
 *
 * @param interval minimum time between the starts of two runs, in milliseconds. Default 0: every frame.
 */
export function runWhenVisible(
  element: Element,
  work: () => Promise<void>,
  interval = 0,
): VisibleTask {
  let requested = false;
  let busy = false;
  let paused = true;
  let visible = true; // until the observer reports: the first run happens even if hidden, so that the views have accessible names
  let isScheduled = false;
  let lastStart = -Infinity;

  const run = async (): Promise<void> => {
    isScheduled = false;
    lastStart = performance.now();
    requested = false;
    busy = true;
    await work();
    busy = false;
    schedule();
  };
  const schedule = (): void => {
    if (!requested || busy || paused || !visible || isScheduled) return;
    isScheduled = true;
    const inNextFrame = (): unknown => requestAnimationFrame(() => void run());
    const wait = lastStart + interval - performance.now();
    if (wait > 0) setTimeout(inNextFrame, wait);
    else inNextFrame();
  };
  new IntersectionObserver((entries) => {
    visible = entries.at(-1)!.isIntersecting;
    schedule();
  }).observe(element);
  return {
    request: () => {
      requested = true;
      schedule();
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      schedule();
    },
  };
}
