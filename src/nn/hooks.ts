// Forward hooks: functions that are called before or after the `forward` of one module, to record
// or replace its inputs or output.

import { ArgumentError } from '../engine/errors.js';
import { describeValue } from '../engine/options.js';
import type { Module } from './module.js';

type InputsOf<M extends Module> = Parameters<M['forward']>;
type OutputOf<M extends Module> = ReturnType<M['forward']>;

/**
 * Called after `forward`. It may return another output.
 *
 * @param inputs the arguments of `forward`
 */
export type ForwardHook<M extends Module> = (
  module: M,
  inputs: InputsOf<M>,
  output: OutputOf<M>,
) => OutputOf<M> | undefined;

/**
 * Called before `forward`. It may return a list of other inputs.
 *
 * @param inputs the arguments of `forward`
 */
export type ForwardPreHook<M extends Module> = (
  module: M,
  inputs: InputsOf<M>,
) => [...InputsOf<M>] | undefined;

type AnyFunction = (...inputs: unknown[]) => unknown;
/** A set of boxed hooks, so that one function can be registered twice. */
type HookSet = Set<{ readonly hook: AnyFunction }>;

interface Hooks {
  readonly before: HookSet;
  readonly after: HookSet;
  /** Removes the `forward` that calls the hooks. */
  readonly uninstall: () => void;
}

const hooksOf = new WeakMap<Module, Hooks>();

/**
 * Calls a function after every `forward` of a module: `hook(module, inputs, output)`. If it returns
 * a value, that value replaces the output. Hooks run in the order of registration. `Sequential`
 * does not fuse a layer with hooks.
 *
 * Tensors belong to the scope of the forward pass: read them in the hook, or `keep()` a
 * `detach()`ed copy.
 *
 * @returns a function that removes the hook
 * @throws ArgumentError from `forward`, if a hook returns a promise
 * @example
 * const layer = new Linear({ inFeatures: 3, outFeatures: 2, rng: new Rng(1) });
 * const remove = registerForwardHook(layer, (module, [x], y) => {
 *   print(`${module}: ${x.shape} to ${y.shape}`); // Linear(3, 2): 4,3 to 4,2
 * });
 * scope(() => void layer.forward(ones([4, 3])));
 * remove();
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook
 */
export function registerForwardHook<M extends Module>(module: M, hook: ForwardHook<M>): () => void {
  return register(module, 'after', hook as AnyFunction);
}

/**
 * Calls a function before every `forward` of a module: `hook(module, inputs)`. If it returns a
 * list, its elements replace the inputs. Hooks run in the order of registration.
 *
 * @returns a function that removes the hook
 * @throws ArgumentError from `forward`, if a hook returns anything but a list or undefined
 * @example
 * const layer = new ReLU();
 * const remove = registerForwardPreHook(layer, (_, [x]) => [neg(x)]);
 * print(await scope(() => layer.forward(tensor([1, -2])).data())); // [0, 2]
 * remove();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_pre_hook
 */
export function registerForwardPreHook<M extends Module>(
  module: M,
  hook: ForwardPreHook<M>,
): () => void {
  return register(module, 'before', hook as AnyFunction);
}

/**
 * Whether a module's `forward` was replaced on the object itself, by hooks or otherwise. Then an
 * operation that does not call `forward` must not be used instead.
 */
export function hasOwnForward(module: Module): boolean {
  return Object.hasOwn(module, 'forward');
}

function register(module: Module, when: 'before' | 'after', hook: AnyFunction): () => void {
  let hooks = hooksOf.get(module);
  if (hooks === undefined) {
    hooks = install(module);
    hooksOf.set(module, hooks);
  }
  const { before, after, uninstall } = hooks;
  const entry = { hook };
  hooks[when].add(entry);
  return () => {
    hooks[when].delete(entry);
    if (before.size + after.size > 0 || hooksOf.get(module) !== hooks) return;
    hooksOf.delete(module);
    uninstall();
  };
}

/**
 * Gives the module a `forward` of its own that calls the hooks around the original one. A module
 * without hooks is not slowed down.
 */
function install(module: Module): Hooks {
  const before: HookSet = new Set();
  const after: HookSet = new Set();
  const previous = Object.getOwnPropertyDescriptor(module, 'forward');
  const original = Reflect.get(module, 'forward') as AnyFunction;
  const forward: AnyFunction = (...inputs) => {
    let current = inputs;
    for (const { hook } of [...before]) {
      const replaced = hook(module, current) ?? current;
      if (!Array.isArray(replaced)) {
        throw new ArgumentError(
          'registerForwardPreHook: a hook must return a list of inputs or undefined, got ' +
            describeValue(replaced),
        );
      }
      current = replaced;
    }
    let output = original.apply(module, current);
    for (const { hook } of [...after]) {
      const replaced = hook(module, current, output);
      if (replaced instanceof Promise) {
        throw new ArgumentError(
          'registerForwardHook: a hook must not be async: its promise would replace the output',
        );
      }
      output = replaced ?? output;
    }
    return output;
  };
  Object.defineProperty(module, 'forward', { value: forward, configurable: true, writable: true });
  const uninstall = (): void => {
    if (previous === undefined) Reflect.deleteProperty(module, 'forward');
    else Object.defineProperty(module, 'forward', previous);
  };
  return { before, after, uninstall };
}
