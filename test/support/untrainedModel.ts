// Builds a model file of the untrained network, for tests that need a loadable one.

import { CharacterNet } from '../../src/app/model/characterNet.js';
import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { Rng } from '../../src/engine/index.js';
import { saveState } from '../../src/nn/index.js';
import { wasm, withFreshBackend } from './backends.js';

/** The bytes of a safetensors file for the 47 Balanced classes, without a digest. */
export async function untrainedModel(): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array();
  await withFreshBackend(wasm(1).make, async () => {
    const model = new CharacterNet({ classes: BALANCED_CLASSES.length, rng: new Rng(1) });
    const about = { data: 'nothing', synthetic: false, seed: 1, valFraction: 0.1, limit: null };
    bytes = Uint8Array.from(
      await saveState({ model, extra: { classes: [...BALANCED_CLASSES], ...about } }),
    );
    model.dispose();
  });
  return bytes;
}
