// The browser's question before leaving the page, while something would be lost.

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

/** Turns the question on or off. The listener exists only while needed, since it may slow down navigation. */
export function askBeforeLeaving(active: boolean): void {
  if (active) window.addEventListener('beforeunload', ask);
  else window.removeEventListener('beforeunload', ask);
}
