// Work that follows what happens on the page without getting in its way: once a frame at most, one at a time, and only while the
// element can be seen. What was asked for meanwhile is done once, later. Imports nothing.

export interface SeenWork {
  /** Something has changed. */
  readonly ask: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Paused until `resume`. */
export function whenSeen(element: Element, work: () => Promise<void>): SeenWork {
  let stale = false;
  let busy = false;
  let paused = true;
  let seen = true; // until the observer says otherwise: the first work is done unseen, so that nothing stands there unnamed
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
    if (stale && !busy && !paused && seen && frame === 0) frame = requestAnimationFrame(() => void run());
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
