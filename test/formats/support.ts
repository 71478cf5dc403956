// Builds PyTorch files, valid and invalid, for the tests of their reader.

import {
  call,
  dict,
  FALSE,
  integer,
  name,
  persistent,
  program,
  text,
  tuple,
  type Pickled,
} from '../../src/app/formats/pickleWriter.js';
import { writeStoredArchive } from '../../src/app/formats/zipArchive.js';

export const ORDERED_DICT = call(name('collections', 'OrderedDict'));
const REBUILD = name('torch._utils', '_rebuild_tensor_v2');

export interface TensorOptions {
  /** Storage class; default FloatStorage. */
  readonly storage?: string;
  /** Archive member below `data/`; default '0'. */
  readonly key?: string;
  /** Declared number of elements of the storage. */
  readonly length: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** The pickle of a tensor, as torch.save writes it. */
export function tensor(options: TensorOptions): Pickled {
  const { storage = 'FloatStorage', key = '0', length, offset = 0, shape, stride } = options;
  const id = tuple(
    text('storage'),
    name('torch', storage),
    text(key),
    text('cpu'),
    integer(length),
  );
  const sizes = (values: readonly number[]): Pickled => tuple(...values.map(integer));
  return call(
    REBUILD,
    persistent(id),
    integer(offset),
    sizes(shape),
    sizes(stride),
    FALSE,
    ORDERED_DICT,
  );
}

/** A state dict of `{ name: tensor }`. */
export function stateDict(entries: Readonly<Record<string, Pickled>>): Pickled {
  return dict(
    Object.entries(entries).map(([key, value]) => [text(key), value] as const),
    ORDERED_DICT,
  );
}

/** The bytes of float32 values, little-endian. */
export function float32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/**
 * A .pth file.
 *
 * @param contents the pickle: a value, or the bytes of a whole program
 * @param members the members below the archive's folder
 */
export function pth(
  contents: Pickled | Uint8Array,
  members: Readonly<Record<string, Uint8Array>> = {},
): Promise<Uint8Array> {
  const pickle = contents instanceof Uint8Array ? contents : program(contents);
  const all = { 'data.pkl': pickle, version: new TextEncoder().encode('3\n'), ...members };
  return writeStoredArchive(
    Object.entries(all).map(([key, bytes]) => [`archive/${key}`, bytes] as const),
  );
}
