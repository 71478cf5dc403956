// Which properties of a module are registered: modules and tensors, also in lists, plain objects,
// maps and containers, and under which names.

import { describe, expect, it } from 'vitest';
import { scope, sum, tensor, type Tensor } from '../../src/engine/index.js';
import {
  Module,
  ModuleBuffer,
  ModuleDict,
  ModuleList,
  Parameter,
  ReLU,
  SGD,
  type Linear,
} from '../../src/nn/index.js';
import { freshBackend, linear } from './support.js';

freshBackend();

/** A module with one property `parts`. */
class Holder extends Module {
  readonly parts: unknown;

  constructor(parts: unknown) {
    super();
    this.parts = parts;
  }

  override forward(x: Tensor): Tensor {
    return x;
  }
}

const names = (module: Module): string[] => Object.keys(module.stateDict());
const scalar = (value = 0): Parameter => new Parameter([1], [value]);

describe('lists, objects and maps of modules and tensors', () => {
  it.each<[string, () => unknown, string[]]>([
    ['an array', () => [linear(1, 1)], ['parts.0.weight', 'parts.0.bias']],
    ['parameters in an array', () => [scalar(), scalar()], ['parts.0', 'parts.1']],
    ['an object', () => ({ scale: scalar(), shift: scalar() }), ['parts.scale', 'parts.shift']],
    [
      'a Map with text and numbers',
      () =>
        new Map<unknown, unknown>([
          ['left', scalar()],
          [7, scalar()],
        ]),
      ['parts.left', 'parts.7'],
    ],
    [
      'an object without prototype',
      () => Object.assign(Object.create(null) as object, { a: scalar() }),
      ['parts.a'],
    ],
    [
      'nested containers',
      () => [{ a: [scalar()] }, new Map([['b', { c: scalar() }]])],
      ['parts.0.a.0', 'parts.1.b.c'],
    ],
    [
      'mixed content',
      () => [null, 'text', 3, undefined, scalar(), new Float32Array(2)],
      ['parts.4'],
    ],
    ['buffers', () => [new ModuleBuffer([1], [0])], ['parts.0']],
    [
      'a ModuleList in an array',
      () => [new ModuleList([linear(1, 1)])],
      ['parts.0.0.weight', 'parts.0.0.bias'],
    ],
    ['a list without modules', () => [1, 2, [3]], []],
  ])('%s', (_, parts, expected) => {
    const model = new Holder(parts());
    expect(names(model)).toEqual(expected);
    model.dispose();
  });

  it('are trained, counted, and switched between modes', async () => {
    const layers = [linear(1, 1), linear(1, 1)];
    const model = new Holder(layers);
    expect(model.parameterCount).toBe(4);
    expect(model.namedChildren()).toEqual([
      ['parts.0', layers[0]],
      ['parts.1', layers[1]],
    ]);
    model.eval();
    expect(layers.map(({ training }) => training)).toEqual([false, false]);
    expect(model.toString()).toBe(
      'Holder(\n  (parts.0): Linear(1, 1)\n  (parts.1): Linear(1, 1)\n)',
    );
    layers[1].weight.assign([3]);
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    scope(() => sum(layers[1].forward(tensor([[2]]))).backward());
    optimizer.step();
    expect(await layers[1].weight.item()).toBe(1);
    optimizer.dispose();
    model.dispose();
  });

  it('share one parameter: the state lists both names, the optimizer one', () => {
    const tied = scalar();
    const model = new Holder({ encoder: [tied], decoder: [tied] });
    expect(names(model)).toEqual(['parts.encoder.0', 'parts.decoder.0']);
    expect(model.parameters()).toEqual([tied]);
    model.dispose();
  });

  it('skips objects of other classes, such as an optimizer', () => {
    const weight = scalar();
    const model = new Holder([new SGD([weight])]);
    expect(names(model)).toEqual([]);
    weight.dispose();
  });

  it('skips a list inside itself', () => {
    const list: unknown[] = [scalar()];
    list.push(list, { list });
    const model = new Holder(list);
    expect(names(model)).toEqual(['parts.0']);
    model.dispose();
  });

  it.each<[string, (item: Parameter) => unknown, RegExp]>([
    [
      'a Set',
      (item) => new Set([[item]]),
      /^Holder: property parts is a Set of modules or parameters.*use an array or a Map$/,
    ],
    [
      'a key with a dot',
      (item) => ({ 'a.b': item }),
      /^Holder: property parts.a.b has the key "a.b"; a key must be text without dots/,
    ],
    ['an empty key', (item) => new Map([['', item]]), /property parts\. has the key ""/],
    [
      'a key that is an object',
      (item) => new Map([[{}, [item]]]),
      /property parts.\[object Object\].0 has the key \[object Object\]/,
    ],
    ['a fraction as a key', (item) => new Map([[0.5, item]]), /has the key 0.5/],
    [
      'one name twice',
      (item) =>
        new Map<unknown, unknown>([
          [1, item],
          ['1', item],
        ]),
      /^Holder: property parts.1 has the name of another one; rename/,
    ],
  ])('rejects %s', (_, parts, message) => {
    const item = scalar();
    const model = new Holder(parts(item));
    for (const list of [() => model.parameters(), () => model.stateDict(), () => model.train()])
      expect(list).toThrow(message);
    item.dispose();
  });

  it('accepts a Set, and unusual keys, without modules', () => {
    const model = new Holder([new Set([1]), { 'a.b': 1 }, new Map([[{}, 2]])]);
    expect(names(model)).toEqual([]);
  });

  it('rejects a module that contains itself', () => {
    const parts: Module[] = [];
    const child = new Holder(parts);
    const model = new Holder([child]);
    parts.push(model);
    const message =
      /^Holder: the module contains itself, as parts.0.parts.0; store a reference to a parent in a #private field/;
    expect(() => model.parameters()).toThrow(message);
    expect(() => model.eval()).toThrow(message);
    expect(model.training).toBe(true);
  });
});

describe('ModuleList', () => {
  it('names its modules 0, 1, ..., and gives them by index and in order', () => {
    const [first, second] = [linear(1, 2), linear(2, 1)];
    const list = new ModuleList<Linear | ReLU>(new Set([first]));
    expect(list.append(second).append(new ReLU())).toBe(list);
    expect(list).toHaveLength(3);
    expect([list.at(0), list.at(-2)]).toEqual([first, second]);
    expect([...list].slice(0, 2)).toEqual([first, second]);
    const parameters = ['0.weight', '0.bias', '1.weight', '1.bias'];
    expect(names(list)).toEqual(parameters);
    const model = new Holder(list);
    expect(names(model)).toEqual(parameters.map((name) => `parts.${name}`));
    expect(model.toString()).toContain('(parts): ModuleList(\n    (0): Linear(1, 2)');
    expect(new ModuleList()).toHaveLength(0);
    list.dispose();
  });

  it('rejects anything but modules, an index out of range, and a call of forward', () => {
    const list = new ModuleList([new ReLU()]);
    expect(() => list.append(null as unknown as ReLU)).toThrow(
      /^ModuleList: 1 must be a Module, got null/,
    );
    for (const index of [1, -2, 0.5, NaN]) {
      expect(() => list.at(index)).toThrow(
        `ModuleList: there is no module at index ${index}, the length is 1`,
      );
    }
    expect(() => list.forward()).toThrow(/has no forward; call its modules, or use a Sequential/);
  });
});

describe('ModuleDict', () => {
  it('names its modules, in the order of insertion', () => {
    const [a, b] = [linear(1, 1), linear(1, 1)];
    const dict = new ModuleDict(new Map([['10', a]])).add('2', b);
    expect([...dict.keys()]).toEqual(['10', '2']);
    expect([...dict]).toEqual([
      ['10', a],
      ['2', b],
    ]);
    expect([...dict.values()]).toEqual([a, b]);
    expect([dict.size, dict.get('2'), dict.has('10'), dict.has('x')]).toEqual([2, b, true, false]);
    expect(names(dict)).toEqual(['10.weight', '10.bias', '2.weight', '2.bias']);
    expect(new ModuleDict({ b: a, a: b }).namedChildren()).toEqual([
      ['b', a],
      ['a', b],
    ]);
    expect(new ModuleDict().size).toBe(0);
    dict.dispose();
  });

  it('rejects keys with dots, duplicates, other values, unknown keys, and a call of forward', () => {
    const relu = new ReLU();
    const dict = new ModuleDict({ act: relu });
    expect(() => dict.add('a.b', relu)).toThrow(
      /^ModuleDict: a key must be text without dots, got "a.b"/,
    );
    expect(() => dict.add('', relu)).toThrow(/got ""/);
    expect(() => dict.add(1 as unknown as string, relu)).toThrow(/got 1/);
    expect(() => dict.add('act', relu)).toThrow(/^ModuleDict: the key act exists already/);
    expect(
      () =>
        new ModuleDict([
          ['x', relu],
          ['x', relu],
        ]),
    ).toThrow(/the key x exists already/);
    expect(() => dict.add('x', {} as unknown as ReLU)).toThrow(
      /^ModuleDict: x must be a Module, got/,
    );
    expect(() => dict.get('x')).toThrow(/^ModuleDict: there is no module "x", the keys are act/);
    expect(() => dict.forward()).toThrow(/has no forward/);
    expect(dict.size).toBe(1);
  });
});
