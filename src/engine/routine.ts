// Routines: named groups of launches with several outputs, each defined as a composition of
// kernels.
// A backend may implement a routine in one pass (the three gradients of batch norm, the three
// arrays of Adam). Tests run both versions and compare the results.

import type { Constants, NamedScalars, NoScalars, ScalarArguments } from '../../kernels/kernel.js';
import { commonBackend, NdArray } from './ndarray.js';
import { sizeOf, type Shape } from './shape.js';

/** The parts of a routine; see `defineRoutine`. */
export interface RoutineDefinition<C extends Constants, S extends NamedScalars = NoScalars> {
  readonly name: string;
  /**
   * Shapes of the outputs. Ignored for an output that replaces an input, which keeps the input's
   * shape.
   */
  readonly outputs: (constants: C) => readonly Shape[];
  /**
   * For each output, the index of the input it replaces in place, or -1 for a new array. Default:
   * all new.
   */
  readonly replaces?: (constants: C) => readonly number[];
  /** The composition of kernels; returns the outputs in order. Updates replaced inputs in place. */
  readonly compose: (inputs: readonly NdArray[], constants: C, scalars: S) => readonly NdArray[];
}

/**
 * A callable routine: the implementation of the backend if it has one, otherwise (or if an input
 * has no elements) the composition.
 */
export interface Routine<C extends Constants, S extends NamedScalars = NoScalars> {
  (inputs: readonly NdArray[], constants: C, ...scalars: ScalarArguments<S>): readonly NdArray[];
  readonly definition: RoutineDefinition<C, S>;
}

/** Creates a routine. Calls throw ArgumentError if the inputs are on different backends. */
// @__NO_SIDE_EFFECTS__
export function defineRoutine<C extends Constants, S extends NamedScalars = NoScalars>(
  definition: RoutineDefinition<C, S>,
): Routine<C, S> {
  const call = (
    inputs: readonly NdArray[],
    constants: C,
    ...scalarArguments: ScalarArguments<S>
  ): readonly NdArray[] => {
    const [scalars = {} as S] = scalarArguments as readonly S[];
    const backend = commonBackend(inputs, definition.name);
    const implementation = backend.routines?.[definition.name];
    // Implementations need not support arrays without elements.
    if (implementation === undefined || inputs.some((array) => array.size === 0)) {
      return definition.compose(inputs, constants, scalars);
    }

    const shapes = definition.outputs(constants);
    const donate = definition.replaces?.(constants) ?? shapes.map(() => -1);
    const replacedInput = (output: number): NdArray | undefined => inputs[donate[output]];
    const buffers = implementation({
      inputs: inputs.map((array) => array.dense().buffer),
      constants,
      scalars,
      lengths: shapes.map((shape, index) => replacedInput(index)?.size ?? sizeOf(shape)),
      donate,
    });
    return buffers.map((buffer, index) => {
      const target = replacedInput(index);
      if (target === undefined) return NdArray.wrap(backend, buffer, shapes[index]);
      target.storage.replace(buffer);
      return target;
    });
  };
  return Object.assign(call, { definition });
}
