// Public API for other frameworks (`inkgrad/export`): networks as PyTorch code and ONNX files. Runs
// in Node, Deno, Bun and browsers. `test/null/publicApi.test.ts` fixes the list.

export { toOnnx, type ToOnnxOptions } from '../exchange/toOnnx.js';
export { toPyTorch } from '../exchange/toPyTorch.js';
