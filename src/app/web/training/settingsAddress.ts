// The settings in the page's address: restored from it, kept up to date, and copied.

import type { Announcer, ErrorReporter } from '../app.js';
import { element } from '../ui/dom.js';
import type { Settings } from './settings.js';
import { addressOfSettings, settingsFromAddress } from './settingsLink.js';

/** Duration of the button's confirmation, in milliseconds. */
const CONFIRMATION_TIME = 2000;
const LABEL = 'Copy link to these settings';

export class SettingsAddress {
  /** The button that copies the link. */
  readonly element = element('button', { type: 'button', className: 'plain' }, LABEL);
  readonly #app: Announcer & ErrorReporter;
  /** The hash that was read or written last. */
  #hash = '';

  /** @param current the settings; null if a field is invalid, which is then reported */
  constructor(app: Announcer & ErrorReporter, current: () => Settings | null) {
    this.#app = app;
    this.element.addEventListener('click', () => {
      const settings = current();
      if (settings !== null) void this.#copy(settings);
    });
  }

  /** Calls `show` with the settings of the address, now and when the visitor opens another link. */
  watch(show: (settings: Settings) => void): void {
    const update = (): void => {
      if (location.hash === this.#hash) return;
      this.#hash = location.hash;
      const { settings, error } = settingsFromAddress(location.hash);
      if (error !== null) this.#app.showError(error);
      show(settings);
    };
    window.addEventListener('hashchange', update);
    update();
  }

  /** Puts settings into the address. */
  write(settings: Settings): void {
    history.replaceState(history.state, '', addressOfSettings(settings, location.href));
    this.#hash = location.hash;
  }

  async #copy(settings: Settings): Promise<void> {
    this.write(settings);
    const address = addressOfSettings(settings, location.href, { drawing: false });
    const sentence = await navigator.clipboard.writeText(address).then(
      () => 'Link copied',
      () => 'The link is in the address bar', // no clipboard without https or permission
    );
    this.element.textContent = sentence;
    this.#app.announce(sentence);
    setTimeout(() => (this.element.textContent = LABEL), CONFIRMATION_TIME);
  }
}
