// Completes the arrays of another program to a model file: names without wrappers, counters of
// batch norm, and class names.

import { FormatError } from '../../engine/errors.js';
import { EMNIST_SPLITS } from '../../data/emnist/splits.js';
import { canonicalJson, type JsonObject } from '../../nn/saving/json.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
} from '../../nn/saving/safetensors.js';
import { withoutWrappers } from '../formats/wrapperNames.js';

type Arrays = SafetensorsFile['tensors'];

/** The bias of the last layer has one number per class. */
const LAST_BIAS = 'fc_layers.3.bias';
const VARIANCE = 'running_var';
const COUNTER = 'num_batches_tracked';

/**
 * Encodes the arrays of another program as a model file, as `inkgrad import` writes it.
 *
 * @param format name of the original format, for errors
 * @param classes class names; null: those of the EMNIST split with as many classes
 * @throws FormatError if no split has as many classes, or the last layer's bias is missing
 */
export function encodeForeign(
  arrays: Arrays,
  {
    format,
    classes,
    origin,
  }: { format: string; classes: readonly string[] | null; origin: string },
): Uint8Array<ArrayBuffer> {
  const bareNames = withoutWrappers(Object.keys(arrays));
  const named = Object.values(arrays).map((array, i) => [bareNames[i], array] as const);
  const completed = withCounters(Object.fromEntries(named));
  const extra: JsonObject = {
    classes: [...(classes ?? defaultClasses(completed, format))],
    data: 'unknown data',
    origin,
  };
  return encodeSafetensors(completed, { inkgrad: '1', extra: canonicalJson(extra) });
}

/**
 * Completes a safetensors file that contains arrays only; a model file is returned unchanged.
 *
 * @throws FormatError if the file is damaged or not the character network
 */
export function completeSafetensors(bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (Object.hasOwn(metadata, 'inkgrad')) return bytes;
  return encodeForeign(tensors, { format: 'safetensors', classes: null, origin: 'safetensors' });
}

/** Adds the counters that batch norm of PyTorch before 0.4.1 and other programs lack: 0. */
function withCounters(arrays: Arrays): Arrays {
  const missing = Object.keys(arrays)
    .filter((name) => name.endsWith(`.${VARIANCE}`))
    .map((name) => name.slice(0, -VARIANCE.length) + COUNTER)
    .filter((name) => !Object.hasOwn(arrays, name));
  const counters = missing.map((name) => [name, { shape: [], data: Float32Array.of(0) }] as const);
  return { ...arrays, ...Object.fromEntries(counters) };
}

function defaultClasses(arrays: Arrays, format: string): readonly string[] {
  const outputs = Object.hasOwn(arrays, LAST_BIAS) ? arrays[LAST_BIAS].shape[0] : undefined;
  const splits = Object.values(EMNIST_SPLITS);
  const split = splits.find(({ classes }) => classes.length === outputs);
  if (split !== undefined) return split.classes;
  const counts = [...new Set(splits.map(({ classes }) => classes.length))].join(', ');
  throw new FormatError(
    outputs === undefined
      ? `${format}: the file has no ${LAST_BIAS}; it is not the character network`
      : `${format}: the file has no class names, and no EMNIST split has ${outputs} classes (they ` +
          `have ${counts}); add them as class_mapping to a .pth file`,
  );
}
