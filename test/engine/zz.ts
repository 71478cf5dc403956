import { ones, type Tensor } from '../../src/index.js';
const y: Tensor = ones([2]).add(1).slice(0, 0, 1).sum({ axes: 0 });
// @ts-expect-error
y.add('a');
// @ts-expect-error
y.add();
console.log(y);
