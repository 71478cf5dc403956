// The settings of a run: the architecture with its cost, and how it is trained.

import { drawFacts } from '../bench/view.js';
import { element } from '../ui/dom.js';
import { ArchitectureEditor } from './architectureEditor.js';
import { costFacts } from './costText.js';
import { choose, fillChoices, integerField, selectField, type Choices } from './fields.js';
import {
  DEFAULT_SETTINGS,
  LIMITS,
  MAX_IMAGES,
  type BackendChoice,
  type Settings,
} from './settings.js';

const SYNTHETIC_COUNTS: Choices = [20, 50, 100, 200, 400].map((perClass) => [
  47 * perClass,
  (47 * perClass).toLocaleString('en'),
]);
const EMNIST_COUNTS = [5_000, 20_000, 60_000];

const BATCH_SIZES: Choices = [16, 32, 64, 128, 256].map((size) => [size, `${size} images`]);
const LEARNING_RATES: Choices = [
  [0.0003, '0.0003'],
  [0.001, '0.001'],
  [0.003, '0.003'],
  [0.01, '0.01'],
  [0.03, '0.03'],
  [0.1, '0.1'],
];
const OPTIMIZER_NAMES: readonly (readonly [Settings['optimizer'], string])[] = [
  ['adam', 'Adam'],
  ['adamw', 'AdamW'],
  ['sgd', 'SGD with momentum'],
];
const DROPOUTS: Choices = [0, 0.25, 0.4, 0.5].map((value) => [
  value,
  value === 0 ? 'none' : `${100 * value} %`,
]);
const AUGMENTATION: Choices = [
  [0, 'off'],
  [1, 'on'],
];
const DEVICES: readonly (readonly [BackendChoice, string])[] = [
  ['wasm', 'CPU'],
  ['webgpu', 'GPU (WebGPU)'],
  ['webgl2', 'GPU (WebGL2)'],
  ['auto', 'fastest available'],
];

/** What the images determine. */
export interface ImageSource {
  /** Number of images in the EMNIST files; null for synthetic images. */
  readonly available: number | null;
  readonly classes: number;
}

export class SettingsForm {
  /** Architecture and cost. */
  readonly network: HTMLFieldSetElement;
  /** The other settings. */
  readonly training: HTMLFieldSetElement;
  readonly #onChange: (settings: Settings) => void;
  readonly #architecture = new ArchitectureEditor(() => this.#changed());
  readonly #images = selectField({ label: 'Images' }, SYNTHETIC_COUNTS);
  readonly #epochs = integerField({ label: 'Epochs', hint: 'passes over the data' }, LIMITS.epochs);
  readonly #optimizer = selectField({ label: 'Optimizer' }, OPTIMIZER_NAMES);
  readonly #learningRate = selectField({ label: 'Learning rate' }, LEARNING_RATES);
  readonly #batch = selectField({ label: 'Batch size' }, BATCH_SIZES);
  readonly #dropout = selectField({ label: 'Dropout' }, DROPOUTS);
  readonly #augment = selectField(
    { label: 'Augmentation', hint: 'small random changes of each image' },
    AUGMENTATION,
  );
  readonly #seed = integerField({ label: 'Seed', hint: 'same seed, same result' }, LIMITS.seed);
  readonly #device = selectField({ label: 'Compute on' }, DEVICES);
  readonly #cost = element('dl', { className: 'facts cost' });
  #source: ImageSource = { available: null, classes: 47 };
  #rate: number | null = null;

  /** @param onChange called after every change by the visitor */
  constructor(onChange: (settings: Settings) => void) {
    this.#onChange = onChange;
    const fields = [
      this.#images,
      this.#epochs,
      this.#optimizer,
      this.#learningRate,
      this.#batch,
      this.#dropout,
      this.#augment,
      this.#seed,
      this.#device,
    ];
    for (const { input } of fields) input.addEventListener('input', () => this.#changed());
    this.network = element(
      'fieldset',
      { className: 'network-setup' },
      element('legend', {}, 'Network'),
      this.#architecture.element,
      this.#cost,
    );
    this.training = element(
      'fieldset',
      { className: 'settings' },
      element('legend', {}, 'Training'),
      element('div', { className: 'fields' }, ...fields.map((field) => field.element)),
    );
    this.set(DEFAULT_SETTINGS);
  }

  /** Disabled during a run. */
  set disabled(disabled: boolean) {
    this.network.disabled = disabled;
    this.training.disabled = disabled;
  }

  /** Multiply-adds per second that a run has measured. */
  set rate(rate: number) {
    this.#rate = rate;
    this.#showCost();
  }

  /** Sets the selectable numbers of images for the source, and the number of outputs. */
  setSource(source: ImageSource): void {
    const wasSynthetic = this.#source.available === null;
    const { available, classes } = source;
    this.#source = source;
    this.#architecture.classes = classes;
    if (available !== null) this.#fillCounts(available);
    else if (!wasSynthetic) {
      fillChoices(this.#images.input, SYNTHETIC_COUNTS);
      choose(this.#images.input, DEFAULT_SETTINGS.images);
    }
    this.#showCost();
  }

  #fillCounts(available: number): void {
    const max = Math.min(available, MAX_IMAGES);
    const counts = [...EMNIST_COUNTS.filter((count) => count < max), max];
    const text = (count: number): string =>
      count === available
        ? `all ${count.toLocaleString('en')}`
        : `the first ${count.toLocaleString('en')}`;
    fillChoices(
      this.#images.input,
      counts.map((count) => [count, text(count)]),
    );
    choose(this.#images.input, counts[Math.min(1, counts.length - 1)]);
  }

  /** Shows these settings. The source of the images and, for EMNIST files, their number stay. */
  set(settings: Settings): void {
    this.#architecture.set(settings.architecture);
    if (this.#source.available === null) choose(this.#images.input, settings.images);
    this.#epochs.input.value = String(settings.epochs);
    choose(this.#optimizer.input, settings.optimizer);
    choose(this.#learningRate.input, settings.learningRate);
    choose(this.#batch.input, settings.batchSize);
    choose(this.#dropout.input, settings.dropout);
    choose(this.#augment.input, settings.augment ? 1 : 0);
    this.#seed.input.value = String(settings.seed);
    choose(this.#device.input, settings.backend);
    this.#showCost();
  }

  values(): Settings {
    return {
      source: this.#source.available === null ? 'synthetic' : 'emnist',
      images: Number(this.#images.input.value),
      epochs: Number(this.#epochs.input.value),
      backend: this.#device.input.value as BackendChoice,
      architecture: this.#architecture.value,
      optimizer: this.#optimizer.input.value as Settings['optimizer'],
      batchSize: Number(this.#batch.input.value),
      learningRate: Number(this.#learningRate.input.value),
      dropout: Number(this.#dropout.input.value),
      augment: this.#augment.input.value === '1',
      seed: Number(this.#seed.input.value),
    };
  }

  #changed(): void {
    this.#showCost();
    this.#onChange(this.values());
  }

  #showCost(): void {
    const { architecture, images } = this.values();
    const options = { classes: this.#source.classes, images, rate: this.#rate };
    drawFacts(this.#cost, costFacts(architecture, options));
  }
}
