// The character model: the EMNIST network with its classes and its training metadata. Loads the
// file that is part of the package, or any model file, and saves a model as the bytes of one.

import type { Rejection } from '../evaluation/rejection.js';
import { ArgumentError } from '../../engine/errors.js';
import { currentBackend, type Backend } from '../../engine/index.js';
import { describeValue } from '../../engine/options.js';
import { saveState, type Layer } from '../../nn/index.js';
import { ModelError } from '../errors.js';
import { withDigest } from '../model/fileDigest.js';
import {
  characterModelFrom,
  readContents,
  type LoadedModel,
  type TrainingMetadata,
} from '../model/modelContents.js';
import { SHIPPED_MODEL } from '../model/shippedModel.js';
import { checkOptions } from '../../engine/options.js';

/** Options of `loadCharacterModel`. */
export interface LoadCharacterModelOptions {
  /** Backend that stores and runs the network. Default: the current backend. */
  readonly backend?: Backend;
}

/**
 * A network that classifies images of 28 x 28 pixels, with the names of its classes.
 *
 * `loadCharacterModel` and `train` create one, `recognize` uses it, `saveCharacterModel` saves it.
 * It occupies memory of its backend until `dispose()`.
 */
export class CharacterModel {
  /** Names of the classes, in the order of the logits. */
  readonly classes: readonly string[];
  /** What the network was trained on, and the temperature that calibrates its probabilities. */
  readonly training: TrainingMetadata;
  /** When `recognize` rejects an image as not a character; null: never. */
  readonly rejection: Rejection | null;
  /**
   * The network, in evaluation mode: `[N, 1, 28, 28]` (-1 = paper, 1 = ink) to logits
   * `[N, classes]`.
   */
  readonly network: Layer;
  /** The backend of the network. */
  readonly backend: Backend;

  /** @internal */
  constructor({ model, classes, training, rejection }: LoadedModel, backend: Backend) {
    this.classes = classes;
    this.training = training;
    this.rejection = rejection;
    this.network = model;
    this.backend = backend;
  }

  /** Frees the network. Later uses of the model throw DisposedError. */
  dispose(): void {
    this.network.dispose();
  }
}

/**
 * Loads a character model.
 *
 * Without a source it is the model of the package, trained on EMNIST Balanced: 47 classes, 89.9 %
 * correct on the test images (docs/model.md). Node, Deno and Bun read its file. Bundlers that
 * support `new URL(name, import.meta.url)`, such as Vite, copy the file, and the page fetches it.
 *
 * @param source address or bytes of a model file: safetensors as written by `saveCharacterModel` or
 *   `inkgrad train`, or a PyTorch file (.pth) of the same network
 * @throws ModelError if the file cannot be read or fetched, is damaged, or contains another network
 * @throws ArgumentError if the source is neither a URL nor bytes
 * @example
 * const model = await loadCharacterModel();
 * print(model.classes.length, model.training.synthetic); // 47 false
 * model.dispose();
 */
export async function loadCharacterModel(
  source: URL | Uint8Array = SHIPPED_MODEL,
  options: LoadCharacterModelOptions = {},
): Promise<CharacterModel> {
  checkOptions('loadCharacterModel', options, { backend: true });
  const backend = checkBackend('loadCharacterModel', options.backend);
  const { name, bytes } = await readSource(source);
  const { safetensors } = await readContents(name, bytes);
  const loaded = await characterModelFrom(name, safetensors, 'inkgrad/character', backend);
  return new CharacterModel(loaded, backend);
}

/**
 * Saves a model as the bytes of a safetensors file: float32 weights, class names and training
 * metadata. `loadCharacterModel(bytes)` and the commands of `inkgrad` load it. Equal models give
 * equal bytes.
 *
 * @throws DisposedError if the model was disposed of
 * @example
 * const model = await loadCharacterModel();
 * const bytes = await saveCharacterModel(model);
 * const copy = await loadCharacterModel(bytes);
 * print(copy.classes.join('') === model.classes.join('')); // true
 * model.dispose();
 * copy.dispose();
 */
export async function saveCharacterModel({
  network,
  training,
}: CharacterModel): Promise<Uint8Array<ArrayBuffer>> {
  const extra = { ...training, classes: [...training.classes] };
  return withDigest(await saveState({ model: network, extra }));
}

/**
 * The given backend, or the current one.
 *
 * @throws ArgumentError if it is not a backend, for example the promise of one
 */
export function checkBackend(caller: string, backend: Backend = currentBackend()): Backend {
  if (typeof (backend as Partial<Backend> | null)?.run === 'function') return backend;
  throw new ArgumentError(
    `${caller}: backend must be a backend, such as await createWasmBackend(), got ` +
      describeValue(backend),
  );
}

async function readSource(
  source: URL | Uint8Array,
): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  if (source instanceof Uint8Array) return { name: 'bytes', bytes: source };
  if (!(source instanceof URL)) {
    throw new ArgumentError(
      'loadCharacterModel: source must be a URL or the bytes of a model file (Uint8Array), got ' +
        `${describeValue(source)}; for a path in Node use pathToFileURL(path), for a file next to ` +
        "a module new URL('./name.safetensors', import.meta.url)",
    );
  }
  const name = source.protocol === 'data:' ? 'data: URL' : source.href;
  try {
    return { name, bytes: await (source.protocol === 'file:' ? readFile : fetchFile)(source) };
  } catch (error) {
    throw new ModelError(`model ${name}: cannot be read (${(error as Error).message})`);
  }
}

async function readFile(source: URL): Promise<Uint8Array> {
  const fs = await import('node:fs/promises');
  return fs.readFile(source);
}

async function fetchFile(source: URL): Promise<Uint8Array> {
  const response = await fetch(source);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
