// Networks for images of other sizes and channels: shapes, files, inference of the form, and export.

import { describe, expect, it } from 'vitest';
import {
  characterModelFrom,
  modelFrom,
  readContents,
} from '../../../src/app/model/modelContents.js';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { exportModel } from '../../../src/app/model/exportModel.js';
import { storedInput } from '../../../src/app/model/modelInput.js';
import { ModelError } from '../../../src/app/errors.js';
import { fixedSettings, newSettings } from '../../../src/app/run/settings.js';
import { Rng, scope, tensor, type Json } from '../../../src/index.js';
import { loadState, saveState } from '../../../src/nn/index.js';
import { openOnnx } from '../../support/onnxruntime.js';
import { onWasm } from '../support.js';

const classes = ['cat', 'dog'];

function network(size: number, channels: 1 | 3): CharacterNet {
  return new CharacterNet({ classes: 2, rng: new Rng(1), size, channels }).eval();
}

/** A model file with these fields. */
function fileOf(model: CharacterNet, fields: Record<string, Json> = {}): Promise<Uint8Array> {
  return saveState({ model, extra: { classes, ...fields } });
}

describe('a network', () => {
  it.each([
    [8, 1, 128],
    [15, 1, 128],
    [32, 3, 2048],
    [128, 1, 32768],
  ] as const)(
    'of images of %i pixels and %i channels has %i features',
    async (size, channels, features) => {
      await onWasm(() => {
        const model = network(size, channels);
        expect(model.fc_layers.layers[0].parameters()[0].shape).toEqual([256, features]);
        const shape = scope(() => {
          const images = tensor(new Float32Array(2 * channels * size * size), {
            shape: [2, channels, size, size],
          });
          return model.forward(images).shape;
        });
        expect(shape).toEqual([2, 2]);
        model.dispose();
      })();
    },
  );

  it(
    'is loaded with the size and channels of its file',
    onWasm(async () => {
      const [color, gray] = [network(20, 3), network(28, 1)];
      const form = { size: 20, channels: 3, preprocess: 'resize' } as const;
      const loaded = await modelFrom('a', await fileOf(color, storedInput(form)));
      expect(loaded.input).toEqual(form);
      expect(loaded.model.inputShape).toEqual([3, 20, 20]);
      const original = await modelFrom('b', await fileOf(gray));
      expect(original.input).toEqual({ size: 28, channels: 1, preprocess: 'ink' });
      expect(storedInput(original.input)).toEqual({}); // such files do not change
      for (const model of [color, gray, loaded.model, original.model]) model.dispose();
    }),
  );

  it(
    'of another program is given the smallest size that fits its arrays',
    onWasm(async () => {
      const model = network(36, 3);
      const loaded = await modelFrom('a', await fileOf(model));
      expect(loaded.input).toEqual({ size: 32, channels: 3, preprocess: 'resize' });
      model.dispose();
      loaded.model.dispose();
    }),
  );

  it.each([
    [{ size: 7, channels: 1, preprocess: 'ink' }, /expected a size from 8 to 128/],
    [{ size: 20, channels: 2, preprocess: 'resize' }, /1 or 3 channels/],
    [{ size: 20, channels: 3, preprocess: 'ink' }, /ink \(1 channel\) or resize/],
    [{ size: 64, channels: 3, preprocess: 'resize' }, /fc_layers.0.weight/],
  ])('is rejected with %o', async (fields, message) => {
    await onWasm(async () => {
      const model = network(20, 3);
      const loading = modelFrom('a', await fileOf(model, fields));
      await expect(loading).rejects.toThrow(ModelError);
      await expect(loading).rejects.toThrow(message);
      model.dispose();
    })();
  });

  it(
    'of other images is rejected by the page and the library',
    onWasm(async () => {
      const model = network(20, 3);
      const bytes = await fileOf(model, { size: 20, channels: 3, preprocess: 'resize' });
      await expect(characterModelFrom('a', bytes, 'this page')).rejects.toThrow(
        'model a: classifies color images of 20 x 20 pixels (--preprocess resize), but this page ' +
          'requires gray characters of 28 x 28 pixels; use inkgrad predict',
      );
      model.dispose();
    }),
  );
});

it('is not among the settings that identify a run of EMNIST', () => {
  expect(Object.keys(fixedSettings(newSettings({})))).not.toContain('size');
  const own = newSettings({ size: 20, preprocess: 'resize' });
  expect(fixedSettings(own)).toMatchObject({ size: 20, preprocess: 'resize' });
  expect(fixedSettings(own)).not.toHaveProperty('orientation');
});

describe('an export', () => {
  it(
    'to ONNX computes the same logits; safetensors and .pth files keep the form',
    onWasm(async () => {
      const model = network(12, 3);
      const form = { size: 12, channels: 3, preprocess: 'resize' } as const;
      const loaded = await modelFrom('a', await fileOf(model, form));
      const pixels = Float32Array.from({ length: 432 }, (_, i) => Math.sin(i));
      const expected = await scope(() =>
        loaded.model.forward(tensor(pixels, { shape: [1, 3, 12, 12] })).data(),
      );
      const exported = { ...loaded, data: 'pets' };
      const session = await openOnnx(await exportModel(exported, 'onnx'), [3, 12, 12]);
      const logits = await session.run(pixels);
      logits.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
      await session.release();
      const copy = await exportModel(exported, 'safetensors');
      expect(loadState(copy).extra).toMatchObject(form);
      const pth = await readContents('a', await exportModel(exported, 'pth'));
      expect(loadState(pth.safetensors).extra).toMatchObject(form);
      model.dispose();
      loaded.model.dispose();
    }),
  );
});
