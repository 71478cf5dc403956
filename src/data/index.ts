// Public API of the data library (`inkgrad/data`): data sets, batches, transforms, EMNIST, synthetic
// characters, and the conversion of strokes and images to EMNIST's form. Host arrays only, no
// tensors; no files, so that it runs in a browser. Start reading at loading/dataset.ts.
// `test/null/publicApi.test.ts` fixes the list.

// Data sets
export { Subset, type Dataset, type Example } from './loading/dataset.js';
export {
  ArrayDataset,
  type FieldArray,
  type FieldValues,
  type NumberArray,
  type ShapedArray,
} from './loading/arrayDataset.js';
export {
  ImageDataset,
  type ClassLabels,
  type ImageDatasetOptions,
} from './loading/imageDataset.js';
export {
  randomSplit,
  stratifiedIndices,
  stratifiedSplit,
  type SplitIndices,
} from './loading/split.js';

// Batches
export {
  DataLoader,
  type Batch,
  type BatchArray,
  type BatchesOptions,
  type BatchInfo,
  type DataLoaderOptions,
  type PrefetchOptions,
} from './loading/dataLoader.js';
export { prefetch } from './loading/prefetch.js';
export { Normalizer, type NormalizerOptions, type Transform } from './loading/transform.js';
export { Augmenter, type AugmenterOptions, type AugmentOptions } from './loading/augment.js';

// EMNIST
export { parseIdx, type IdxContents, type NamedIdx, type ParseIdxOptions } from './emnist/idx.js';
export { emnistDataset, type EmnistFiles } from './emnist/emnistDataset.js';
export { EMNIST_SPLITS, type EmnistPart, type EmnistSplit } from './emnist/splits.js';

// Characters
export {
  SyntheticCharacters,
  syntheticDataset,
  type SyntheticDrawing,
  type SyntheticOptions,
  type SyntheticPart,
  type SyntheticSample,
} from './strokes/synthetic.js';
export { GlyphRenderer, renderGlyph, type GlyphOptions, type Stroke } from './strokes/glyph.js';
export {
  preprocess,
  type DecodedImage,
  type Invert,
  type PreparedImage,
  type PreprocessOptions,
} from './image/preprocess.js';

// Errors
export { DataError } from './errors.js';
