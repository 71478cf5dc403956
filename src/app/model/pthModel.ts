// Converts a PyTorch file to the safetensors that `inkgrad import` writes. Bytes in, bytes out; the
// page loads this module only for such a file.

import { FormatError } from '../../engine/errors.js';
import { EMNIST_SPLITS } from '../../data/emnist/splits.js';
import { canonicalJson, type JsonObject } from '../../nn/saving/json.js';
import { encodeSafetensors } from '../../nn/saving/safetensors.js';
import { decodePth, type PthFile } from '../formats/pth.js';
import { isLegacyPth } from '../formats/pthSignature.js';

/**
 * Converts a PyTorch file.
 *
 * @returns weights and class names as `saveState` would write them (equal files give equal bytes),
 *   and the keys of unused contents
 * @throws FormatError if it is damaged, would execute code, or is not the character network
 */
export async function convertPth(
  bytes: Uint8Array,
): Promise<{ readonly safetensors: Uint8Array; readonly ignored: readonly string[] }> {
  if (isLegacyPth(bytes)) {
    throw new FormatError(
      'pth: the file has the format of PyTorch before 1.6; load it in PyTorch 1.6 or later and ' +
        'torch.save it again',
    );
  }
  const { tensors, classes, ignored } = await decodePth(bytes);
  const extra: JsonObject = {
    classes: [...(classes ?? defaultClasses(tensors))],
    data: 'unknown data',
    origin: 'pytorch',
  };
  return {
    safetensors: encodeSafetensors(tensors, { inkgrad: '1', extra: canonicalJson(extra) }),
    ignored,
  };
}

/** The bias of the last layer has one number per class. */
const LAST_BIAS = 'fc_layers.3.bias';

/**
 * The class names of a file that contains none: those of the EMNIST split with as many classes.
 *
 * @throws FormatError if no split has as many classes, or the last layer's bias is missing
 */
function defaultClasses(tensors: PthFile['tensors']): readonly string[] {
  const outputs = Object.hasOwn(tensors, LAST_BIAS) ? tensors[LAST_BIAS].shape[0] : undefined;
  const split = Object.values(EMNIST_SPLITS).find(({ classes }) => classes.length === outputs);
  if (split !== undefined) return split.classes;
  const classCounts = [
    ...new Set(Object.values(EMNIST_SPLITS).map(({ classes }) => classes.length)),
  ].join(', ');
  throw new FormatError(
    outputs === undefined
      ? `pth: the file has no ${LAST_BIAS}; it is not the character network`
      : `pth: the file has no class names (class_mapping), and no EMNIST split has ${outputs} ` +
          `classes (they have ${classCounts})`,
  );
}
