// Tests the settings in the page's address: round trips, only changed values, and invalid ones; and
// the presets and costs that the page shows.

import { describe, expect, it } from 'vitest';
import { costOf, type Architecture } from '../../../src/app/model/architecture.js';
import { modelFrom } from '../../../src/app/model/modelContents.js';
import { costFacts, rateOf } from '../../../src/app/web/training/costText.js';
import {
  DEFAULT_SETTINGS,
  PRESETS,
  sameArchitecture,
  type Settings,
} from '../../../src/app/web/training/settings.js';
import {
  addressOfSettings,
  settingsFromAddress,
} from '../../../src/app/web/training/settingsLink.js';
import { readFile } from 'node:fs/promises';
import { SHIPPED_MODEL } from '../../../src/app/model/shippedModel.js';
import { onWasm } from '../../app/support.js';

const PAGE = 'https://example.org/inkgrad/#tab=train&s=1abc';
const ARCHITECTURE: Architecture = {
  blocks: [
    { channels: 5, convolutions: 2 },
    { channels: 200, convolutions: 1 },
  ],
  hidden: 77,
};
const CHANGED: Settings = {
  ...DEFAULT_SETTINGS,
  architecture: ARCHITECTURE,
  dropout: 0.4,
  optimizer: 'sgd',
  learningRate: 0.03,
  batchSize: 128,
  augment: true,
  seed: 7,
  epochs: 3,
  images: 940,
};

describe('the address of settings', () => {
  it('contains only what differs from the defaults, and keeps the drawing', () => {
    expect(addressOfSettings(DEFAULT_SETTINGS, PAGE)).toBe(PAGE);
    expect(addressOfSettings(CHANGED, PAGE)).toBe(
      `${PAGE}&net=5x2-200&hidden=77&dropout=0.4&optimizer=sgd&lr=0.03&batch=128&augment=1&seed=7` +
        '&epochs=3&images=940',
    );
    const again = addressOfSettings(DEFAULT_SETTINGS, addressOfSettings(CHANGED, PAGE));
    expect(again).toBe(PAGE);
    expect(addressOfSettings(DEFAULT_SETTINGS, PAGE, { drawing: false })).toBe(
      'https://example.org/inkgrad/#tab=train',
    );
  });

  it('restores them', () => {
    const { hash } = new URL(addressOfSettings(CHANGED, PAGE));
    expect(settingsFromAddress(hash)).toEqual({ settings: CHANGED, error: null });
    expect(settingsFromAddress('')).toEqual({ settings: DEFAULT_SETTINGS, error: null });
    const { architecture } = settingsFromAddress('#hidden=64').settings;
    expect(architecture).toEqual({ ...DEFAULT_SETTINGS.architecture, hidden: 64 });
  });

  it.each([
    ['net=32-64-128-256-256', /net is 32-64-128-256-256, expected 1 to 4 blocks/],
    ['net=3', /4 to 256 channels/],
    ['net=8x4', /1 to 3 convolutions/],
    ['net=8x', /net is 8x/],
    ['hidden=1e9', /hidden is 1e9, expected a whole number from 8 to 1024/],
    ['optimizer=lion', /optimizer is lion, expected adam, adamw, sgd/],
    ['lr=fast', /lr is fast, expected a number from 0.000001 to 1/],
    ['lr=-1', /lr is -1/],
    ['batch=2.5', /batch is 2.5, expected a whole number from 2 to 512/],
    ['epochs=0&augment=yes', /augment is yes, expected 0 or 1; epochs is 0, .*; the defaults/],
  ])('reports %s and uses the defaults', (text, message) => {
    const { settings, error } = settingsFromAddress(`#tab=train&seed=9&${text}`);
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, seed: 9 });
    expect(error!.message).toMatch(message);
  });
});

describe('the first preset', () => {
  it(
    'is the network of the page, and the default',
    onWasm(async () => {
      const bytes = new Uint8Array(await readFile(SHIPPED_MODEL));
      const { model, classes } = await modelFrom('shipped', bytes);
      expect(sameArchitecture(model.architecture, PRESETS[0].architecture)).toBe(true);
      expect(sameArchitecture(model.architecture, DEFAULT_SETTINGS.architecture)).toBe(true);
      const { parameters } = costOf(DEFAULT_SETTINGS.architecture, classes.length);
      expect(parameters).toBe(model.parameterCount);
      expect(parameters).toBe(585_263);
      model.dispose();
    }),
  );

  it('has the stated cost, and the time of an epoch follows from a measured speed', () => {
    const { architecture } = DEFAULT_SETTINGS;
    const facts = (measured: number | null) =>
      Object.fromEntries(
        costFacts(architecture, {
          classes: 47,
          images: 1000,
          rate:
            measured === null
              ? null
              : rateOf({ imagesPerSecond: measured, architecture, classes: 47 }),
        }),
      );
    expect(facts(null)).toMatchObject({
      Weights: '585,263',
      'Multiply-adds per image': '22.2 million',
      'Compared with this page’s': 'equal',
    });
    expect(facts(50)['Time per epoch']).toBe('about 20 s, as measured here');
  });
});
