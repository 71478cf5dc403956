// Reverse-mode automatic differentiation (Rumelhart, Hinton and Williams 1986).
// The backward pass visits the graph from the loss to the leaves, newest node first, and passes
// each node's gradient to its inputs. It works on arrays, not tensors, so it cannot record a graph.

import { add } from '../../kernels/elementwise.js';
import { scope, trackWith } from './current.js';
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
export interface GradientThunk {
  (): NdArray;
  /**
   * Adds the gradient to `sum` in place. For gradients that are 0 in most elements, such as that of
   * a slice: many slices of one tensor then share one array for their gradients.
   */
  readonly addTo?: (sum: NdArray) => void;
}

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
export function createNode({ name, inputs, backward }: Omit<GraphNode, 'id'>): GraphNode {
  return { id: nextId++, name, inputs, backward };
}

/** See `Tensor.backward`. */
export function backward(root: Differentiable, seed?: NdArray): void {
  scope(() =>
    backpropagate(root, seed, {
      needsGradient: (input) => input.requiresGrad,
      onLeaf: (leaf, gradient) => leaf.accumulateGrad(gradient),
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
  const nodesOnPath = nodesDependingOn(leaf, root);
  return scope(() => {
    let sum = filled(root.array.backend, leaf.shape, 0);
    backpropagate(root, seed, {
      needsGradient: (input) =>
        input === leaf || (input.node !== null && nodesOnPath.has(input.node)),
      onLeaf: (_, gradient) => {
        sum = elementwise(add, [sum, gradient]);
      },
    });
    return sum;
  });
}

/** Callbacks of one backward pass. */
interface Visitor {
  /** Whether the gradient of this input is needed, for itself or for its inputs. */
  readonly needsGradient: (input: Differentiable) => boolean;
  /** Receives one part of a leaf's gradient; called once for every use of the leaf. */
  readonly onLeaf: (leaf: Differentiable, gradient: NdArray) => void;
}

function backpropagate(
  root: Differentiable,
  seed: NdArray | undefined,
  { needsGradient, onLeaf }: Visitor,
): void {
  if (!root.requiresGrad) {
    throw new ArgumentError(
      'backward: the tensor does not require a gradient; ' +
        'create a leaf with requiresGrad: true, outside noGrad(). A gradient records no graph: ' +
        'gradients of gradients (double backward) are not supported',
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

  // Accumulated gradients: of computed tensors until their node is processed, of leaves in
  // `sharedLeaves` until the end.
  const pending = new Map<GraphNode | Differentiable, NdArray>();
  // Leaves whose gradient is added to one array in place; see `GradientThunk.addTo`.
  const sharedLeaves = new Set<Differentiable>();
  const accumulate = (target: Differentiable, gradient: NdArray): void => {
    if (target.node === null && !sharedLeaves.has(target)) {
      onLeaf(target, gradient);
      return;
    }
    const key = target.node ?? target;
    const sum = pending.get(key);
    pending.set(key, sum === undefined ? gradient : elementwise(add, [sum, gradient]));
  };
  // Returns false if the gradient cannot be added in place, or is the first one.
  const addInPlace = (target: Differentiable, { addTo }: GradientThunk): boolean => {
    if (addTo === undefined) return false;
    if (target.node === null) sharedLeaves.add(target);
    const key = target.node ?? target;
    const sum = pending.get(key);
    if (sum === undefined) return false;
    const own = sum.unshared();
    if (own !== sum) {
      trackWith(sum, own);
      pending.set(key, own);
      sum.dispose();
    }
    addTo(own);
    return true;
  };

  accumulate(root, seed?.view() ?? filled(root.array.backend, root.shape, 1));
  for (const node of newestFirst(root)) {
    const gradient = pending.get(node);
    if (gradient === undefined) continue;
    // Temporary arrays of a node's thunks are freed before the next node runs.
    const gradients = scope(() => inputGradients(node, gradient, needsGradient, addInPlace));
    // Before the leaves get their gradients: a leaf copies a gradient whose storage is shared.
    pending.delete(node);
    gradient.dispose();
    node.inputs.forEach((input, index) => {
      const inputGradient = gradients[index];
      if (inputGradient !== null) accumulate(input, inputGradient);
    });
  }
  for (const leaf of sharedLeaves) onLeaf(leaf, pending.get(leaf)!);
}

/** The gradient of every input; null if it is not needed, or was added in place. */
function inputGradients(
  node: GraphNode,
  gradient: NdArray,
  needsGradient: Visitor['needsGradient'],
  addInPlace: (input: Differentiable, thunk: GradientThunk) => boolean,
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
    if (!needsGradient(input) || thunk === null || addInPlace(input, thunk)) return null;
    const computed = thunk();
    const reduced = sameShape(computed.shape, input.shape)
      ? computed
      : unbroadcast(computed, input.shape, `${node.name}, gradient of input ${index}`);
    // The backward pass disposes of the result. A thunk may return `gradient`, an input, or one
    // array twice, so return a view.
    return reduced.view();
  });
}

/**
 * All nodes that `root` was computed from, newest first. Iterative: a deep network makes a deep
 * graph.
 */
export function newestFirst(root: Differentiable): GraphNode[] {
  const visited = new Set<GraphNode>();
  const unvisited: Differentiable[] = [root];
  for (let next = unvisited.pop(); next !== undefined; next = unvisited.pop()) {
    if (next.node === null || visited.has(next.node)) continue;
    visited.add(next.node);
    for (const input of next.node.inputs) if (input.requiresGrad) unvisited.push(input);
  }
  return [...visited].sort((a, b) => b.id - a.id);
}

/** The nodes of `root` that depend on `leaf`. */
function nodesDependingOn(leaf: Differentiable, root: Differentiable): Set<GraphNode> {
  const dependent = new Set<GraphNode>();
  const oldestFirst = newestFirst(root).reverse();
  for (const node of oldestFirst) {
    const dependsOnLeaf = node.inputs.some(
      (input) => input === leaf || (input.node !== null && dependent.has(input.node)),
    );
    if (dependsOnLeaf) dependent.add(node);
  }
  return dependent;
}
