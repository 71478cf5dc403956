// Recipes: named sets of settings. Settings that a recipe omits have the defaults of the settings
// table, and options given with --recipe override it. docs/recipes.md explains each ingredient.

import type { Json } from '../../nn/index.js';

export const RECIPE_NAMES = ['original', 'best'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

/** Values by the name of the setting. */
export const RECIPES: Readonly<Record<RecipeName, Readonly<Record<string, Json>>>> = {
  /**
   * The PyTorch original's training: Adam, rate divided by ten on a plateau, dropout
   * 0.5, no augmentation.
   */
  original: {},
  /**
   * The most accurate recipe tried: docs/recipes.md. Needs 2.9 times the original's
   * arithmetic per image.
   */
  best: {
    convolutions: '1,2,2',
    dropout: 0.4,
    epochs: 16,
    keep: 'last',
    lr: 0.003,
    schedule: 'one-cycle',
    weightDecay: 0.01,
    average: 0.999,
    shift: 1,
    rotation: 10,
    scale: 0.1,
    shear: 0.15,
    stroke: 0.5,
    labelSmoothing: 0.05,
    balance: true,
    preciseBn: true,
  },
};
