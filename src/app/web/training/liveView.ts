// The live view of a run: progress, speed, remaining time and charts.

import { element } from '../ui/dom.js';
import type { DeviceReport } from '../../device/device.js';
import { Curve } from './curves.js';
import { deviceText, isSlowDevice } from './deviceField.js';
import { percent } from '../../evaluation/percent.js';
import { History, timeText } from './history.js';
import type { StepReport } from './protocol.js';
import './results.css';

const lossText = (loss: number): string => loss.toFixed(2);
const accuracyText = (accuracy: number): string => percent(accuracy, 1);

export class LiveView {
  /** What the run is doing. */
  readonly status: HTMLElement;
  /** The charts. */
  readonly element: HTMLElement;
  readonly #status = element('p', { className: 'status', role: 'status' });
  readonly #detail = element('p', { className: 'detail soft' });
  readonly #device = element('p', { className: 'detail soft' });
  readonly #progress = element('progress', {
    max: 1,
    value: 0,
    ariaLabel: 'Progress of the training',
  });
  readonly #loss = new Curve({
    title: 'Loss',
    format: lossText,
    formatAxis: (value) => value.toFixed(1),
    max: null,
  });
  readonly #accuracy = new Curve({
    title: 'Accuracy',
    format: accuracyText,
    formatAxis: (value) => percent(value, 0),
    max: 1,
  });
  readonly #summary = element('p', { className: 'visually-hidden' });
  readonly #rows = element('tbody');
  #history = new History();
  #epochs = 1;

  constructor() {
    this.setStatus('Not started', 'Curves appear seconds after you start.');
    this.status = element(
      'div',
      { className: 'live' },
      this.#status,
      this.#progress,
      this.#detail,
      this.#device,
    );
    this.element = element(
      'div',
      { className: 'live' },
      element('div', { className: 'curves' }, this.#loss.element, this.#accuracy.element),
      element(
        'p',
        { className: 'soft curves-note' },
        'Training values are means during an epoch, with dropout and while the weights still change. Validation is measured ' +
          'after each epoch, so it is often higher.',
      ),
      this.#summary,
    );
  }

  /** The data of the charts as a table. */
  table(): HTMLElement {
    const columns = [
      'Epoch',
      'Training loss (mean)',
      'Training accuracy (mean)',
      'Validation loss',
      'Validation accuracy',
      'Rate',
      'Seconds',
    ];
    const head = columns.map((name) => element('th', { scope: 'col' }, name));
    const table = element(
      'table',
      { className: 'epochs' },
      element('caption', { className: 'visually-hidden' }, 'Loss and accuracy after each epoch'),
      element('thead', {}, element('tr', {}, ...head)),
      this.#rows,
    );
    // A wide table scrolls, so it must be focusable.
    const scroller = element(
      'div',
      { className: 'table-scroller', tabIndex: 0, role: 'region', ariaLabel: 'Table of epochs' },
      table,
    );
    return element('details', {}, element('summary', {}, 'Table of epochs'), scroller);
  }

  /** Resets the view for a new run. */
  reset(epochs: number): void {
    this.#history = new History();
    this.#epochs = epochs;
    this.#rows.replaceChildren();
    this.#device.replaceChildren();
    this.#progress.value = 0;
    this.#showCurves();
  }

  setStatus(text: string, detail = ''): void {
    this.#status.textContent = text;
    this.#detail.textContent = detail;
  }

  /** A note on the run, next to its device. */
  setNote(text: string): void {
    this.#device.append(' ', text);
  }

  preparing(activity: string, done: number, total: number): void {
    const first =
      this.#status.textContent === '' || !this.#status.textContent.startsWith('Getting');
    if (first) this.#status.textContent = 'Getting ready'; // a live region: do not announce every progress message
    this.#detail.textContent =
      total === 0
        ? activity
        : `${activity}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
    if (total > 0) this.#progress.value = done / total;
  }

  ready(device: DeviceReport, data: string, train: number, validation: number): void {
    const counts = `${train.toLocaleString('en')} training images, ${validation.toLocaleString('en')} for validation`;
    const badge = isSlowDevice(device)
      ? [element('span', { className: 'badge' }, 'a GPU in software: slow')]
      : [];
    this.#device.replaceChildren(`${data}: ${counts}. Device: ${deviceText(device)}. `, ...badge);
    this.#progress.value = 0;
  }

  step(report: StepReport): void {
    this.#history.addStep(report);
    const { epoch, done, total, imagesPerSecond, secondsLeft } = report;
    const status = `Training: epoch ${epoch} of ${this.#epochs}`;
    if (this.#status.textContent !== status) this.#status.textContent = status;
    this.#detail.textContent =
      `${Math.round(imagesPerSecond).toLocaleString('en')} images a second, ` +
      `${timeText(secondsLeft)} left`;
    this.#progress.value = (epoch - 1 + done / total) / this.#epochs;
    this.#showCurves();
  }

  epoch(event: Parameters<History['addEpoch']>[0]): void {
    this.#history.addEpoch(event);
    const { epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, lr, seconds } = event;
    const cells = [
      lossText(trainLoss),
      accuracyText(trainAccuracy),
      lossText(valLoss),
      accuracyText(valAccuracy),
      String(Number(lr.toPrecision(3))),
      seconds.toFixed(1),
    ];
    this.#rows.append(
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, String(epoch)),
        ...cells.map((text) => element('td', {}, text)),
      ),
    );
    this.#showCurves();
    this.#summary.textContent = this.#history.summary();
  }

  /** The run so far in one sentence. */
  get summary(): string {
    return this.#history.summary();
  }

  #showCurves(): void {
    const { loss, accuracy, lastEpoch } = this.#history;
    this.#loss.show(loss, this.#epochs, lastEpoch?.loss ?? null);
    this.#accuracy.show(accuracy, this.#epochs, lastEpoch?.accuracy ?? null);
  }
}
