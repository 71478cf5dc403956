// Operands of elementwise ops: tensors, or numbers that are broadcast.

import { ArgumentError } from '../../errors.js';
import { describeValue } from '../../options.js';
import { broadcastShapes, type Shape } from '../../shape.js';
import { full, Tensor } from '../../tensor.js';

/** A tensor, or a number that is broadcast. */
export type Operand = Tensor | number;

/** The shape rule of an op whose inputs broadcast. */
export function broadcast(name: string): (shapes: readonly Shape[]) => Shape {
  return (shapes) => shapes.reduce((a, b) => broadcastShapes(a, b, name));
}

/**
 * Converts numbers to scalar tensors on the backend of the other operands.
 *
 * @throws ArgumentError if an operand is neither a tensor nor a number
 */
export function toTensors(opName: string, ...operands: Operand[]): Tensor[] {
  const invalid = operands.findIndex(
    (operand) => typeof operand !== 'number' && !(operand instanceof Tensor),
  );
  if (invalid >= 0) {
    throw new ArgumentError(
      `${opName}: operand ${invalid} must be a tensor or a number, got ${describeValue(operands[invalid])}`,
    );
  }
  const tensorOperand = operands.find((operand) => operand instanceof Tensor);
  return operands.map((operand) =>
    operand instanceof Tensor
      ? operand
      : full([], operand, tensorOperand && { backend: tensorOperand.array.backend }),
  );
}
