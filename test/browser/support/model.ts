// Path of the model that the page ships.

import { fileURLToPath } from 'node:url';

export const shippedModel = fileURLToPath(
  new URL('../../../src/app/web/model/model.safetensors', import.meta.url),
);
