// Scheduling of work for a visible element: at most once per frame, never twice at the same time.
// Requests that arrive while it is hidden, paused or busy are merged into one run afterwards.

export interface VisibleTask {
  /** Requests a run. */
  readonly request: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Starts paused; call `resume`. */
export function runWhenVisible(element: Element, work: () => Promise<void>): VisibleTask {
  let requested = false;
  let busy = false;
  let paused = true;
  let visible = true; // until the observer reports: the first run happens even if hidden, so that the views have accessible names
  let frame = 0;

  const run = async (): Promise<void> => {
    frame = 0;
    requested = false;
    busy = true;
    await work();
    busy = false;
    schedule();
  };
  const schedule = (): void => {
    if (requested && !busy && !paused && visible && frame === 0)
      frame = requestAnimationFrame(() => void run());
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
