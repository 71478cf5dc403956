// A random graph as data: leaves, ops, scopes, backward passes and optimizer steps, and its text.

import fc from 'fast-check';
import type { Shape, Tensor } from '../../src/engine/index.js';
import { format } from '../../src/engine/shape.js';

/** Number of a tensor; its name in the text is `t` and this number. */
export type Id = number;

/** How a leaf is filled. Integers make sums exact and ties frequent. */
export type LeafValues = 'integers' | 'uniform' | 'positive' | 'indices' | 'binary';

/** A tensor made from host values. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly id: Id;
  readonly shape: Shape;
  readonly values: LeafValues;
  /** Upper bound of `indices`. */
  readonly limit: number;
  readonly seed: number;
  readonly requiresGrad: boolean;
}

export type Statement =
  | Leaf
  | {
      readonly kind: 'op';
      readonly id: Id;
      readonly name: string;
      readonly inputs: readonly Id[];
      /** Options in the text. */
      readonly options: string;
      readonly shape: Shape;
      readonly call: (inputs: readonly Tensor[]) => Tensor;
    }
  | {
      readonly kind: 'scope';
      readonly noGrad: boolean;
      readonly body: readonly Statement[];
      /** Returned to the outer scope. */
      readonly keep: readonly Id[];
      /** Throws at the end of the body; nothing is returned. */
      readonly throws: boolean;
    }
  /** Without `seed` the tensor has one element; otherwise the seed fills the gradient. */
  | { readonly kind: 'backward'; readonly input: Id; readonly seed: number | null }
  | { readonly kind: 'gradientOf'; readonly id: Id; readonly y: Id; readonly x: Id }
  | { readonly kind: 'zeroGrad'; readonly leaf: Id }
  | { readonly kind: 'step' }
  | { readonly kind: 'read'; readonly input: Id }
  /** A call that must throw an InkgradError. */
  | {
      readonly kind: 'misuse';
      readonly name: string;
      readonly inputs: readonly Id[];
      readonly call: (inputs: readonly Tensor[]) => unknown;
    };

export const OPTIMIZERS = ['SGD', 'SGD with momentum', 'Adam', 'AdamW'] as const;

/** Thrown in the middle of a scope or of a backward pass. */
export class PlannedError extends Error {
  override name = 'PlannedError';
}

/** One training: persistent leaves, and scopes that run one after another, several times. */
export interface Program {
  /** Trained by the optimizer, unless `requiresGrad` is false. They live as long as the program. */
  readonly leaves: readonly Leaf[];
  readonly episodes: readonly (Statement & { readonly kind: 'scope' })[];
  readonly rounds: number;
  readonly optimizer: (typeof OPTIMIZERS)[number];
}

/** One or two programs on the same backend. */
export class Graph {
  /**
   * @param programs one training, or two interleaved ones
   * @param order which of the two programs runs its next episode; ends with the remaining ones
   */
  constructor(
    readonly programs: readonly Program[],
    readonly order: readonly boolean[],
  ) {}

  /** The text that fast-check prints for a counterexample. */
  [fc.toStringMethod](): string {
    return this.toString();
  }

  toString(): string {
    const order =
      this.programs.length === 1
        ? []
        : [`order: ${this.order.map((second) => (second ? 2 : 1)).join(' ')}, then the rest`];
    return [...this.programs.flatMap(programLines), ...order].join('\n');
  }
}

function programLines({ leaves, episodes, rounds, optimizer }: Program, index: number): string[] {
  return [
    `program ${index + 1}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${optimizer}`,
    ...[...leaves, ...episodes].flatMap(statementLines).map(indent),
  ];
}

const indent = (line: string): string => `  ${line}`;
const nameOf = (id: Id): string => `t${id}`;
const list = (ids: readonly Id[]): string => ids.map(nameOf).join(', ');

function statementLines(statement: Statement): string[] {
  switch (statement.kind) {
    case 'leaf': {
      const { id, shape, values, limit, seed, requiresGrad } = statement;
      const range = values === 'indices' ? ` below ${limit}` : '';
      const gradient = requiresGrad ? ', requires a gradient' : '';
      return [`${nameOf(id)} = ${format(shape)} ${values}${range} (seed ${seed})${gradient}`];
    }
    case 'op': {
      const { id, name, inputs, options, shape } = statement;
      const separator = inputs.length > 0 && options !== '' ? ', ' : '';
      return [`${nameOf(id)} = ${name}(${list(inputs)}${separator}${options})  # ${format(shape)}`];
    }
    case 'scope': {
      const { noGrad, body, keep, throws } = statement;
      const end = throws ? ['  throw'] : keep.length > 0 ? [`  return ${list(keep)}`] : [];
      return [
        noGrad ? 'noGrad scope {' : 'scope {',
        ...body.flatMap(statementLines).map(indent),
        ...end,
        '}',
      ];
    }
    case 'backward': {
      const { input, seed } = statement;
      return [`${nameOf(input)}.backward(${seed === null ? '' : `integers, seed ${seed}`})`];
    }
    case 'gradientOf':
      return [
        `${nameOf(statement.id)} = gradientOf(sum(${nameOf(statement.y)}), ${nameOf(statement.x)})`,
      ];
    case 'zeroGrad':
      return [`${nameOf(statement.leaf)}.zeroGrad()`];
    case 'step':
      return ['clipGradNorm; optimizer.step(); optimizer.zeroGrad()'];
    case 'read':
      return [`read ${nameOf(statement.input)}`];
    case 'misuse':
      return [`must throw: ${statement.name}(${list(statement.inputs)})`];
  }
}
