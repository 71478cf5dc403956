// Recipes: settings from a recipe, from single options or both, and settings that a resumed run
// cannot change.

import { describe, expect, it } from 'vitest';
import { describeRecipe } from '../../src/app/training/describeRecipe.js';
import { RECIPES } from '../../src/app/training/recipes.js';
import {
  newSettings,
  readSettings,
  resumedSettings,
  SETTINGS,
} from '../../src/app/run/settings.js';
import type { JsonObject } from '../../src/nn/index.js';

describe('recipes', () => {
  it('the default is the original', () => {
    expect(newSettings({})).toEqual(newSettings({ recipe: 'original' }));
    expect(newSettings({})).toMatchObject({
      lr: 0.001,
      dropout: 0.5,
      schedule: 'plateau',
      average: 0,
      shift: 0,
    });
    expect(describeRecipe(newSettings({ seed: 7 }))).toEqual([
      'Adam, lr 0.001, batch 64, 20 epochs, dropout 0.5, seed 7',
    ]);
  });

  it('the description of the best names its settings, and explicit options override it', () => {
    const settings = newSettings({ recipe: 'best', shift: 0, dropout: 0.4, balance: false });
    expect(settings).toMatchObject({
      ...RECIPES.best,
      recipe: 'best',
      shift: 0,
      dropout: 0.4,
      balance: false,
    });
    const description = describeRecipe(settings).join('\n');
    expect(description).toMatch(/^best: AdamW .*one-cycle.* dropout 0\.4/);
    expect(description).toContain('rotation 10 degrees');
    expect(description).not.toMatch(/shift|balanced/);
  });

  it.each(Object.entries(RECIPES))('%s has valid settings', (recipe, recipeSettings) => {
    for (const [name, value] of Object.entries(recipeSettings)) {
      expect(SETTINGS[name as keyof typeof SETTINGS].isValid(value), name).toBe(true);
    }
    const settings = newSettings({ recipe: recipe as keyof typeof RECIPES });
    expect(readSettings(JSON.parse(JSON.stringify(settings)) as JsonObject)).toEqual(settings);
  });

  it('an unknown value is rejected', () => {
    const settings = { ...newSettings({}), schedule: 'sometimes' } as unknown as JsonObject;
    expect(() => readSettings(settings)).toThrow('expected one of plateau, cosine, one-cycle');
  });
});

describe('a resumed run', () => {
  it('can have more epochs, unless the learning rate depends on the total number of steps', () => {
    expect(resumedSettings(newSettings({}), { epochs: 30 }, 'runs/1').epochs).toBe(30);
    const best = newSettings({ recipe: 'best' });
    expect(() => resumedSettings(best, { epochs: 30 }, 'runs/1')).toThrow(
      '--epochs 30 contradicts',
    );
    expect(resumedSettings(best, { epochs: best.epochs }, 'runs/1')).toEqual(best);
  });

  it('cannot change its recipe or a setting', () => {
    const best = newSettings({ recipe: 'best' });
    for (const override of [
      { recipe: 'original' as const },
      { stroke: 0.4 },
      { balance: false },
      { average: 0 },
    ]) {
      expect(() => resumedSettings(best, override, 'runs/1')).toThrow(
        'contradicts --resume runs/1',
      );
    }
  });
});
