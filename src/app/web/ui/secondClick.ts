// Protection against the second click of a double-click, when the first one moves the contents of the page.

/** Time limit of a double-click, in milliseconds, and its largest distance, in CSS pixels. */
const [MAX_TIME, MAX_DISTANCE] = [500, 24];

/** Ignores presses at the position of a click for the duration of a double-click: another element may be there now. */
export function ignoreSecondClick({ clientX, clientY }: MouseEvent): void {
  const end = new AbortController();
  const ignore = (event: MouseEvent): void => {
    if (Math.hypot(event.clientX - clientX, event.clientY - clientY) > MAX_DISTANCE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const name of ['pointerdown', 'mousedown', 'click'] as const) {
    window.addEventListener(name, ignore, { capture: true, signal: end.signal });
  }
  setTimeout(() => end.abort(), MAX_TIME);
}
