// Path of the model that the page ships.

import { fileURLToPath } from 'node:url';

export const shippedModel = fileURLToPath(
  new URL('../../../src/app/model/shipped/model.safetensors', import.meta.url),
);
