// The settings of a training run in the page: defaults, limits and presets. No DOM.

import { originalArchitecture, type Architecture } from '../../model/architecture.js';
import type { OptimizerName } from '../../training/makeOptimizer.js';
import { RECIPES } from '../../training/recipes.js';

/** Backends of a run; `auto` tries all and takes the fastest. */
export const BACKEND_CHOICES = ['wasm', 'webgpu', 'webgl2', 'auto'] as const;
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

/** Maximum number of images kept of one file: all of EMNIST Balanced, 94 MB. */
export const MAX_IMAGES = 120_000;

export interface Settings {
  /** Synthetic images, or the EMNIST files that were opened before. */
  readonly source: 'synthetic' | 'emnist';
  /** Number of images, including the validation images. */
  readonly images: number;
  readonly backend: BackendChoice;
  readonly epochs: number;
  readonly architecture: Architecture;
  /** Dropout probability of the hidden layer. */
  readonly dropout: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  /** Images per step. */
  readonly batchSize: number;
  /** Whether to shift, rotate, scale, slant and thicken images at random (`AUGMENTATION`). */
  readonly augment: boolean;
  readonly seed: number;
}

/** Ranges of the settings, used by the page's fields, by links and by the worker's validation. */
export const LIMITS = {
  images: { min: 94, max: MAX_IMAGES },
  epochs: { min: 1, max: 200 },
  batchSize: { min: 2, max: 512 },
  learningRate: { min: 1e-6, max: 1 },
  dropout: { min: 0, max: 0.9 },
  seed: { min: 0, max: 2 ** 32 - 1 },
} as const;

/** The augmentation of `--recipe best`. */
export const AUGMENTATION = { shift: 1, rotation: 10, scale: 0.1, shear: 0.15, stroke: 0.5 };
/** AdamW's and SGD's, as in `--recipe best`. */
export const WEIGHT_DECAY = RECIPES.best.weightDecay as number;

/** The architecture of the model that comes with the page. */
const PAGE_ARCHITECTURE = originalArchitecture([1, 2, 2]);

export interface Preset {
  readonly name: string;
  readonly architecture: Architecture;
}

export const PRESETS: readonly Preset[] = [
  { name: 'Network of this page', architecture: PAGE_ARCHITECTURE },
  { name: 'Original (PyTorch)', architecture: originalArchitecture() },
  {
    name: 'Small',
    architecture: {
      blocks: [
        { channels: 16, convolutions: 1 },
        { channels: 32, convolutions: 1 },
      ],
      hidden: 64,
    },
  },
];

export function sameArchitecture(one: Architecture, other: Architecture): boolean {
  return JSON.stringify(shapeOf(one)) === JSON.stringify(shapeOf(other));
}

const shapeOf = ({ blocks, hidden }: Architecture): unknown => [
  blocks.map(({ channels, convolutions }) => [channels, convolutions]),
  hidden,
];

export const DEFAULT_SETTINGS: Settings = {
  source: 'synthetic',
  images: 2350,
  backend: 'wasm',
  epochs: 10,
  architecture: PAGE_ARCHITECTURE,
  dropout: 0.25,
  optimizer: 'adam',
  learningRate: 0.001,
  batchSize: 64,
  augment: false,
  seed: 42,
};
