// Public API of the package (`inkgrad`): the engine, with the ops as methods of Tensor too, and the
// neural network library. Data sets, files and the character network have entry points of their own,
// see `exports` in package.json.

import './engine/methods.js';

export * from './engine/index.js';
export * from './nn/index.js';
