// The network of the page and the one in training, side by side on the drawing of the pad.

import type { App } from '../app.js';
import { BarRow } from '../prediction/barRow.js';
import { startPredictionLoop } from '../prediction/predictionLoop.js';
import { Predictor } from '../prediction/predictor.js';
import type { Prediction, Ranked } from '../prediction/types.js';
import { element } from '../ui/dom.js';
import { Signal } from '../ui/signal.js';
import type { ModelReport } from './protocol.js';

/** Classes shown of each prediction. */
const ROWS = 3;

export class Comparison {
  readonly element: HTMLElement;
  readonly #app: App;
  /** The predictor of the network in training; null before the first. */
  readonly #predictor = new Signal<Predictor | null>(null);
  readonly #page = new Column('This page');
  readonly #trained = new Column('Your network');
  /** The latest network, until it has been opened. */
  #pending: ModelReport | null = null;
  #opening = false;
  #visible = false;

  constructor(app: App) {
    this.#app = app;
    this.element = element(
      'section',
      { className: 'network-comparison', ariaLabel: 'Both networks on your drawing', hidden: true },
      this.#page.element,
      this.#trained.element,
    );
    const prediction = new Signal<Prediction | null>(null);
    const showError = (error: unknown): void => app.showError(error);
    startPredictionLoop({
      drawing: app.drawing,
      predictor: this.#predictor,
      prediction,
      showError,
    });
    const update = (): void => this.#show(app.prediction.value, prediction.value);
    app.prediction.subscribe(update);
    app.predictor.subscribe(update);
    prediction.subscribe(update);
  }

  /** While another tab is shown, no network is opened and no drawing predicted. */
  set visible(visible: boolean) {
    this.#visible = visible;
    if (visible) void this.#open();
  }

  /** Shows the view for a new run, before its first network. */
  reset(): void {
    this.#pending = null;
    this.#replace(null);
    this.#trained.caption = 'after the first epoch';
    this.element.hidden = false;
  }

  setNetwork(report: ModelReport): void {
    this.#pending = report;
    if (this.#visible) void this.#open();
  }

  /** Opens the pending network, one at a time. */
  async #open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    try {
      while (this.#pending !== null) {
        const report = this.#pending;
        this.#pending = null;
        const predictor = await Predictor.open(report.bytes.slice(), 'the network in training');
        this.#trained.caption =
          `${predictor.card.parameters.toLocaleString('en')} weights, ` +
          `after ${epochsText(report.epochs)}`;
        this.#replace(predictor);
        this.element.hidden = false;
      }
    } catch (error) {
      this.#app.showError(error);
    } finally {
      this.#opening = false;
    }
  }

  #replace(predictor: Predictor | null): void {
    const previous = this.#predictor.value;
    this.#predictor.set(predictor);
    previous?.dispose();
  }

  #show(page: Prediction | null, trained: Prediction | null): void {
    const predictor = this.#app.predictor.value;
    this.#page.caption =
      predictor === null ? '' : `${predictor.card.parameters.toLocaleString('en')} weights`;
    this.#page.show(page?.ranked ?? []);
    this.#trained.show(this.#predictor.value === null ? [] : (trained?.ranked ?? []));
  }
}

/** `3 epochs`, `0.25 epochs`, `1 epoch`. */
export function epochsText(epochs: number): string {
  const number = Number.isInteger(epochs) ? String(epochs) : epochs.toFixed(2);
  return `${number} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}

/** The top classes of one network. */
class Column {
  readonly element: HTMLElement;
  readonly #caption = element('small');
  readonly #rows = Array.from({ length: ROWS }, () => new BarRow('li'));

  constructor(title: string) {
    this.element = element(
      'div',
      {},
      element('h3', {}, title),
      this.#caption,
      element('ol', {}, ...this.#rows.map(({ root }) => root)),
    );
  }

  set caption(text: string) {
    this.#caption.textContent = text;
  }

  /** @param ranked most probable first; none while there is nothing to show */
  show(ranked: readonly Ranked[]): void {
    this.#rows.forEach((row, index) => {
      const shown = ranked.at(index);
      row.show(shown?.label ?? '–', shown?.probability ?? null);
    });
  }
}
