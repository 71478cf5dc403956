// Address of the character model that is part of the package; scripts/ship-model.js makes the file.

/**
 * The model file: a `file:` address in Node, Deno and Bun. Bundlers that support
 * `new URL(name, import.meta.url)` copy the file and insert its new address.
 */
export const SHIPPED_MODEL = new URL('./shipped/model.safetensors', import.meta.url);
