// Scheduling of work for a visible element: at most once per frame, never twice at the same time.
// Requests that arrive while it is hidden, paused or busy are merged into one run afterwards.

export interface SeenWork {
  /** Requests a run. */
  readonly ask: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Starts paused; call `resume`. */
export function whenSeen(element: Element, work: () => Promise<void>): SeenWork {
  let stale = false;
  let busy = false;
  let paused = true;
  let seen = true; // until the observer reports: the first run happens even if hidden, so that the views have accessible names
  let frame = 0;

  const run = async (): Promise<void> => {
    frame = 0;
    stale = false;
    busy = true;
    await work();
    busy = false;
    plan();
  };
  const plan = (): void => {
    if (stale && !busy && !paused && seen && frame === 0)
      frame = requestAnimationFrame(() => void run());
  };
  new IntersectionObserver((entries) => {
    seen = entries.at(-1)!.isIntersecting;
    plan();
  }).observe(element);
  return {
    ask: () => {
      stale = true;
      plan();
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      plan();
    },
  };
}
