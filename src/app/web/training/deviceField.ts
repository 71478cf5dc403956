// The devices of this browser: what is known immediately, and on request the report that `inkgrad doctor` prints.
// The report loads gpu.js.

import {
  describeAttempt,
  isSoftwareGpu,
  type DeviceAttempt,
  type DeviceReport,
} from '../../device/device.js';
import { probeDevice } from '../bench/run.js';
import { drawFacts } from '../bench/view.js';
import { element } from '../ui/dom.js';

const NAMES: Readonly<Record<string, string>> = {
  wasm: 'CPU',
  webgpu: 'WebGPU',
  webgl2: 'WebGL2',
  headlessgl: 'headless-gl',
  reference: 'Reference',
};

export class DeviceField {
  readonly element: HTMLElement;
  readonly #probeButton = element('button', { type: 'button' }, 'Test all devices');
  readonly #state = element('p', { className: 'soft', role: 'status' });
  readonly #facts = element('dl', { className: 'facts' });

  constructor() {
    this.#probeButton.addEventListener('click', () => void this.#probe());
    this.element = element(
      'details',
      { className: 'device' },
      element('summary', {}, 'Available hardware'),
      this.#facts,
      this.#state,
      this.#probeButton,
    );
    this.#draw([]);
  }

  /** Disabled during training: a probe would slow both down. */
  set disabled(disabled: boolean) {
    this.#probeButton.disabled = disabled;
  }

  async #probe(): Promise<void> {
    this.#probeButton.disabled = true;
    this.#state.textContent = 'Testing each with two training steps.';
    const report = await probeDevice(new AbortController().signal);
    this.#probeButton.disabled = false;
    if ('reason' in report) {
      this.#state.textContent = report.reason;
      return;
    }
    this.#state.textContent = `Best: ${deviceText(report)}.`;
    const attempts = report.tried.filter(({ mode }) => mode !== 'headlessgl'); // headlessgl is for Node
    this.#draw(attempts.map((attempt) => [NAMES[attempt.mode], attemptText(attempt)]));
  }

  #draw(attempts: readonly (readonly [string, string])[]): void {
    drawFacts(this.#facts, [
      ['Processor', `${navigator.hardwareConcurrency} logical cores`],
      [
        'Threads',
        crossOriginIsolated
          ? 'several'
          : 'one: the server does not isolate this page, so threads cannot share memory',
      ],
      ...attempts,
    ]);
  }
}

/** The device of a run as text: `CPU (relaxed SIMD, 2 threads)`. */
export function deviceText({ chosen, adapter }: DeviceReport): string {
  return `${NAMES[chosen]} (${adapter})`;
}

/** Adapts the report's text, which is written for the command line, to the page. */
function attemptText(attempt: DeviceAttempt): string {
  return describeAttempt(attempt).replace(/; --backend \w+ forces it/, ', but can still be chosen');
}

/** Whether the GPU is a software renderer, which is slow. */
export const isSlowDevice = isSoftwareGpu;
