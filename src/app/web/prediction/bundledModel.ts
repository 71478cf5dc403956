// Loading of the model that comes with the page.

import { isGzip } from '../../../data/emnist/idx.js';
import { ModelError } from '../../errors.js';
import { SHIPPED_MODEL } from '../../model/shippedModel.js';
import { pageBackend } from './backend.js';
import { Predictor } from './predictor.js';

/** Loads the page's own model. @throws ModelError if the download fails or the file is damaged */
export async function openBundledModel(): Promise<Predictor> {
  const [bytes] = await Promise.all([fetchBytes(SHIPPED_MODEL), pageBackend()]); // start the backend during the download
  return Predictor.open(bytes, 'model.safetensors');
}

async function fetchBytes(address: URL): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
    throw new ModelError('The model could not be downloaded. Check your connection and reload');
  }
  if (!response.ok)
    throw new ModelError(
      `The model could not be downloaded (HTTP ${response.status}). Reload the page later`,
    );
  try {
    // Not as a blob: Chromium fails to make one of a preloaded file on a slow network.
    return await decompressed(await response.arrayBuffer());
  } catch {
    throw new ModelError(
      'The model was not downloaded completely. Check your connection and reload',
    );
  }
}

/** The build compresses the model with gzip (scripts/compressModel.ts); the development server does not. */
async function decompressed(file: ArrayBuffer): Promise<Uint8Array> {
  const bytes = new Uint8Array(file);
  if (!isGzip(bytes)) return bytes;
  const stream = new Blob([file]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
