// Every kernel stays within the subset of JavaScript that gpu.js compiles correctly, and follows
// the naming rules.

import { describe, expect, it } from 'vitest';
import * as families from '../../kernels/index.js';
import { allKernels } from '../support/kernels.js';
import { lintKernel } from '../support/kernelSubset.js';

describe('kernels', () => {
  it('exist in every family', () => {
    for (const family of Object.keys(families)) {
      expect(
        allKernels.some((entry) => entry.family === family),
        family,
      ).toBe(true);
    }
  });

  it('have unique names, equal to their export names', () => {
    const names = allKernels.map(({ kernel }) => kernel.name);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(allKernels.map(({ exportName }) => exportName));
  });

  it.each(allKernels.map(({ kernel }) => [kernel.name, kernel] as const))(
    '%s stays within the subset',
    (_, kernel) => {
      const { inputs, scalars, source } = kernel;
      expect(lintKernel({ text: source, inputs, scalars })).toEqual([]);
    },
  );
});

// Checks that the linter can fail: one forbidden construct at a time.
describe('the linter', () => {
  const lint = (text: string): string[] => lintKernel({ text, inputs: ['x'], scalars: ['s'] });
  const body = (statements: string): string[] => lint(`function (x, s) { ${statements} }`);

  it('accepts a kernel that uses everything allowed', () => {
    const good = `
      const q = Math.floor((this.thread.x + 0.5) / this.constants.n);
      let sum = 0;
      for (let i = 0; i < this.constants.n; i++) {
        const offset = q * this.constants.n + i;
        if (offset >= 0 && !(offset === 3)) { sum += Math.max(x[offset], -s); } else { sum -= 1; }
      }
      return sum / s;`;
    expect(body(good)).toEqual([]);
  });

  it.each([
    ['while (s > 0) { s2 = 1; }', 'WhileStatement not allowed'],
    ['do { } while (s > 0);', 'DoStatement not allowed'],
    ['for (let i = 1; i < this.constants.n; i++) { }', 'loops read'],
    ['for (let i = 0; i < s; i++) { }', 'loops read'],
    ['for (let i = 0; i <= this.constants.n; i++) { }', 'loops read'],
    ['for (let i = 0; i < this.constants.n; i += 2) { }', 'loops read'],
    ['for (let i = 0; i < this.constants.n; i++) { i = 5; }', 'a loop counter only counts'],
    ['for (let i = 0; i < this.constants.n; i++) { break; }', 'BreakStatement not allowed'],
    ['const f = function () { return 1; };', 'FunctionExpression not allowed'],
    ['const f = () => 1;', 'ArrowFunction not allowed'],
    ['function f() { return 1; }', 'FunctionDeclaration not allowed'],
    ['const list = [1, 2];', 'ArrayLiteralExpression not allowed'],
    ['const record = { a: 1 };', 'ObjectLiteralExpression not allowed'],
    ['const v = s > 0 ? 1 : 2;', 'ConditionalExpression not allowed'],
    ['const v = outside + 1;', 'unknown name: outside'],
    ['const v = Math.tan(s);', 'only these are known'],
    ['const v = helper(s);', 'only these are known'],
    ['const v = x.length;', 'only this.thread.x and this.constants.NAME'],
    ['const v = this.thread.y;', 'only this.thread.x and this.constants.NAME'],
    ['const v = x;', 'an array may only be read at an index'],
    ['const v = s[0];', 'only input arrays have elements'],
    ['x[0] = 1;', 'only local variables change'],
    ['s = 1;', 'only local variables change'],
    ['var v = 1;', 'let or const'],
    ['let v;', 'needs a first value'],
    ['const v = this.thread.x % 3;', 'operator not allowed'],
    ['const v = s | 0;', 'operator not allowed'],
    ['const v = s ** 2;', 'operator not allowed'],
    ['const v = s == 1;', 'operator not allowed'],
    ['const v = +s;', 'operator not allowed'],
    ['let v = 0; v++;', 'only assignments stand alone'],
    ['const q = Math.floor(this.thread.x / 4);', 'a rounded division must read'],
    ['const q = Math.floor(0.5 * (s / 2));', 'a rounded division must read'],
    ['const q = s / 2; const v = x[Math.floor(q)];', 'an index must be rounded'],
    ['const v = x[this.thread.x / 4];', 'an index must be rounded'],
    ['const q = this.thread.x / 4; const r = q + 1; const v = x[r];', 'an index must be rounded'],
    ['let q = 0; q = this.thread.x / 4; const v = x[q];', 'an index must be rounded'],
  ])('rejects %s', (statements, message) => {
    expect(body(`${statements} return 0;`)).toContainEqual(expect.stringContaining(message));
  });

  it('rejects anything but a plain function, and parameters other than the declared ones', () => {
    expect(lint('(x, s) => x[0] + s')).toEqual([expect.stringContaining('function expression')]);
    expect(lint('body(x, s) { return s; }')).toEqual([
      expect.stringContaining('function expression'),
    ]);
    expect(lint('function* (x, s) { return s; }')).toContainEqual(
      expect.stringContaining('plain function'),
    );
    expect(lint('function (s, x) { return x; }')).toContainEqual(
      expect.stringContaining('parameters (s,x)'),
    );
    expect(body('const v = s;')).toContainEqual('must end with return');
    const inputs = 'a b c d e f g h'.split(' ');
    const text = `function (${inputs.join()}) { return 0; }`;
    expect(lintKernel({ text, inputs, scalars: [] })).toEqual(['takes 8 arrays; gpu.js allows 7']);
  });
});
