// Recipes: settings that belong together, by name. What a recipe does not name is as in the table of settings, and any
// option given beside --recipe takes the place of the recipe's. docs/recipes.md says what each ingredient is for.
// Imports nn's JSON types.

import type { Json } from '../../nn/index.js';

export const RECIPE_NAMES = ['original', 'best'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

/** Values by the name of the setting. */
export const RECIPES: Readonly<Record<RecipeName, Readonly<Record<string, Json>>>> = {
  /** The PyTorch original's training: Adam, the rate divided by ten on a plateau, dropout 0.5, images as they are. */
  original: {},
  /** What reads best of all that was tried: docs/recipes.md. 2.9 times the original's arithmetic an image. */
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
