// Reverse-mode differentiation: walk the graph from the loss to the leaves, newest node first, and pass each node's
// gradient on to its inputs (Rumelhart, Hinton and Williams 1986). Works on arrays, not tensors, so going backward
// cannot record a graph.

import { add } from '../../kernels/elementwise.js';
import { scope } from './current.js';
import { ArgumentError, ShapeError } from './errors.js';
import { elementwise, filled, unbroadcast } from './launch.js';
import type { NdArray } from './ndarray.js';
import { format, sameShape, sizeOf, type Shape } from './shape.js';

/** What the graph connects; tensor.ts has the only class of this kind. */
export interface Differentiable {
  readonly array: NdArray;
  readonly shape: Shape;
  readonly requiresGrad: boolean;
  /** How it was made; null for a leaf. */
  readonly node: GraphNode | null;
  /** Adds to the gradient that a leaf keeps. */
  accumulateGrad(gradient: NdArray): void;
}

/** Computes the gradient of one input. */
export type GradientThunk = () => NdArray;

/** How a tensor was made: by which op, from what, and how a gradient goes back through it. */
export interface GraphNode {
  /** Grows with every node, so newest first is an order in which no node comes before its consumers. */
  readonly id: number;
  /** The op's name, for messages and pictures of the graph. */
  readonly name: string;
  readonly inputs: readonly Differentiable[];
  /** d loss / d output -> for each input, how to get d loss / d input; null where the op has no gradient. */
  readonly backward: (gradient: NdArray) => readonly (GradientThunk | null)[];
}

let nextId = 0;

/** Makes a node; its id is larger than that of every node before. */
export function createNode(node: Omit<GraphNode, 'id'>): GraphNode {
  return { id: nextId++, ...node };
}

/** See `Tensor.backward`. */
export function backward(root: Differentiable, seed?: NdArray): void {
  scope(() =>
    walk(root, seed, {
      leadsOn: (input) => input.requiresGrad,
      reached: (leaf, gradient) => leaf.accumulateGrad(gradient),
    }),
  );
}

/** See `gradientOf`. */
export function gradientOfLeaf(root: Differentiable, leaf: Differentiable, seed?: NdArray): NdArray {
  if (leaf.node !== null || !leaf.requiresGrad) {
    throw new ArgumentError(
      'gradientOf: x must be a leaf that requires a gradient (tensor(..., { requiresGrad: true }))',
    );
  }
  const onTheWay = leadingTo(leaf, root);
  return scope(() => {
    let sum = filled(root.array.backend, leaf.shape, 0);
    walk(root, seed, {
      leadsOn: (input) => input === leaf || (input.node !== null && onTheWay.has(input.node)),
      reached: (_, gradient) => {
        sum = elementwise(add, [sum, gradient]);
      },
    });
    return sum;
  });
}

/** What one way of going backward wants. */
interface Errand {
  /** Whether a gradient is wanted here or for anything this was made from. */
  readonly leadsOn: (input: Differentiable) => boolean;
  /** Takes a part of a leaf's gradient: one for every place where the leaf is used. */
  readonly reached: (leaf: Differentiable, gradient: NdArray) => void;
}

function walk(root: Differentiable, seed: NdArray | undefined, { leadsOn, reached }: Errand): void {
  if (!root.requiresGrad) {
    throw new ArgumentError(
      'backward: nothing here requires a gradient (a leaf needs requiresGrad; noGrad() records none)',
    );
  }
  if (seed === undefined && sizeOf(root.shape) !== 1) {
    throw new ArgumentError(
      `backward: a tensor of shape ${format(root.shape)} needs a gradient argument; a loss has one element`,
    );
  }
  if (seed !== undefined && !sameShape(seed.shape, root.shape)) {
    throw new ShapeError(
      `backward: gradient ${format(seed.shape)} does not match the tensor ${format(root.shape)}`,
    );
  }

  // Gradients of computed tensors wait here until their node's turn.
  const waiting = new Map<GraphNode, NdArray>();
  const pass = (target: Differentiable, gradient: NdArray): void => {
    if (target.node === null) {
      reached(target, gradient);
      return;
    }
    const sum = waiting.get(target.node);
    waiting.set(target.node, sum === undefined ? gradient : elementwise(add, [sum, gradient]));
  };

  pass(root, seed?.view() ?? filled(root.array.backend, root.shape, 1));
  for (const node of newestFirst(root)) {
    const gradient = waiting.get(node);
    if (gradient === undefined) continue;
    // Whatever a node's thunks make on the way is freed before the next node runs.
    const gradients = scope(() => inputGradients(node, gradient, leadsOn));
    node.inputs.forEach((input, index) => {
      const own = gradients[index];
      if (own !== null) pass(input, own);
    });
    waiting.delete(node);
    gradient.dispose();
  }
}

function inputGradients(node: GraphNode, gradient: NdArray, leadsOn: Errand['leadsOn']): (NdArray | null)[] {
  const thunks = node.backward(gradient);
  if (thunks.length < node.inputs.length) {
    throw new ArgumentError(
      `${node.name}: backward gives ${thunks.length} gradients for ${node.inputs.length} inputs; null stands for none`,
    );
  }
  return node.inputs.map((input, index) => {
    const thunk = thunks[index];
    if (!leadsOn(input) || thunk === null) return null;
    const own = unbroadcast(thunk(), input.shape, `${node.name}, gradient of input ${index}`);
    // The walker disposes of what it gets, and a thunk may return `gradient`, an input, or one array twice.
    return own.view();
  });
}

/** All nodes that `root` was made with, newest first. No recursion: graphs are as deep as networks are. */
function newestFirst(root: Differentiable): GraphNode[] {
  const found = new Set<GraphNode>();
  const unvisited: Differentiable[] = [root];
  for (let next = unvisited.pop(); next !== undefined; next = unvisited.pop()) {
    if (next.node === null || found.has(next.node)) continue;
    found.add(next.node);
    unvisited.push(...next.node.inputs.filter((input) => input.requiresGrad));
  }
  return [...found].sort((a, b) => b.id - a.id);
}

/** The nodes of `root` that were made from `leaf`. */
function leadingTo(leaf: Differentiable, root: Differentiable): Set<GraphNode> {
  const found = new Set<GraphNode>();
  const oldestFirst = newestFirst(root).reverse();
  for (const node of oldestFirst) {
    const leads = node.inputs.some(
      (input) => input === leaf || (input.node !== null && found.has(input.node)),
    );
    if (leads) found.add(node);
  }
  return found;
}
