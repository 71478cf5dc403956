// The model that comes with the page, and its record; how they are made is scripts/ship-model.js. Imports the reader and errors.

import { ModelError } from '../../errors.js';
import { pageBackend } from './backend.js';
import { Reader } from './reader.js';

/** Beside the page, under a name that changes with the contents. */
const MODEL = new URL('../model/model.safetensors', import.meta.url);

/** Makes a reader of the page's own model. @throws ModelError if it does not arrive, or is damaged */
export async function openShipped(): Promise<Reader> {
  const [bytes] = await Promise.all([fetchBytes(MODEL), pageBackend()]); // what computes starts meanwhile
  return Reader.open(bytes, 'model.safetensors');
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
