// Public API for Node, Deno and Bun (`inkgrad/node`): EMNIST files and their download, model and
// image files. `test/null/publicApi.test.ts` fixes the list.

export { readEmnist, type ReadEmnistOptions } from '../../data/emnist/readEmnist.js';
export type { EmnistPart, EmnistSplit } from '../../data/emnist/splits.js';
export { fetchEmnist, type FetchEmnistOptions } from './emnist.js';
export type { FetchedFile, FetchResult } from '../fetch/fetchEmnist.js';
export { loadStateFile, readImage, saveStateFile } from './files.js';
export { writeAtomically } from '../outputFiles.js';
export { SystemError } from '../systemErrors.js';
export type { DecodedImage } from '../../data/image/preprocess.js';
export { DataError, DataMissingError } from '../../data/errors.js';
export { FetchError } from '../fetch/networkErrors.js';
