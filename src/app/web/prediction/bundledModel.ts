// Loading of the model that comes with the page.

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
    throw new ModelError('the model did not arrive; go online and load the page again');
  }
  if (!response.ok)
    throw new ModelError(`the model did not arrive (HTTP ${response.status}); load the page again`);
  return new Uint8Array(await response.arrayBuffer());
}
