// Routines: a named group of launches with several outputs, written once as a composition of kernels, which a
// backend may answer in one pass of its own (batch norm's three gradients, Adam's three arrays). Tests run both
// and compare. Imports ndarray and shape.

import type { Constants } from '../../kernels/kernel.js';
import { commonBackend, NdArray } from './ndarray.js';
import { sizeOf, type Shape } from './shape.js';

export interface RoutineDefinition<C extends Constants> {
  readonly name: string;
  /** Shapes of the outputs; those that replace an input have its shape, whatever is said here. */
  readonly outputs: (constants: C) => readonly Shape[];
  /** For each output, the input it replaces in place, or -1 for a new array. Default: all new. */
  readonly replaces?: (constants: C) => readonly number[];
  /** The same thing from kernels; the outputs in order. An output that replaces an input is updated in it. */
  readonly compose: (
    inputs: readonly NdArray[],
    constants: C,
    scalars: readonly number[],
  ) => readonly NdArray[];
}

/** A callable routine: the backend's own implementation where it has one, else the composition. */
export interface Routine<C extends Constants> {
  (inputs: readonly NdArray[], constants: C, scalars?: readonly number[]): readonly NdArray[];
  readonly definition: RoutineDefinition<C>;
}

export function defineRoutine<C extends Constants>(definition: RoutineDefinition<C>): Routine<C> {
  const call = (
    inputs: readonly NdArray[],
    constants: C,
    scalars: readonly number[] = [],
  ): readonly NdArray[] => {
    const backend = commonBackend(inputs, definition.name);
    const implementation = backend.routines?.[definition.name];
    if (implementation === undefined) return definition.compose(inputs, constants, scalars);

    const shapes = definition.outputs(constants);
    const donate = definition.replaces?.(constants) ?? shapes.map(() => -1);
    const replaced = (output: number): NdArray | undefined => inputs[donate[output]];
    const buffers = implementation({
      inputs: inputs.map((array) => array.dense().storage.buffer),
      constants,
      scalars,
      lengths: shapes.map((shape, index) => replaced(index)?.size ?? sizeOf(shape)),
      donate,
    });
    return buffers.map((buffer, index) => {
      const target = replaced(index);
      if (target === undefined) return NdArray.wrap(backend, buffer, shapes[index]);
      target.storage.replace(buffer);
      return target;
    });
  };
  return Object.assign(call, { definition });
}
