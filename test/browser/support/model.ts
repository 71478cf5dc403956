// The model that the page ships. Imports nothing but the URL class.

import { fileURLToPath } from 'node:url';

/** Its path. */
export const shippedModel = fileURLToPath(
  new URL('../../../src/app/web/model/model.safetensors', import.meta.url),
);
