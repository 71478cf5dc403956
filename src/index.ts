// The package's public face: engine, layers and data, without the command line.

export * from './engine/index.js';
export * from './nn/index.js';
export {
  createWasmBackend,
  type WasmBackend,
  type WasmOptions,
} from './engine/backends/wasm/index.js';
export { DataLoader, type Batch, type DataLoaderOptions } from './data/loading/dataLoader.js';
export type { Dataset } from './data/loading/dataset.js';
export { stratifiedSplit } from './data/loading/split.js';
export { readEmnist, type ReadEmnistOptions } from './data/emnist/readEmnist.js';
export {
  SyntheticCharacters,
  syntheticDataset,
  type SyntheticOptions,
} from './data/strokes/synthetic.js';
