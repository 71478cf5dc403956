// The package's public face: engine, layers and data, without the command line.

export * from './engine/index.js';
export * from './nn/index.js';
export { createWasmBackend } from './engine/backends/wasm/index.js';
