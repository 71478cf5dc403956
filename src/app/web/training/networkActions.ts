// Actions on the network of a run, finished or not: predict the pad's drawing with it, or download it as a model file.
// The last network that arrived stays available if the worker dies.

import { BackendError, DeviceLostError } from '../../../engine/errors.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import type { ModelReport } from './protocol.js';

const FILE = 'inkgrad-page.safetensors';

export class NetworkActions {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #text = element('p', { className: 'soft' });
  readonly #use = element('button', { type: 'button' }, 'Use this network on the pad');
  readonly #download = element('button', { type: 'button' }, 'Download the network');
  #kept: ModelReport | null = null;

  constructor(app: App) {
    this.#app = app;
    this.#use.addEventListener('click', () => void this.#usePad());
    this.#download.addEventListener('click', () => this.#save());
    this.element = element(
      'div',
      { className: 'network', hidden: true },
      element('div', { className: 'run-buttons' }, this.#use, this.#download),
      this.#text,
    );
  }

  keep(report: ModelReport): void {
    this.#kept = report;
    this.element.hidden = false;
    this.#text.textContent = `The network as it is after ${this.#place()}.`;
  }

  forget(): void {
    this.#kept = null;
    this.element.hidden = true;
  }

  /** Extends an error message with what remains of the run. */
  explain(reason: string, lostDevice: boolean): Error {
    const left =
      this.#kept === null
        ? 'nothing had been learned yet'
        : `what was learned after ${this.#place()} is kept: use or download it`;
    const fix = lostDevice ? '; start again, or choose the processor' : '';
    const text = `${reason.replace(/\.$/, '')}; ${left}${fix}.`;
    return lostDevice ? new DeviceLostError(text) : new BackendError(text);
  }

  #place(): string {
    const { epochs } = this.#kept!;
    const number = Number.isInteger(epochs) ? String(epochs) : epochs.toFixed(2);
    return `${number} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  }

  async #usePad(): Promise<void> {
    if (this.#kept === null) return;
    const place = this.#place();
    this.#use.disabled = true;
    try {
      const module = await import('../prediction/reader.js');
      this.#app.reader.set(await module.Reader.open(this.#kept.bytes.slice(), FILE));
      this.#text.textContent = `The pad is read by the network after ${place}. Draw something above.`;
      this.#app.say(this.#text.textContent);
    } catch (error) {
      this.#app.fail(error);
    } finally {
      this.#use.disabled = false;
    }
  }

  #save(): void {
    if (this.#kept === null) return;
    const address = URL.createObjectURL(
      new Blob([this.#kept.bytes], { type: 'application/octet-stream' }),
    );
    element('a', { href: address, download: FILE }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // the download reads it after the click
  }
}
