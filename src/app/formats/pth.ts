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
import { withoutWrappers } from './wrapperNames.js';
import { StoredArchive } from './zipArchive.js';

/** Keys under which checkpoints store the weights, if the file is not itself a state dict. */
const STATE_KEYS = [
  'model_state_dict',
  'state_dict',
  'model',
  'net',
  'network',
  'weights',
] as const;
/** Keys under which checkpoints store the names of the classes, in order of preference. */
const CLASS_KEYS = [
  'class_mapping',
  'classes',
  'class_names',
  'class_to_idx',
  'idx_to_class',
] as const;
/** The counter that `torch.optim.swa_utils.AveragedModel` adds to the weights. */
const AVERAGE_COUNTER = 'n_averaged';
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
  if (stateKey === null) return { tensors, classes: null, ignored: [] };
  const { classes, classKey } = findClasses(top);
  const otherKeys = [...top.entries.keys()].filter((key) => key !== stateKey && key !== classKey);
  return { tensors, classes, ignored: otherKeys.map(String) };
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
  const isTensor = (value: PickleValue): boolean => value instanceof TorchTensor;
  const dicts = [...top.entries].filter(
    (entry): entry is [string, PickleDict] =>
      typeof entry[0] === 'string' && entry[1] instanceof PickleDict,
  );
  const known = dicts.filter(([key]) => STATE_KEYS.some((one) => one === key));
  // A checkpoint may contain other tensors at the top level, such as the loss.
  const candidates = [known, dicts].map((some) =>
    some.filter(([, { entries }]) => [...entries.values()].some(isTensor)),
  );
  const [[chosen = null], others] = candidates;
  if (chosen !== null) return { stateKey: chosen[0], state: chosen[1] };
  if (others.length === 1) return { stateKey: others[0][0], state: others[0][1] };
  if ([...top.entries.values()].some(isTensor)) return { state: top, stateKey: null };
  if (known.length > 0) return { stateKey: known[0][0], state: known[0][1] };
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
  const entries = [...state.entries].filter(([name]) => name !== AVERAGE_COUNTER);
  const named = entries.map(([name, value]): [string, TorchTensor] => {
    if (typeof name === 'string' && value instanceof TorchTensor) return [name, value];
    const location = stateKey === null ? '' : ` of ${stateKey}`;
    return fail(
      `${JSON.stringify(`${name}`.slice(0, 80))}${location} is ${describeValue(value)}, expected a tensor`,
    );
  });
  if (named.length === 0) fail('the dict of tensors is empty');
  checkSharing(named.map(([, tensor]) => tensor));
  const bareNames = withoutWrappers(named.map(([name]) => name));
  const arrays: [string, SavedArray][] = [];
  for (const [i, [, { storage, shape, stride, offset }]] of named.entries()) {
    const data = await storages.read(storage);
    const values = rowMajor({ shape, stride, offset, data });
    const fitsFloat32 = !storage.type.wide || Array.prototype.every.call(values, isFloat32);
    arrays.push([
      bareNames[i],
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

/**
 * The class names of a checkpoint, and their key.
 *
 * @throws FormatError if `class_mapping` contains none; other keys have other uses too
 */
function findClasses(top: PickleDict): {
  readonly classes: readonly string[] | null;
  readonly classKey: string | null;
} {
  for (const classKey of CLASS_KEYS) {
    const value = top.entries.get(classKey);
    if (value === undefined) continue;
    const classes = readClasses(value);
    if (classes !== null) return { classes, classKey };
    if (classKey === 'class_mapping')
      fail('class_mapping must be a list of class names, or a dict from class index to name');
  }
  return { classes: null, classKey: null };
}

/** Class names from a list, a dict of index to name, or a dict of name to index; or null. */
function readClasses(mapping: PickleValue): readonly string[] | null {
  let names: readonly (PickleValue | undefined)[] = [];
  if (mapping instanceof PickleList || mapping instanceof PickleTuple) names = mapping.items;
  if (mapping instanceof PickleDict) {
    const { entries } = mapping;
    const byName = [...entries].map(([name, index]) => [index, name] as const);
    const byIndex = entries.has(0) ? entries : new Map<PickleValue, PickleValue>(byName);
    names = Array.from({ length: entries.size }, (_, index) => byIndex.get(index));
  }
  const isName = (name: PickleValue | undefined): name is string =>
    typeof name === 'string' && name !== '';
  return names.length > 0 && names.every(isName) ? names : null;
}
