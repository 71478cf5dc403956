// The parts below the pad. Each is a tab, loaded when it is first shown and known by `#tab=NAME` in the address. Keyboard as in
// the ARIA tabs pattern: one tab stop, arrow keys, Home and End. Imports the panels on demand, and types.

import type { App, MountPanel, Panel } from '../app.js';
import { element } from './dom.js';

/** One part of the page. */
export interface Tab {
  /** In the address (`#tab=NAME`) and in ids (`tab-NAME`, `panel-NAME`). */
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<{ readonly mount: MountPanel }>;
}

/** In this order: Thinking, Words, Teach, Train, Model. A part adds its row when it exists. */
export const TABS: readonly Tab[] = [
  { name: 'thinking', title: 'Thinking', load: () => import('../thinking/index.js') },
  { name: 'words', title: 'Words', load: () => import('../words/index.js') },
  { name: 'teach', title: 'Teach', load: () => import('../teaching/index.js') },
  { name: 'train', title: 'Train', load: () => import('../training/index.js') },
  { name: 'model', title: 'Model', load: () => import('../card/index.js') },
];

/** A tab on the page. */
interface Place {
  readonly tab: Tab;
  readonly button: HTMLButtonElement;
  readonly host: HTMLElement;
  /** Null until the tab is first shown. */
  panel: Promise<Panel | null> | null;
}

/**
 * Puts the tabs into the page and shows the one that the address names, or else the first.
 *
 * @param bar gets the buttons
 * @param below gets the panels
 * @param firstThings what a panel that nobody asked for waits for before it loads; it also waits until it is in sight
 */
export function mountTabs(
  { bar, below, firstThings }: { bar: HTMLElement; below: HTMLElement; firstThings: Promise<unknown> },
  app: App,
  tabs: readonly Tab[] = TABS,
): void {
  const places = tabs.map((tab): Place => {
    const button = element('button', { type: 'button', role: 'tab', id: `tab-${tab.name}` }, tab.title);
    button.setAttribute('aria-controls', `panel-${tab.name}`);
    const host = element('section', { role: 'tabpanel', id: `panel-${tab.name}`, hidden: true });
    host.setAttribute('aria-labelledby', button.id);
    return { tab, button, host, panel: null };
  });
  bar.replaceChildren(...places.map(({ button }) => button));
  below.replaceChildren(...places.map(({ host }) => host));
  if (places.length === 0) return;

  let shown: Place | null = null;
  /** Whether the panel that is shown has been told so. */
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
  /** Loads the panel that is shown, the first time, and sets it to work. */
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
    document.body.classList.add('looking'); // the pad makes room (beside.css)
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
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 }[event.key];
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

/** Loads a part into its place; null, and a notice, if that fails. A later visit of the tab tries again. */
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

/** Resolves once some of an element is on the screen: on a phone the panel is far below, and may never be looked at. */
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
