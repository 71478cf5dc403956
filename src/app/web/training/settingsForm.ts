// The settings form of a run: number of images, epochs, device and more, with defaults that work.

import { element } from '../ui/dom.js';
import { LIMITS, MAX_IMAGES, type BackendChoice, type Settings } from './protocol.js';

type Choices = readonly (readonly [value: number | string, text: string])[];

const SYNTHETIC_COUNTS: Choices = [20, 50, 100, 200, 400].map((perClass) => [
  47 * perClass,
  `${(47 * perClass).toLocaleString('en')} (${perClass} of each)`,
]);
const EMNIST_COUNTS = [5_000, 20_000, 60_000];

const BATCH_SIZES: Choices = [16, 32, 64, 128, 256].map((size) => [size, `${size} images`]);
const LEARNING_RATES: Choices = [
  [0.0003, '0.0003'],
  [0.001, '0.001'],
  [0.003, '0.003'],
  [0.01, '0.01'],
  [0.1, '0.1 (too much: watch it fail)'],
];
const DROPOUTS: Choices = [
  [0, 'none'],
  [0.25, 'a quarter'],
  [0.5, 'half'],
];
const DEVICES: readonly (readonly [BackendChoice, string])[] = [
  ['wasm', 'processor (CPU)'],
  ['webgpu', 'graphics card, WebGPU'],
  ['webgl2', 'graphics card, WebGL2'],
  ['auto', 'whatever proves fastest'],
];

/** Default settings: at most a minute on two cores. */
const DEFAULTS = {
  images: 2350,
  epochs: 10,
  batchSize: 64,
  learningRate: 0.001,
  dropout: 0.25,
  seed: 42,
};

export class SettingsForm {
  readonly element: HTMLFieldSetElement;
  readonly #images = select('Characters', SYNTHETIC_COUNTS, DEFAULTS.images);
  readonly #epochs = integerField(
    'Epochs',
    'how often each is seen',
    DEFAULTS.epochs,
    LIMITS.epochs,
  );
  readonly #device = select('Compute on', DEVICES, 'wasm');
  readonly #batch = select('Batch', BATCH_SIZES, DEFAULTS.batchSize);
  readonly #learningRate = select('Learning rate', LEARNING_RATES, DEFAULTS.learningRate);
  readonly #dropout = select('Dropout', DROPOUTS, DEFAULTS.dropout);
  readonly #seed = integerField(
    'Seed',
    'the same gives the same network',
    DEFAULTS.seed,
    LIMITS.seed,
  );
  #source: Settings['source'] = 'synthetic';

  constructor() {
    const more = element(
      'details',
      {},
      element('summary', {}, 'More settings'),
      ...[this.#batch, this.#learningRate, this.#dropout, this.#seed].map(({ row }) => row),
    );
    const rows = [this.#images, this.#epochs, this.#device].map(({ row }) => row);
    this.element = element(
      'fieldset',
      { className: 'settings', ariaLabel: 'Settings' },
      ...rows,
      more,
    );
  }

  /** Disabled during a run. */
  set disabled(disabled: boolean) {
    this.element.disabled = disabled;
  }

  /**
   * Sets the selectable numbers of images for the source.
   *
   * @param available number of images in the EMNIST files; null for synthetic images
   */
  setAvailable(available: number | null): void {
    this.#source = available === null ? 'synthetic' : 'emnist';
    if (available === null) fill(this.#images.input, SYNTHETIC_COUNTS, DEFAULTS.images);
    else {
      const max = Math.min(available, MAX_IMAGES);
      const counts = [...EMNIST_COUNTS.filter((count) => count < max), max];
      const text = (count: number): string =>
        count === available
          ? `all ${count.toLocaleString('en')}`
          : `the first ${count.toLocaleString('en')}`;
      fill(
        this.#images.input,
        counts.map((count) => [count, text(count)]),
        counts[Math.min(1, counts.length - 1)],
      );
    }
  }

  values(): Settings {
    return {
      source: this.#source,
      images: Number(this.#images.input.value),
      epochs: Number(this.#epochs.input.value),
      backend: this.#device.input.value as BackendChoice,
      batchSize: Number(this.#batch.input.value),
      learningRate: Number(this.#learningRate.input.value),
      dropout: Number(this.#dropout.input.value),
      seed: Number(this.#seed.input.value),
    };
  }
}

interface Row<Input> {
  readonly row: HTMLElement;
  readonly input: Input;
}

function select(label: string, choices: Choices, chosen: number | string): Row<HTMLSelectElement> {
  const input = element('select');
  fill(input, choices, chosen);
  return rowOf(label, '', input);
}

/** A field with its label and a hint. */
function rowOf<Input extends HTMLElement>(label: string, hint: string, input: Input): Row<Input> {
  input.id = `training-${label.toLowerCase().replaceAll(' ', '-')}`;
  const hintElement = element('small', { id: `${input.id}-hint` }, hint);
  if (hint !== '') input.setAttribute('aria-describedby', hintElement.id);
  const name = element('div', {}, element('label', { htmlFor: input.id }, label), hintElement);
  return { row: element('div', { className: 'row' }, name, input), input };
}

function fill(input: HTMLSelectElement, choices: Choices, chosen: number | string): void {
  input.replaceChildren(
    ...choices.map(([value, text]) =>
      element('option', { value: String(value), selected: value === chosen }, text),
    ),
  );
}

function integerField(
  label: string,
  hint: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): Row<HTMLInputElement> {
  const input = element('input', {
    type: 'number',
    min: String(min),
    max: String(max),
    step: '1',
    required: true,
    value: String(value),
    inputMode: 'numeric',
  });
  return rowOf(label, hint, input);
}
