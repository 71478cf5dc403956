// The Train panel: trains a network from random weights in the page, and enables the controls that apply to each state.
// Training continues in its worker while another tab is shown.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { askBeforeLeaving } from '../ui/leavePrompt.js';
import { Client } from './client.js';
import { Comparison } from './comparison.js';
import { DeviceField } from './deviceField.js';
import { LiveView } from './liveView.js';
import { Mistakes } from './mistakes.js';
import { NetworkActions } from './networkActions.js';
import type { Command, Report } from './protocol.js';
import { ResumeOffer } from './resumeOffer.js';
import type { StoredRun } from './runStore.js';
import type { Settings } from './settings.js';
import { SettingsAddress } from './settingsAddress.js';
import { SettingsForm } from './settingsForm.js';
import { SourceField } from './sourceField.js';
import './training.css';
import { ArgumentError } from '../../../engine/errors.js';
import { percent } from '../../evaluation/percent.js';

type Phase = 'idle' | 'opening' | 'preparing' | 'running' | 'pausing' | 'paused' | 'stopping';

class Training {
  readonly #app: App;
  readonly #client = new Client({
    onReport: (report) => this.#onReport(report),
    onCrash: (error) => this.#onCrash(error),
    onEnded: () => this.#onTerminated(),
  });
  readonly #source = new SourceField({
    onFiles: () => this.#openFiles(),
    onChange: () => this.#updateSource(),
    onError: (error) => this.#app.showError(error),
  });
  readonly #settings = new SettingsForm((settings) => {
    if (this.#form.checkValidity()) this.#address.write(settings);
  });
  readonly #address: SettingsAddress;
  readonly #form = element('form', { className: 'setup-form', ariaLabel: 'Training' });
  readonly #device = new DeviceField();
  readonly #live = new LiveView();
  readonly #mistakes = new Mistakes();
  readonly #network: NetworkActions;
  readonly #comparison: Comparison;
  readonly #offer = new ResumeOffer({
    onResume: (run) => this.#resumeRun(run),
    onDiscarded: () => this.#app.announce('The interrupted training is discarded.'),
    onError: (error) => this.#app.showError(error),
  });
  readonly #start = element('button', { className: 'primary', type: 'submit' }, 'Start training');
  readonly #pause = element('button', { type: 'button' }, 'Pause');
  readonly #stop = element('button', { type: 'button' }, 'Stop');
  #phase: Phase = 'idle';
  /** Whether the worker has opened the files. */
  #filesOpen = false;
  /** The command that starts a run when the files are open. */
  #pending: Command | null = null;
  /** Settings of the current run, or the last one. */
  #running: Settings | null = null;
  #testResult = '';
  /** Images per second of the last run. */
  #speed = 0;

  constructor(host: HTMLElement, app: App) {
    this.#app = app;
    this.#network = new NetworkActions(app);
    this.#comparison = new Comparison(app);
    this.#address = new SettingsAddress(app, () =>
      this.#form.reportValidity() ? this.#settings.values() : null,
    );
    this.#form.append(
      this.#settings.network,
      element(
        'div',
        { className: 'setup' },
        this.#source.element,
        this.#settings.training,
        this.#address.element,
        this.#device.element,
      ),
    );
    this.#form.id = 'training-form';
    this.#start.setAttribute('form', this.#form.id); // it is outside of it, next to the status
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#startRun(this.#settings.values());
    });
    this.#pause.addEventListener('click', () => this.#pauseOrContinue());
    this.#stop.addEventListener('click', () => this.#sendAndSetPhase('stopping', { kind: 'stop' }));
    host.append(
      element(
        'div',
        { className: 'training' },
        element(
          'p',
          { className: 'lead' },
          'Train a network from scratch. It starts with random weights; each step shows it a few characters and ' +
            'adjusts the weights.',
        ),
        this.#offer.element,
        element(
          'div',
          { className: 'training-columns' },
          this.#form,
          element(
            'div',
            { className: 'results' },
            this.#live.status,
            element('div', { className: 'run-buttons' }, this.#start, this.#pause, this.#stop),
            this.#comparison.element,
            this.#live.element,
            this.#network.element,
            this.#live.table(),
          ),
        ),
        this.#mistakes.element,
      ),
    );
    this.#address.watch((settings) => {
      if (this.#phase === 'idle') this.#settings.set(settings);
    });
    void this.#offer.update();
    this.#updateControls();
  }

  /** Training continues while another tab is shown. */
  set visible(visible: boolean) {
    this.#comparison.visible = visible;
  }

  #openFiles(): void {
    const files = this.#source.files;
    if (files === null) return;
    this.#filesOpen = false;
    this.#sendAndSetPhase('opening', { kind: 'open', files });
  }

  #updateSource(): void {
    const { available, classes } = this.#source;
    this.#settings.setSource({ available: available === 0 ? null : available, classes });
    this.#updateControls();
  }

  #startRun(settings: Settings): void {
    this.#begin(settings, { kind: 'start', settings });
  }

  #resumeRun({ settings }: StoredRun): void {
    if (settings.source === 'emnist' && this.#source.files === null) {
      this.#app.showError(
        new ArgumentError(
          'this training used EMNIST files: choose the same files under Images, then resume it',
        ),
      );
      return;
    }
    this.#settings.set(settings);
    this.#begin(settings, { kind: 'resume' });
  }

  #begin(settings: Settings, command: Command): void {
    this.#running = settings;
    this.#live.reset(settings.epochs);
    this.#mistakes.reset();
    this.#network.clear();
    this.#comparison.reset();
    this.#testResult = '';
    if (settings.source === 'emnist' && !this.#filesOpen) {
      this.#pending = command; // the worker with the open files was terminated
      this.#openFiles();
    } else this.#sendAndSetPhase('preparing', command);
  }

  #pauseOrContinue(): void {
    if (this.#phase === 'paused') this.#sendAndSetPhase('running', { kind: 'continue' });
    else this.#sendAndSetPhase('pausing', { kind: 'pause' });
  }

  #sendAndSetPhase(phase: Phase, command: Parameters<Client['send']>[0]): void {
    this.#client.send(command);
    this.#setPhase(phase);
    if (phase === 'pausing') this.#live.setStatus('Pausing after this step');
    if (phase === 'stopping') this.#live.setStatus('Stopping after this step');
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase;
    askBeforeLeaving(phase !== 'idle' && phase !== 'opening');
    this.#updateControls();
  }

  #onReport(report: Report): void {
    switch (report.kind) {
      case 'opened':
        this.#filesOpen = true;
        this.#source.opened(report.train, report.test);
        this.#setPhase('idle');
        if (this.#pending !== null) this.#sendAndSetPhase('preparing', this.#pending);
        this.#pending = null;
        break;
      case 'refused':
        this.#pending = null;
        this.#source.refused(report.reason);
        this.#setPhase('idle');
        break;
      case 'preparing':
        if (this.#phase !== 'stopping')
          this.#live.preparing(report.what, report.done, report.total);
        break;
      case 'ready':
        this.#mistakes.setValidation(report.classes, report.validation);
        this.#live.ready(report.device, report.data, report.train, report.validation.labels.length);
        if (this.#phase === 'preparing') this.#setPhase('running');
        break;
      case 'resumed':
        for (const earlier of report.reports) this.#onReport(earlier);
        break;
      case 'step':
        this.#live.step(report);
        this.#speed = report.imagesPerSecond;
        break;
      case 'epoch':
        this.#live.epoch(report.numbers);
        if (report.predictions.length > 0) this.#mistakes.update(report.predictions);
        break;
      case 'unsaved':
        this.#live.setNote(
          `This training cannot be resumed after a reload: ${report.reason.replace(/\.$/, '')}.`,
        );
        break;
      case 'model':
        this.#network.setNetwork(report);
        this.#comparison.setNetwork(report);
        break;
      case 'paused':
        this.#setPhase('paused');
        this.#live.setStatus('Paused', 'You can use or download the current network.');
        this.#app.announce('Training is paused.');
        break;
      case 'continued':
        if (this.#phase === 'paused') this.#setPhase('running');
        break;
      case 'tested':
        this.#testResult =
          `Test accuracy, measured once after training: ${percent(report.accuracy)} of ${report.total.toLocaleString('en')} images ` +
          `(${percent(report.mergedAccuracy)} if look-alikes such as 0 and O count as equal).`;
        break;
      case 'ended':
        this.#endRun(report.how === 'finished' ? 'Finished' : 'Stopped');
        break;
      case 'failed':
        this.#endRun('Ended early');
        this.#app.showError(this.#network.explain(report.reason, report.lostDevice));
        break;
    }
  }

  #endRun(reason: string): void {
    this.#setPhase('idle');
    void this.#offer.update();
    if (this.#speed > 0 && this.#running !== null)
      this.#settings.measured({ ...this.#running, imagesPerSecond: this.#speed });
    this.#start.textContent = 'Start again';
    this.#live.setStatus(reason, this.#testResult || this.#live.summary);
    this.#app.announce(`Training: ${reason}. ${this.#live.summary}`);
  }

  /** The worker did not stop in time and was terminated. */
  #onTerminated(): void {
    this.#filesOpen = false;
    this.#endRun('Stopped');
  }

  #onCrash(error: Error): void {
    this.#filesOpen = false;
    this.#pending = null;
    if (this.#phase === 'opening') this.#source.refused(error.message);
    else this.#endRun('Ended early');
    this.#setPhase('idle');
    this.#app.showError(this.#network.explain(error.message, false));
  }

  /** Enables the fields and buttons that apply to the current state. */
  #updateControls(): void {
    const idle = this.#phase === 'idle';
    this.#source.element.disabled = !idle;
    this.#settings.disabled = !idle;
    this.#device.disabled = !idle;
    this.#offer.enabled = idle;
    this.#start.hidden = !idle && this.#phase !== 'opening';
    this.#start.disabled = !idle || this.#source.available === 0;
    this.#pause.hidden = this.#stop.hidden = idle || this.#phase === 'opening';
    this.#pause.textContent = this.#phase === 'paused' ? 'Continue' : 'Pause';
    this.#pause.disabled = this.#phase !== 'running' && this.#phase !== 'paused';
    this.#stop.disabled = this.#phase === 'stopping';
  }
}

/** Mounts the panel in `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  const training = new Training(host, app);
  return { show: () => (training.visible = true), hide: () => (training.visible = false) };
}
