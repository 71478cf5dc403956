// Reader for PyTorch's .pth files, without PyTorch and without running code from the file. A .pth
// file is a ZIP archive of a pickle, which describes the contents, and one member per storage. The
// input is untrusted bytes, the output arrays; no network is built here.

import { sizeOf } from '../../engine/shape.js';
import type { SavedArray } from '../../nn/index.js';
import { rowMajor } from '../../nn/saving/stateDict.js';
import {
  readPickle,
  describeValue,
  PickleDict,
  PickleList,
  PickleTuple,
  type PickleValue,
} from './pickle.js';
import {
  pthFailure as fail,
  readStorage,
  TORCH_GLOBALS,
  TorchTensor,
  type TorchStorage,
} from './torchTensor.js';
import { StoredArchive } from './zipArchive.js';

/** Keys under which checkpoints store the weights, if the file is not itself a state dict. */
const STATE_KEYS = ['model_state_dict', 'state_dict', 'model'] as const;
/** The prefix that DistributedDataParallel adds to every name. */
const PARALLEL_PREFIX = 'module.';
/**
 * Tensors may share a storage; their total size may exceed the file's storages by at most this
 * factor.
 */
const MAX_SHARING = 4;
const MAX_PICKLE_BYTES = 16 * 2 ** 20;

export interface PthFile {
  readonly tensors: Readonly<Record<string, SavedArray>>;
  /** Name of each class, in the order of the outputs; null if the file has none. */
  readonly classes: readonly string[] | null;
  /** Other top-level keys of the file; not read. */
  readonly ignored: readonly string[];
}

/**
 * Reads the weights of a file that torch.save wrote: a state dict, or a dict that contains one.
 *
 * @throws FormatError that names the problem: a damaged archive, a pickle that calls a function
 * that is not allowed, a storage of the wrong size, ...
 */
export async function decodePth(bytes: Uint8Array): Promise<PthFile> {
  const archive = await StoredArchive.open(bytes);
  const pickles = archive.names.filter((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  if (pickles.length !== 1) {
    fail(
      `the archive has ${pickles.length} members data.pkl, expected 1 as in a file of torch.save`,
    );
  }
  const root = pickles[0].slice(0, -'data.pkl'.length);
  if (archive.size(pickles[0]) > MAX_PICKLE_BYTES)
    fail(`data.pkl is larger than ${MAX_PICKLE_BYTES} bytes`);
  const top = readPickle(await archive.read(pickles[0]), {
    globals: TORCH_GLOBALS,
    persistent: readStorage,
  });
  if (!(top instanceof PickleDict))
    fail(`contains ${describeValue(top)}, expected a dict of tensors`);

  const { state, stateKey } = findState(top);
  const storages = new StorageReader(archive, root, await isBigEndian(archive, `${root}byteorder`));
  const tensors = await readTensors(state, stateKey, storages);
  const otherKeys =
    stateKey === null ? [] : [...top.entries.keys()].filter((key) => key !== stateKey);
  return {
    tensors,
    classes: stateKey === null ? null : readClasses(top.entries.get('class_mapping')),
    ignored: otherKeys.filter((key) => key !== 'class_mapping').map(String),
  };
}

async function isBigEndian(archive: StoredArchive, name: string): Promise<boolean> {
  // Before PyTorch 2.1, files had no byteorder member and were little-endian.
  if (!archive.has(name)) return false;
  const byteOrder = new TextDecoder().decode(await archive.read(name));
  if (byteOrder !== 'little' && byteOrder !== 'big')
    fail(`byteorder is ${JSON.stringify(byteOrder.slice(0, 40))}`);
  return byteOrder === 'big';
}

/** The dict of tensors, and its key; null if it is the top level of the file. */
function findState(top: PickleDict): { state: PickleDict; stateKey: string | null } {
  if ([...top.entries.values()].some((value) => value instanceof TorchTensor))
    return { state: top, stateKey: null };
  for (const stateKey of STATE_KEYS) {
    const state = top.entries.get(stateKey);
    if (state instanceof PickleDict) return { state, stateKey };
  }
  const keys = [...top.entries.keys()]
    .slice(0, 10)
    .map((key) => JSON.stringify(`${key}`.slice(0, 40)));
  return fail(
    `no dict of tensors at the top level or under ${STATE_KEYS.join(', ')}; the keys are ` +
      (keys.join(', ') || 'none'),
  );
}

async function readTensors(
  state: PickleDict,
  stateKey: string | null,
  storages: StorageReader,
): Promise<Record<string, SavedArray>> {
  const named = [...state.entries].map(([name, value]): [string, TorchTensor] => {
    if (typeof name === 'string' && value instanceof TorchTensor) return [name, value];
    const location = stateKey === null ? '' : ` of ${stateKey}`;
    return fail(
      `${JSON.stringify(`${name}`.slice(0, 80))}${location} is ${describeValue(value)}, expected a tensor`,
    );
  });
  if (named.length === 0) fail('the dict of tensors is empty');
  checkSharing(named.map(([, tensor]) => tensor));
  const prefixLength = named.every(([name]) => name.startsWith(PARALLEL_PREFIX))
    ? PARALLEL_PREFIX.length
    : 0;
  const arrays: [string, SavedArray][] = [];
  for (const [name, { storage, shape, stride, offset }] of named) {
    const data = await storages.read(storage);
    const values = rowMajor({ shape, stride, offset, data });
    const fitsFloat32 = !storage.type.wide || Array.prototype.every.call(values, isFloat32);
    arrays.push([
      name.slice(prefixLength),
      { shape, data: fitsFloat32 ? new Float32Array(values) : new Float64Array(values) },
    ]);
  }
  return Object.fromEntries(arrays);
}

function isFloat32(value: number): boolean {
  return Object.is(Math.fround(value), value);
}

/**
 * Prevents a small file from expanding to gigabytes because thousands of tensors view the same
 * storage.
 */
function checkSharing(tensors: readonly TorchTensor[]): void {
  const storageLengths = new Map(tensors.map(({ storage }) => [storage.key, storage.length]));
  const available = [...storageLengths.values()].reduce((sum, length) => sum + length, 0);
  const required = tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (required > MAX_SHARING * available) {
    fail(`the tensors have ${required} elements in total, the storages only ${available}`);
  }
}

/** Reads each storage once, regardless of how many tensors view it. */
class StorageReader {
  readonly #cache = new Map<
    string,
    { readonly storage: TorchStorage; readonly data: Float32Array | Float64Array }
  >();

  constructor(
    readonly archive: StoredArchive,
    readonly root: string,
    readonly bigEndian: boolean,
  ) {}

  async read(storage: TorchStorage): Promise<Float32Array | Float64Array> {
    const { key, type, length } = storage;
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      const same = cached.storage.type === type && cached.storage.length === length;
      return same
        ? cached.data
        : fail(`storage ${JSON.stringify(key)} is declared with two different types or lengths`);
    }
    const member = `${this.root}data/${key}`;
    if (!this.archive.has(member))
      fail(`storage ${JSON.stringify(key.slice(0, 80))} is not in the archive`);
    const size = this.archive.size(member);
    if (size !== length * type.bytes) {
      fail(
        `storage ${JSON.stringify(key)} has ${size} bytes, expected ${length} elements of ` +
          `${type.bytes} bytes`,
      );
    }
    const bytes = await this.archive.read(member);
    if (this.bigEndian) swapBytes(bytes, type.bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const data = type.wide ? new Float64Array(length) : new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = type.read(view, i * type.bytes);
    this.#cache.set(key, { storage, data });
    return data;
  }
}

/** Reverses the bytes of each number, in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  for (let offset = 0; offset < bytes.length; offset += size)
    bytes.subarray(offset, offset + size).reverse();
}

/** Class names from a list of names, or from a dict of class number to name. */
function readClasses(mapping: PickleValue | undefined): readonly string[] | null {
  if (mapping === undefined) return null;
  const names =
    mapping instanceof PickleList || mapping instanceof PickleTuple
      ? mapping.items
      : mapping instanceof PickleDict
        ? Array.from({ length: mapping.entries.size }, (_, number) => mapping.entries.get(number))
        : [];
  const isName = (name: PickleValue | undefined): name is string =>
    typeof name === 'string' && name !== '';
  if (names.length === 0 || !names.every(isName)) {
    return fail('class_mapping must be a list of class names, or a dict from class index to name');
  }
  return names;
}
