// Actions on the network of a run, finished or not: predict the pad's drawing with it, or download it as a model file.
// The last network that arrived stays available if the worker dies.

import { BackendError, DeviceLostError } from '../../../engine/errors.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { epochsText } from './comparison.js';
import type { ModelReport } from './protocol.js';

const FILE_NAME = 'inkgrad-page.safetensors';

export class NetworkActions {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #text = element('p', { className: 'soft' });
  readonly #use = element('button', { type: 'button' }, 'Use this network on the pad');
  readonly #download = element('button', { type: 'button' }, 'Download the network');
  #report: ModelReport | null = null;

  constructor(app: App) {
    this.#app = app;
    this.#use.addEventListener('click', () => void this.#useOnPad());
    this.#download.addEventListener('click', () => this.#save());
    this.element = element(
      'div',
      { className: 'network-actions', hidden: true },
      element('div', { className: 'run-buttons' }, this.#use, this.#download),
      this.#text,
    );
  }

  setNetwork(report: ModelReport): void {
    this.#report = report;
    this.element.hidden = false;
    this.#text.textContent = `The network after ${this.#trainedFor()}.`;
  }

  clear(): void {
    this.#report = null;
    this.element.hidden = true;
  }

  /** Extends an error message with what remains of the run. */
  explain(reason: string, lostDevice: boolean): Error {
    const remaining =
      this.#report === null
        ? 'there is no network to keep yet'
        : `the network after ${this.#trainedFor()} is kept: use or download it`;
    const advice = lostDevice ? '; start again, or choose the CPU' : '';
    const text = `${reason.replace(/\.$/, '')}; ${remaining}${advice}.`;
    return lostDevice ? new DeviceLostError(text) : new BackendError(text);
  }

  #trainedFor(): string {
    return epochsText(this.#report!.epochs);
  }

  async #useOnPad(): Promise<void> {
    if (this.#report === null) return;
    const trainedFor = this.#trainedFor();
    this.#use.disabled = true;
    try {
      const module = await import('../prediction/predictor.js');
      this.#app.predictor.set(await module.Predictor.open(this.#report.bytes.slice(), FILE_NAME));
      this.#text.textContent = `The page now uses the network after ${trainedFor}. Draw something.`;
      this.#app.announce(this.#text.textContent);
    } catch (error) {
      this.#app.showError(error);
    } finally {
      this.#use.disabled = false;
    }
  }

  #save(): void {
    if (this.#report === null) return;
    const address = URL.createObjectURL(
      new Blob([this.#report.bytes], { type: 'application/octet-stream' }),
    );
    element('a', { href: address, download: FILE_NAME }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // the download reads it after the click
  }
}
