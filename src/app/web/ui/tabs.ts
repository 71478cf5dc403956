// The tabs next to the pad. Each panel is loaded when first shown; the address selects it with `#tab=NAME`, and Back returns to
// the tab before. On a phone, a chosen tab makes the pad small; a button restores it.
// Keyboard as in the ARIA tabs pattern: one tab stop, arrow keys, Home and End.

import type { App, MountPanel, Panel } from '../app.js';
import { element } from './dom.js';
import { ignoreSecondClick } from './secondClick.js';

/** Description of a tab. */
export interface Tab {
  /** Used in the address (`#tab=NAME`) and in ids (`tab-NAME`, `panel-NAME`). */
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<{ readonly mount: MountPanel }>;
}

/** The tabs in display order. */
export const TABS: readonly Tab[] = [
  { name: 'network', title: 'Network', load: () => import('../network/index.js') },
  { name: 'why', title: 'Why', load: () => import('../why/index.js') },
  { name: 'words', title: 'Words', load: () => import('../words/index.js') },
  { name: 'teach', title: 'Teach', load: () => import('../teaching/index.js') },
  { name: 'train', title: 'Train', load: () => import('../training/index.js') },
  { name: 'model', title: 'Model', load: () => import('../card/index.js') },
];

/** Class of the body while a tab is open that the visitor or the address has chosen. */
const PANEL_OPEN = 'panel-open';

/** The elements that the tabs use. */
export interface TabHosts {
  /** Container of the tabs. */
  readonly bar: HTMLElement;
  /** Container of the panels. */
  readonly panels: HTMLElement;
  /** The button that restores the large pad. */
  readonly showPad: HTMLButtonElement;
  /** The initial panel loads after this promise, and not before it is visible, unless the address names it. */
  readonly ready: Promise<unknown>;
}

/** A mounted tab. */
interface TabState {
  readonly tab: Tab;
  readonly button: HTMLButtonElement;
  readonly host: HTMLElement;
  /** Null until the tab is first shown. */
  panel: Promise<Panel | null> | null;
}

/**
 * Mounts the tabs and shows the one in the address, or the first.
 */
export function mountTabs(
  { bar, panels, showPad, ready }: TabHosts,
  app: App,
  tabs: readonly Tab[] = TABS,
): void {
  const tabStates = tabs.map((tab): TabState => {
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
  bar.replaceChildren(...tabStates.map(({ button }) => button));
  panels.replaceChildren(...tabStates.map(({ host }) => host));
  if (tabStates.length === 0) return;

  let shown: TabState | null = null;
  /** Whether `show` has been called on the shown panel. */
  let active = false;
  const select = (tabState: TabState): void => {
    if (tabState === shown) return;
    if (active) void shown?.panel?.then((panel) => panel?.hide());
    shown = tabState;
    active = false;
    document.body.dataset.tab = tabState.tab.name; // the style sheets arrange the stage for it
    for (const candidate of tabStates) {
      const selected = candidate === tabState;
      candidate.button.setAttribute('aria-selected', String(selected));
      candidate.button.tabIndex = selected ? 0 : -1;
      candidate.host.hidden = !selected;
    }
  };
  /** Loads the shown panel if necessary and activates it. */
  const activate = (tabState: TabState): void => {
    if (shown !== tabState || active) return;
    active = true;
    tabState.panel ??= loadPanel(tabState, app);
    void tabState.panel.then((panel) => {
      if (shown !== tabState) return;
      if (panel === null) active = false;
      else panel.show();
    });
  };
  const setPanelOpen = (open: boolean): void => {
    if (document.body.classList.contains(PANEL_OPEN) === open) return;
    document.body.classList.toggle(PANEL_OPEN, open);
    showPad.ariaPressed = String(!open);
    window.scrollTo({ top: 0 });
  };
  const openTab = (tabState: TabState): void => {
    setPanelOpen(true);
    select(tabState);
    activate(tabState);
  };
  const closeTab = (): void => {
    setPanelOpen(false);
    select(tabStates[0]);
    void whenVisible(tabStates[0].host).then(() => activate(tabStates[0]));
  };
  /** Adds an entry to the browser's history. */
  const pushAddress = (name: string | null): void => {
    const address = new URLSearchParams(location.hash.slice(1));
    if (address.get('tab') === name) return;
    address.delete('s'); // the drawing of a link was shown when the page was opened
    if (name === null) address.delete('tab');
    else address.set('tab', name);
    history.pushState(
      null,
      '',
      address.size > 0 ? `#${address.toString()}` : location.pathname + location.search,
    );
  };
  const chooseTab = (tabState: TabState): void => {
    openTab(tabState);
    pushAddress(tabState.tab.name);
  };
  const tabFromAddress = (): TabState | undefined => {
    const name = new URLSearchParams(location.hash.slice(1)).get('tab');
    return tabStates.find(({ tab }) => tab.name === name);
  };

  tabStates.forEach((tabState, index) => {
    tabState.button.addEventListener('click', (event) => {
      const isMouseOrTouch = event.detail > 0;
      if (isMouseOrTouch) ignoreSecondClick(event); // the tab may move the stage
      chooseTab(tabState);
    });
    tabState.button.addEventListener('keydown', (event) => {
      const target = {
        ArrowLeft: index - 1,
        ArrowRight: index + 1,
        Home: 0,
        End: tabStates.length - 1,
      }[event.key];
      if (target === undefined) return;
      event.preventDefault();
      const next = tabStates[(target + tabStates.length) % tabStates.length];
      chooseTab(next);
      next.button.focus();
    });
  });
  window.addEventListener('hashchange', () => {
    const tabState = tabFromAddress();
    if (tabState === undefined) closeTab();
    else openTab(tabState);
  });
  showPad.addEventListener('click', () => {
    closeTab();
    pushAddress(null);
  });

  const requested = tabFromAddress();
  if (requested !== undefined) openTab(requested);
  else {
    select(tabStates[0]);
    void ready.then(() => whenVisible(tabStates[0].host)).then(() => activate(tabStates[0]));
  }
}

/** Loads and mounts a panel. On failure it shows a notice and returns null; selecting the tab again retries. */
async function loadPanel(tabState: TabState, app: App): Promise<Panel | null> {
  tabState.host.setAttribute('aria-busy', 'true');
  try {
    const { mount } = await tabState.tab.load();
    return mount(tabState.host, app);
  } catch (error) {
    tabState.panel = null;
    app.showError(error);
    return null;
  } finally {
    tabState.host.removeAttribute('aria-busy');
  }
}

/** Resolves when part of an element is visible. On a phone the panel is far below and may never be. */
function whenVisible(host: HTMLElement): Promise<void> {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(host);
  });
}
