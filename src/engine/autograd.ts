// Reverse-mode automatic differentiation (Rumelhart, Hinton and Williams 1986).
// The backward pass visits the graph from the loss to the leaves, newest node first, and passes
// each node's gradient to its inputs. It works on arrays, not tensors, so it cannot record a graph.

import { add } from '../../kernels/elementwise.js';
import { scope } from './current.js';
import { ArgumentError, ShapeError } from './errors.js';
import { elementwise, filled, unbroadcast } from './launch.js';
import type { NdArray } from './ndarray.js';
import { format, sameShape, sizeOf, type Shape } from './shape.js';

/** A vertex of the graph; `Tensor` (tensor.ts) is the only implementation. */
export interface Differentiable {
  readonly array: NdArray;
  readonly shape: Shape;
  readonly requiresGrad: boolean;
  /** The node that created it; null for a leaf. */
  readonly node: GraphNode | null;
  /** Adds to the gradient stored on a leaf. */
  accumulateGrad(gradient: NdArray): void;
}

/** Computes the gradient of one input. */
export type GradientThunk = () => NdArray;

/** The operation that created a tensor: its name, its inputs and its gradient function. */
export interface GraphNode {
  /**
   * Increases with every node. Newest first is therefore a topological order: consumers before
   * producers.
   */
  readonly id: number;
  /** The op's name, for error messages and drawings of the graph. */
  readonly name: string;
  readonly inputs: readonly Differentiable[];
  /**
   * Maps d loss / d output to one thunk per input that computes d loss / d input; null where the op
   * has no gradient.
   */
  readonly backward: (gradient: NdArray) => readonly (GradientThunk | null)[];
}

let nextId = 0;

/** Creates a node; its id is larger than that of every earlier node. */
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
export function gradientOfLeaf(
  root: Differentiable,
  leaf: Differentiable,
  seed?: NdArray,
): NdArray {
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

/** Callbacks of one backward pass. */
interface Visitor {
  /** Whether the gradient of this input is needed, for itself or for its inputs. */
  readonly leadsOn: (input: Differentiable) => boolean;
  /** Receives one part of a leaf's gradient; called once for every use of the leaf. */
  readonly reached: (leaf: Differentiable, gradient: NdArray) => void;
}

function walk(
  root: Differentiable,
  seed: NdArray | undefined,
  { leadsOn, reached }: Visitor,
): void {
  if (!root.requiresGrad) {
    throw new ArgumentError(
      'backward: the tensor does not require a gradient; ' +
        'create a leaf with requiresGrad: true, outside noGrad()',
    );
  }
  if (seed === undefined && sizeOf(root.shape) !== 1) {
    throw new ArgumentError(
      `backward: the tensor has shape ${format(root.shape)}; ` +
        'pass a gradient of that shape, or reduce to one element',
    );
  }
  if (seed !== undefined && !sameShape(seed.shape, root.shape)) {
    throw new ShapeError(
      `backward: gradient ${format(seed.shape)} does not match the tensor ${format(root.shape)}`,
    );
  }

  // Accumulated gradients of computed tensors, until their node is processed.
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
    // Temporary arrays of a node's thunks are freed before the next node runs.
    const gradients = scope(() => inputGradients(node, gradient, leadsOn));
    node.inputs.forEach((input, index) => {
      const own = gradients[index];
      if (own !== null) pass(input, own);
    });
    waiting.delete(node);
    gradient.dispose();
  }
}

function inputGradients(
  node: GraphNode,
  gradient: NdArray,
  leadsOn: Visitor['leadsOn'],
): (NdArray | null)[] {
  const thunks = node.backward(gradient);
  if (thunks.length < node.inputs.length) {
    throw new ArgumentError(
      `${node.name}: backward returned ${thunks.length} gradients for ` +
        `${node.inputs.length} inputs; use null for no gradient`,
    );
  }
  return node.inputs.map((input, index) => {
    const thunk = thunks[index];
    if (!leadsOn(input) || thunk === null) return null;
    const own = unbroadcast(thunk(), input.shape, `${node.name}, gradient of input ${index}`);
    // The backward pass disposes of the result. A thunk may return `gradient`, an input, or one
    // array twice, so return a view.
    return own.view();
  });
}

/**
 * All nodes that `root` was computed from, newest first. Iterative: a deep network makes a deep
 * graph.
 */
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

/** The nodes of `root` that depend on `leaf`. */
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
