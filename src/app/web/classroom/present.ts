// Presentation mode: large type, and nothing but the pad, the prediction, and on request the tabs. `?present` in the address
// starts it, so that a link can; with `#tab=NAME` it shows the tab.

import { element } from '../ui/dom.js';

const PARAMETER = 'present';
const PRESENT = 'present';
/** Class of the body in presentation mode while the tabs are visible. */
const WITH_TABS = 'present-tabs';

/** Sets the mode that the address requests. Called before the first frame. */
export function applyPresentation(): void {
  const address = new URL(location.href);
  document.body.classList.toggle(PRESENT, address.searchParams.has(PARAMETER));
  document.body.classList.toggle(WITH_TABS, new URLSearchParams(address.hash.slice(1)).has('tab'));
}

/** Adds the button that starts the mode to `host`, and the controls of the mode to the page. */
export function mountPresentation(host: HTMLElement): void {
  const start = element('button', { type: 'button', className: 'plain' }, 'Presentation mode');
  const tabs = element('button', { type: 'button' });
  const leave = element('button', { type: 'button' }, 'Leave presentation');
  const controls = element('div', { className: 'present-controls' }, tabs, leave);
  const { classList } = document.body;

  const update = (): void => {
    controls.hidden = !classList.contains(PRESENT);
    tabs.textContent = classList.contains(WITH_TABS) ? 'Hide the network' : 'Show the network';
  };
  const setPresenting = (presenting: boolean): void => {
    const address = new URL(location.href);
    if (presenting) address.searchParams.set(PARAMETER, '');
    else address.searchParams.delete(PARAMETER);
    // `?present=` is the same as `?present`, which is shorter.
    history.replaceState(history.state, '', address.href.replace(/(\?present)=(?=#|$)/, '$1'));
    classList.toggle(PRESENT, presenting);
    classList.remove(WITH_TABS);
    update();
    window.scrollTo(0, 0);
    (presenting ? leave : start).focus({ preventScroll: true });
  };
  start.addEventListener('click', () => setPresenting(true));
  leave.addEventListener('click', () => setPresenting(false));
  tabs.addEventListener('click', () => {
    classList.toggle(WITH_TABS);
    update();
  });
  host.append(start);
  document.body.prepend(controls);
  update();
}
