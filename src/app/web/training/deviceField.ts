// What this browser has to compute with: what is known at once, and, when asked, the report that `inkgrad doctor` prints, for
// which gpu.js is loaded. Imports the device report and the bench page's probe.

import { describeAttempt, imitatesGpu, type DeviceAttempt, type DeviceReport } from '../../device/device.js';
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
  readonly #ask = element('button', { type: 'button' }, 'Try all devices');
  readonly #state = element('p', { className: 'soft', role: 'status' });
  readonly #facts = element('dl', { className: 'facts' });

  constructor() {
    this.#ask.addEventListener('click', () => void this.#probe());
    this.element = element(
      'details',
      { className: 'device' },
      element('summary', {}, 'What can this browser compute with?'),
      this.#facts,
      this.#state,
      this.#ask,
    );
    this.#draw([]);
  }

  /** Off while training computes: a probe would slow both down. */
  set disabled(disabled: boolean) {
    this.#ask.disabled = disabled;
  }

  async #probe(): Promise<void> {
    this.#ask.disabled = true;
    this.#state.textContent = 'Trying each with two training steps. This loads gpu.js.';
    const report = await probeDevice(new AbortController().signal);
    this.#ask.disabled = false;
    if ('reason' in report) {
      this.#state.textContent = report.reason;
      return;
    }
    this.#state.textContent = `Best: ${deviceText(report)}.`;
    const here = report.tried.filter(({ mode }) => mode !== 'headlessgl'); // which is for Node
    this.#draw(here.map((attempt) => [NAMES[attempt.mode], attemptText(attempt)]));
  }

  #draw(more: readonly (readonly [string, string])[]): void {
    drawFacts(this.#facts, [
      ['Processor', `${navigator.hardwareConcurrency} logical cores`],
      [
        'Threads',
        crossOriginIsolated
          ? 'several: this page is cross-origin isolated'
          : 'one: the host does not isolate this page, so memory cannot be shared',
      ],
      ...more,
    ]);
  }
}

/** What a run computes on: `CPU (relaxed SIMD, 2 threads)`. */
export function deviceText({ chosen, adapter }: DeviceReport): string {
  return `${NAMES[chosen]} (${adapter})`;
}

/** The report is written for the command line; on the page one chooses from a list. */
function attemptText(attempt: DeviceAttempt): string {
  return describeAttempt(attempt).replace(/; --backend \w+ forces it/, ', but can be chosen all the same');
}

/** Whether to warn that the GPU is none. */
export const isSlow = imitatesGpu;
