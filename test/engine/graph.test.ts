// Drawings of the autograd graph: DOT text, the layout, and SVG.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, type LayoutVertex } from '../../src/engine/graph/layout.js';
import {
  add,
  ArgumentError,
  linear,
  matmul,
  mul,
  noGrad,
  ones,
  Rng,
  scope,
  Sequential,
  sum,
  type Tensor,
  toDot,
  toSvg,
  Linear,
} from '../../src/index.js';
import { onReference } from '../support/backends.js';

/** Runs a body with leaves w [2,2] and b [2], and a constant x [3,2]. */
const withLeaves = (body: (x: Tensor, w: Tensor, b: Tensor) => void): (() => Promise<void>) =>
  onReference(() =>
    scope(() => {
      const w = ones([2, 2], { requiresGrad: true });
      const b = ones([2], { requiresGrad: true });
      body(ones([3, 2]), w, b);
    }),
  );

describe('toDot', () => {
  it(
    'lists ops with output shapes, leaves and constants, and one edge for each input',
    withLeaves((x, w, b) => {
      const loss = sum(add(matmul(x, w), b));
      const names = Object.entries({ w, b, loss });
      const op = 'shape=box style="rounded,filled" fillcolor="#f4f4f4"';
      const leaf = 'shape=ellipse style=filled fillcolor="#cfe4fa"';
      expect(toDot(loss, { names }).split('\n')).toEqual([
        'digraph {',
        '  node [fontname="monospace" fontsize=12];',
        '  v0 [label="constant\\n[3,2]" shape=ellipse style="filled,dashed" fillcolor="#fdf2d0"];',
        `  v1 [label="w\\n[2,2]" ${leaf}];`,
        `  v2 [label="matmul\\n[3,2]" ${op}];`,
        `  v3 [label="b\\n[2]" ${leaf}];`,
        `  v4 [label="add\\n[3,2]" ${op}];`,
        `  v5 [label="sum\\n[1,1]" ${op}];`,
        `  v6 [label="loss = reshape\\n[]" ${op}];`,
        '  v0 -> v2;',
        '  v1 -> v2;',
        '  v2 -> v4;',
        '  v3 -> v4;',
        '  v4 -> v5;',
        '  v5 -> v6;',
        '}',
        '',
      ]);
    }),
  );

  it(
    'draws a shared tensor once, and an edge for each use',
    withLeaves((_, w) => {
      const square = mul(w, w);
      const text = toDot(mul(square, square));
      expect(text.match(/label=/g)).toHaveLength(3);
      expect(text.match(/v\d+ -> v\d+/g)).toEqual(['v0 -> v1', 'v0 -> v1', 'v1 -> v2', 'v1 -> v2']);
    }),
  );

  it(
    'escapes names',
    withLeaves((_, w) => {
      const names = [['a "b" \\n\nc', w]] as const;
      expect(toDot(sum(w), { names })).toContain('label="a \\"b\\" \\\\n\\nc\\n[2,2]"');
    }),
  );

  it(
    'accepts the names of a module, a Map, and several names of one tensor',
    onReference(() => {
      const model = new Sequential(new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) }));
      scope(() => {
        const loss = sum(model.forward(ones([3, 2])));
        expect(toDot(loss, { names: model.namedParameters() })).toContain('"0.weight\\n[1,2]"');
        const [weight] = model.parameters();
        const names = new Map([['first', weight], ['second', weight]]); // prettier-ignore
        expect(toDot(loss, { names })).toContain('"first\\n[1,2]"');
      });
      model.dispose();
    }),
  );

  it(
    'does not read elements: tensors may be disposed of',
    onReference(() => {
      const w = ones([2], { requiresGrad: true });
      const [loss, before] = scope(() => {
        const result = sum(mul(w, 3));
        return [result, toDot(result)] as const;
      });
      w.dispose();
      loss.dispose();
      expect(toDot(loss)).toBe(before);
      expect(toSvg(loss)).toContain('mul');
    }),
  );
});

describe.each([
  ['toDot', toDot],
  ['toSvg', toSvg],
])('%s rejects', (name, draw) => {
  it(
    'tensors without a graph',
    withLeaves((x, w) => {
      const message = `${name}: the tensor has no graph: it is a leaf, or was computed in noGrad()`;
      for (const one of [w, sum(x), noGrad(() => sum(w))]) {
        expect(() => draw(one)).toThrow(message);
      }
      expect(() => draw(3 as unknown as Tensor)).toThrow(`${name}: loss must be a tensor, got 3`);
    }),
  );

  it(
    'invalid options',
    withLeaves((_, w) => {
      const loss = sum(w);
      const withOptions = (options: object) => () => draw(loss, options);
      expect(withOptions({ name: [] })).toThrow(`${name}: unknown option name;`);
      const message = `${name}: names must be a list of [name, tensor] or a Map, such as model.namedParameters(), got`;
      expect(withOptions({ names: { w } })).toThrow(`${message} [object Object]`);
      expect(withOptions({ names: [w] })).toThrow(`${message} Tensor [2,2] float32`);
      expect(withOptions({ names: [['w', 1]] })).toThrow(`${message} [w,1]`);
      for (const maxVertices of [0, 1.5, NaN, '9']) {
        expect(withOptions({ maxVertices })).toThrow(
          `${name}: maxVertices must be a positive integer, got`,
        );
      }
    }),
  );

  it(
    'graphs above the limit, which may be raised; a deep graph needs no deep recursion',
    withLeaves((_, w) => {
      let deep = w;
      for (let i = 0; i < 20_000; i++) deep = mul(deep, w);
      expect(() => draw(deep)).toThrow(
        new ArgumentError(
          `${name}: the graph has 20001 ops and leaves, more than maxVertices = 1000; ` +
            'draw a smaller network, or set maxVertices',
        ),
      );
      expect(() => draw(mul(w, w), { maxVertices: 1 })).toThrow('has 2 ops and leaves');
      expect(draw(mul(w, w), { maxVertices: 2 })).toContain('mul');
    }),
  );
});

describe('toSvg', () => {
  it(
    'has a box with two lines of text for each vertex, from the leaves to the loss',
    withLeaves((x, w, b) => {
      const loss = sum(linear(x, w, b));
      const svg = toSvg(loss, { names: Object.entries({ x, w, b }) });
      const boxes = Array.from(svg.matchAll(/<rect x="([-\d.]+)" y="([-\d.]+)"/g), ([, , y]) => +y);
      expect(boxes).toEqual([0, 0, 0, 72, 144, 216]);
      const texts = Array.from(svg.matchAll(/<text [^>]*>([^<]*)</g), ([, text]) => text);
      // prettier-ignore
      expect(texts).toEqual([
        'x', '[3,2]', 'w', '[2,2]', 'b', '[2]', 'linear', '[3,2]', 'sum', '[1,1]', 'reshape', '[]',
      ]);
      expect(svg.match(/marker-end/g)).toHaveLength(5);
      expect(svg).toContain('<title>Autograd graph: 3 ops</title>');
    }),
  );

  it(
    'escapes names, and replaces characters that XML does not allow',
    withLeaves((_, w) => {
      const svg = toSvg(sum(w), { names: [['<a> & "b"\0\ud800', w]] });
      expect(svg).toContain('>&lt;a&gt; &amp; "b"\ufffd\ufffd<');
    }),
  );

  it(
    'draws the same graph twice with the same text',
    withLeaves((x, w, b) => {
      const draw = (): string => toSvg(sum(mul(linear(x, w, b), linear(x, w, b))));
      expect(draw()).toBe(draw());
    }),
  );
});

describe('the layout', () => {
  /** Graphs in which every vertex leads to the last one. */
  const graphs = fc
    .array(
      fc.record({
        width: fc.integer({ min: 10, max: 200 }),
        uses: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 40 },
    ) // prettier-ignore
    .map((drawn): LayoutVertex[] => {
      const inputs = drawn.map((): number[] => []);
      for (const [index, { uses }] of drawn.entries()) {
        const later = drawn.length - 1 - index;
        if (later > 0) for (const use of uses) inputs[index + 1 + (use % later)].push(index);
      }
      return drawn.map(({ width }, index) => ({ width, inputs: inputs[index] }));
    });

  it('places every vertex once, below its inputs, without overlaps', () => {
    fc.assert(
      fc.property(graphs, (vertices) => {
        const rows = layOut(vertices);
        const placed = rows.flat().map(({ vertex }) => vertex);
        expect(placed.filter((vertex) => vertex !== null).sort((a, b) => a - b)).toEqual(
          vertices.map((_, index) => index),
        );
        const rowOf = new Map(rows.flatMap((row, y) => row.map((item) => [item, y] as const)));
        for (const row of rows) {
          for (const [i, item] of row.entries()) {
            expect(Number.isFinite(item.x)).toBe(true);
            if (i > 0) {
              const distance = item.x - row[i - 1].x - (item.width + row[i - 1].width) / 2;
              expect(distance).toBeGreaterThanOrEqual(24 - 1e-9);
            }
            for (const upper of item.above) expect(rowOf.get(item)! - rowOf.get(upper)!).toBe(1);
          }
        }
        expect(rows.at(-1)!.map(({ vertex }) => vertex)).toEqual([vertices.length - 1]);
      }),
    );
  });

  it('leads an edge from every input, through waypoints, to its vertex', () => {
    fc.assert(
      fc.property(graphs, (vertices) => {
        for (const item of layOut(vertices).flat()) {
          if (item.vertex === null) continue;
          const sources = item.above.map((upper) => {
            let source = upper;
            while (source.vertex === null) source = source.above[0];
            return source.vertex;
          });
          expect(sources.sort()).toEqual([...new Set(vertices[item.vertex].inputs)].sort());
        }
      }),
    );
  });

  it('draws a chain as a straight line, and two branches without a crossing', () => {
    const box = (...inputs: number[]): LayoutVertex => ({ width: 50, inputs });
    expect(layOut([box(), box(0), box(1)]).flat().map(({ x }) => x)).toEqual([0, 0, 0]); // prettier-ignore
    const rows = layOut([box(), box(), box(1), box(0), box(2, 3)]);
    const column = rows.map((row) => row.map(({ vertex }) => vertex));
    expect(column).toEqual([[1, 0], [2, 3], [4]]);
  });
});
