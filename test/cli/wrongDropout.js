// Loaded before the program (`node --import`): replaces the SIMD module's dropout by a wrong one, as
// a faulty device would compute it.

const { WebAssembly } = globalThis;
const { instantiate } = WebAssembly;

WebAssembly.instantiate = async (module, imports) => {
  const { exports } = await instantiate(module, imports);
  const { memory } = imports.env;
  // All parameters by name: the backend compares their number with that of its arguments.
  const dropout = (x, length, key0, key1, threshold, scale, y, mask, begin, end) => {
    exports.dropout(x, length, key0, key1, threshold, scale, y, mask, begin, end);
    const result = new Float32Array(memory.buffer, y, length);
    for (let i = 0; i < length; i++) result[i] *= 1.001;
  };
  return { exports: { ...exports, dropout } };
};
