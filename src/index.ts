// Public API of the package (`inkgrad`): the engine and the neural network library. Data sets,
// files and the character network have entry points of their own, see `exports` in package.json.

export * from './engine/index.js';
export * from './nn/index.js';
