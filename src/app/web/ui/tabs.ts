// The tabs below the pad. Each panel is loaded when first shown; the address selects it with `#tab=NAME`.
// Keyboard as in the ARIA tabs pattern: one tab stop, arrow keys, Home and End.

import type { App, MountPanel, Panel } from '../app.js';
import { element } from './dom.js';

/** Description of a tab. */
export interface Tab {
  /** Used in the address (`#tab=NAME`) and in ids (`tab-NAME`, `panel-NAME`). */
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<{ readonly mount: MountPanel }>;
}

/** The tabs in display order. */
export const TABS: readonly Tab[] = [
  { name: 'thinking', title: 'Thinking', load: () => import('../thinking/index.js') },
  { name: 'words', title: 'Words', load: () => import('../words/index.js') },
  { name: 'teach', title: 'Teach', load: () => import('../teaching/index.js') },
  { name: 'train', title: 'Train', load: () => import('../training/index.js') },
  { name: 'model', title: 'Model', load: () => import('../card/index.js') },
];

/** A mounted tab. */
interface Place {
  readonly tab: Tab;
  readonly button: HTMLButtonElement;
  readonly host: HTMLElement;
  /** Null until the tab is first shown. */
  panel: Promise<Panel | null> | null;
}

/**
 * Mounts the tabs and shows the one in the address, or the first.
 *
 * @param bar container of the buttons
 * @param below container of the panels
 * @param firstThings the initial panel loads after this promise, and not before it is visible, unless the address names it
 */
export function mountTabs(
  {
    bar,
    below,
    firstThings,
  }: { bar: HTMLElement; below: HTMLElement; firstThings: Promise<unknown> },
  app: App,
  tabs: readonly Tab[] = TABS,
): void {
  const places = tabs.map((tab): Place => {
    const button = element(
      'button',
      { type: 'button', role: 'tab', id: `tab-${tab.name}` },
      tab.title,
    );
    button.setAttribute('aria-controls', `panel-${tab.name}`);
    const host = element('section', { role: 'tabpanel', id: `panel-${tab.name}`, hidden: true });
    host.setAttribute('aria-labelledby', button.id);
    return { tab, button, host, panel: null };
  });
  bar.replaceChildren(...places.map(({ button }) => button));
  below.replaceChildren(...places.map(({ host }) => host));
  if (places.length === 0) return;

  let shown: Place | null = null;
  /** Whether `show` has been called on the shown panel. */
  let awake = false;
  const select = (place: Place): void => {
    if (place === shown) return;
    if (awake) void shown?.panel?.then((panel) => panel?.hide());
    shown = place;
    awake = false;
    for (const other of places) {
      const selected = other === place;
      other.button.setAttribute('aria-selected', String(selected));
      other.button.tabIndex = selected ? 0 : -1;
      other.host.hidden = !selected;
    }
  };
  /** Loads the shown panel if necessary and activates it. */
  const wake = (place: Place): void => {
    if (shown !== place || awake) return;
    awake = true;
    place.panel ??= open(place, app);
    void place.panel.then((panel) => {
      if (shown !== place) return;
      if (panel === null) awake = false;
      else panel.show();
    });
  };
  const choose = (place: Place): void => {
    document.body.classList.add('panel-open'); // moves the pad to the side (panelLayout.css)
    select(place);
    wake(place);
    const address = new URLSearchParams(location.hash.slice(1));
    address.set('tab', place.tab.name);
    history.replaceState(null, '', `#${address.toString()}`);
  };
  const named = (): Place | undefined => {
    const name = new URLSearchParams(location.hash.slice(1)).get('tab');
    return places.find(({ tab }) => tab.name === name);
  };

  places.forEach((place, at) => {
    place.button.addEventListener('click', () => choose(place));
    place.button.addEventListener('keydown', (event) => {
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 }[
        event.key
      ];
      if (to === undefined) return;
      event.preventDefault();
      const next = places[(to + places.length) % places.length];
      choose(next);
      next.button.focus();
    });
  });
  window.addEventListener('hashchange', () => {
    const place = named();
    if (place !== undefined) choose(place);
  });

  const asked = named();
  if (asked === undefined) {
    select(places[0]);
    void firstThings.then(() => inSight(places[0].host)).then(() => wake(places[0]));
  } else choose(asked);
}

/** Loads and mounts a panel. On failure it shows a notice and returns null; selecting the tab again retries. */
async function open(place: Place, app: App): Promise<Panel | null> {
  place.host.setAttribute('aria-busy', 'true');
  try {
    const { mount } = await place.tab.load();
    return mount(place.host, app);
  } catch (error) {
    place.panel = null;
    app.fail(error);
    return null;
  } finally {
    place.host.removeAttribute('aria-busy');
  }
}

/** Resolves when part of an element is visible. On a phone the panel is far below and may never be. */
function inSight(host: HTMLElement): Promise<void> {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(host);
  });
}
