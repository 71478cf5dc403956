// The Train panel: trains a network from random weights in the page, and enables the controls that apply to each state.
// Training continues in its worker while another tab is shown.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { Client } from './client.js';
import { DeviceField } from './deviceField.js';
import { Live } from './live.js';
import { Mistakes } from './mistakes.js';
import { NetworkActions } from './networkActions.js';
import type { Report, Settings } from './protocol.js';
import { SettingsForm } from './settingsForm.js';
import { SourceField } from './sourceField.js';
import './training.css';
import { percent } from '../../evaluation/percent.js';

type Phase = 'idle' | 'opening' | 'preparing' | 'running' | 'pausing' | 'paused' | 'stopping';

class Training {
  readonly #app: App;
  readonly #client = new Client({
    onReport: (report) => this.#take(report),
    onDeath: (error) => this.#died(error),
  });
  readonly #source = new SourceField({
    onFiles: () => this.#open(),
    onChange: () => this.#offer(),
    fail: (error) => this.#app.fail(error),
  });
  readonly #settings = new SettingsForm();
  readonly #device = new DeviceField();
  readonly #live = new Live();
  readonly #mistakes = new Mistakes();
  readonly #network: NetworkActions;
  readonly #start = element('button', { className: 'primary', type: 'submit' }, 'Start training');
  readonly #pause = element('button', { type: 'button' }, 'Pause');
  readonly #stop = element('button', { type: 'button' }, 'Stop');
  #phase: Phase = 'idle';
  /** Whether the worker has opened the files. */
  #filesOpen = false;
  /** Settings of the run that starts when the files are open. */
  #waiting: Settings | null = null;
  #tested = '';

  constructor(host: HTMLElement, app: App) {
    this.#app = app;
    this.#network = new NetworkActions(app);
    const form = element(
      'form',
      { className: 'setup', ariaLabel: 'Training' },
      this.#source.element,
      this.#settings.element,
      element('div', { className: 'run-buttons' }, this.#start, this.#pause, this.#stop),
      this.#device.element,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#begin(this.#settings.read());
    });
    this.#pause.addEventListener('click', () => this.#pauseOrContinue());
    this.#stop.addEventListener('click', () => this.#enter('stopping', { kind: 'stop' }));
    host.append(
      element(
        'div',
        { className: 'training' },
        element(
          'p',
          { className: 'lead' },
          'Train the same network from nothing, on your own device. It begins with random numbers and knows no letter; ' +
            'every step shows it a handful of characters and moves each of its numbers a little.',
        ),
        element(
          'div',
          { className: 'training-columns' },
          form,
          element('div', {}, this.#live.element, this.#network.element, this.#live.table()),
        ),
        this.#mistakes.element,
      ),
    );
    this.#show();
  }

  #open(): void {
    const files = this.#source.given;
    if (files === null) return;
    this.#filesOpen = false;
    this.#enter('opening', { kind: 'open', files });
  }

  #offer(): void {
    const { available } = this.#source;
    this.#settings.offer(available === 0 ? null : available);
    this.#show();
  }

  #begin(settings: Settings): void {
    this.#live.begin(settings.epochs);
    this.#mistakes.begin();
    this.#network.forget();
    this.#tested = '';
    if (settings.source === 'emnist' && !this.#filesOpen) {
      this.#waiting = settings; // the worker with the open files was terminated
      this.#open();
    } else this.#enter('preparing', { kind: 'start', settings });
  }

  #pauseOrContinue(): void {
    if (this.#phase === 'paused') this.#enter('running', { kind: 'continue' });
    else this.#enter('pausing', { kind: 'pause' });
  }

  #enter(phase: Phase, command: Parameters<Client['send']>[0]): void {
    this.#client.send(command);
    this.#become(phase);
    if (phase === 'pausing') this.#live.say('Pausing after this step');
    if (phase === 'stopping') this.#live.say('Stopping after this step');
  }

  #become(phase: Phase): void {
    this.#phase = phase;
    this.#show();
  }

  #take(report: Report): void {
    switch (report.kind) {
      case 'opened':
        this.#filesOpen = true;
        this.#source.opened(report.train, report.test);
        this.#become('idle');
        if (this.#waiting !== null)
          this.#enter('preparing', { kind: 'start', settings: this.#waiting });
        this.#waiting = null;
        break;
      case 'refused':
        this.#waiting = null;
        this.#source.refused(report.reason);
        this.#become('idle');
        break;
      case 'preparing':
        if (this.#phase !== 'stopping')
          this.#live.preparing(report.what, report.done, report.total);
        break;
      case 'ready':
        this.#mistakes.take(report.classes, report.validation);
        this.#live.ready(report.device, report.data, report.train, report.validation.labels.length);
        if (this.#phase === 'preparing') this.#become('running');
        break;
      case 'step':
        this.#live.step(report);
        break;
      case 'epoch':
        this.#live.epoch(report.numbers);
        this.#mistakes.update(report.predictions);
        break;
      case 'model':
        this.#network.keep(report);
        break;
      case 'paused':
        this.#become('paused');
        this.#live.say('Paused', 'The network as it is can be used and downloaded.');
        this.#app.say('Training is paused.');
        break;
      case 'continued':
        if (this.#phase === 'paused') this.#become('running');
        break;
      case 'tested':
        this.#tested =
          `Test images, looked at once, now: ${percent(report.accuracy)} of ${report.total.toLocaleString('en')} right ` +
          `(${percent(report.mergedAccuracy)} with look-alikes such as 0 and O as one).`;
        break;
      case 'ended':
        this.#end(report.how === 'finished' ? 'Finished' : 'Stopped');
        break;
      case 'failed':
        this.#end('Ended early');
        this.#app.fail(this.#network.explain(report.reason, report.lostDevice));
        break;
    }
  }

  #end(how: string): void {
    this.#become('idle');
    this.#start.textContent = 'Start again';
    this.#live.say(how, this.#tested || this.#live.summary);
    this.#app.say(`Training: ${how}. ${this.#live.summary}`);
  }

  #died(error: Error): void {
    this.#filesOpen = false;
    this.#waiting = null;
    if (this.#phase === 'opening') this.#source.refused(error.message);
    else this.#end('Ended early');
    this.#become('idle');
    this.#app.fail(this.#network.explain(error.message, false));
  }

  /** Enables the fields and buttons that apply to the current state. */
  #show(): void {
    const idle = this.#phase === 'idle';
    this.#source.element.disabled = !idle;
    this.#settings.disabled = !idle;
    this.#device.disabled = !idle;
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
  new Training(host, app);
  return { show: () => undefined, hide: () => undefined }; // training continues while another tab is open
}
