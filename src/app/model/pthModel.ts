// Converts a PyTorch file to the safetensors that `inkgrad import` writes. Bytes in, bytes out; the
// page loads this module only for such a file.

import { FormatError } from '../../engine/errors.js';
import { decodePth } from '../formats/pth.js';
import { isLegacyPth } from '../formats/pthSignature.js';
import { encodeForeign } from './foreignModel.js';

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
  return {
    safetensors: encodeForeign(tensors, { format: 'pth', classes, origin: 'pytorch' }),
    ignored,
  };
}
