// Matrix multiplication and the linear layer: b is packed into panels, a is used in place where its
// rows are contiguous, and kernels/simd/gemm.ts multiplies. The linear layer adds bias and ReLU.

import type { MatmulConstants } from '../../../../kernels/matmul.js';
import type { LinearConstants } from '../../ops/linear.js';
import type { KernelOverride, Machine, RoutineOverride, WasmBuffer } from './machine.js';

/**
 * Multiply-adds of a product, and elements of a matrix to pack, below which one thread does all of
 * it. At 22 to 55 GFLOP/s a core takes 18 to 45 us for them, about as long as a sleeping thread
 * takes to wake. This is derived from these rates, not measured.
 */
const MIN_MULTIPLY_ADDS = 500_000;
const MIN_PACKED = 32_768;

/** b[k][n] lies at offset + k * innerB + n * columnB, of inner x columns. */
type RightOperand = Pick<MatmulConstants, 'inner' | 'columns' | 'innerB' | 'columnB'>;

const panelCount = (machine: Machine, columns: number): number =>
  Math.ceil(columns / machine.panel);

/** Packs the matrix at an address. */
function pack(machine: Machine, from: number, b: RightOperand, to: number): void {
  machine.parallel(
    'packPanels',
    [from, b.innerB, b.columnB, b.inner, b.columns, to],
    panelCount(machine, b.columns),
    { minUnits: Math.ceil(MIN_PACKED / (b.inner * machine.panel)) },
  );
}

/** Address of a matrix in panels, which are cached until its elements change. */
export function packedPanels(
  machine: Machine,
  buffer: WasmBuffer,
  offset: number,
  b: RightOperand,
): number {
  const key = `panels ${offset} ${b.innerB} ${b.columnB} ${b.inner} ${b.columns}`;
  const length = panelCount(machine, b.columns) * machine.panel * b.inner;
  const from = machine.rowMajor(buffer) + 4 * offset;
  return machine.packedCopies.find(buffer, key, length, (to) => pack(machine, from, b, to));
}

/**
 * out = bias + a times panels. Threads divide the rows; the columns of
 * a single row are not divided.
 */
function multiply(
  machine: Machine,
  [a, strideA, panels, bias, out]: readonly number[],
  { rows, inner, columns }: Pick<MatmulConstants, 'rows' | 'inner' | 'columns'>,
): void {
  const minUnits = Math.ceil(MIN_MULTIPLY_ADDS / (inner * columns));
  machine.parallel('gemm', [a, strideA, inner, panels, bias, out, columns, columns], rows, {
    minUnits,
    multiple: machine.tileRows,
  });
}

/**
 * A batch whose matrices a lie one below the other, with one b, is a single product of
 * all their rows.
 */
function joined(c: MatmulConstants, length: number): [MatmulConstants, batches: number] {
  const batches = length / (c.rows * c.columns);
  if (batches === 1 || c.batchB !== 0 || c.batchA !== c.rows * c.rowA) return [c, batches];
  return [{ ...c, rows: batches * c.rows }, 1];
}

/** One product after the other, each divided among the threads. `panels`: b, packed, or 0. */
function multiplyInTurn(
  machine: Machine,
  [a, b, sharedPanels, out]: readonly number[],
  c: MatmulConstants,
  batches: number,
  packA: boolean,
): void {
  const panelLength = panelCount(machine, c.columns) * machine.panel * c.inner;
  machine.withScratch(
    [sharedPanels === 0 ? panelLength : 0, packA ? c.rows * c.inner : 0],
    (panels, packed) => {
      for (let n = 0; n < batches; n++) {
        if (sharedPanels === 0) pack(machine, b + 4 * n * c.batchB, c, panels);
        let from = a + 4 * n * c.batchA;
        if (packA) {
          machine.parallel('packRowRange', [from, c.rowA, c.innerA, c.inner, packed], c.rows, {
            minUnits: Math.ceil(MIN_PACKED / c.inner),
            multiple: 8,
          });
          from = packed;
        }
        multiply(
          machine,
          [
            ...[from, packA ? c.inner : c.rowA, sharedPanels === 0 ? panels : sharedPanels, 0],
            out + 4 * n * c.rows * c.columns,
          ],
          c,
        );
      }
    },
  );
}

/** One job in which each unit is one product, from packing to storing. */
function multiplyBatch(
  machine: Machine,
  [a, b, panels, out]: readonly number[],
  c: MatmulConstants,
  batches: number,
  packA: boolean,
): void {
  const packFlag = packA ? 1 : 0;
  const bytes = machine.simd.batchedGemmScratch(c.rows, c.inner, c.columns, packFlag);
  machine.withScratch([(machine.threads * bytes) / 4], (scratch) => {
    machine.parallel(
      'batchedGemm',
      [
        ...([a, c.batchA, c.rowA, c.innerA, packFlag] as const),
        ...([b, c.batchB, c.innerB, c.columnB, panels] as const),
        ...([c.rows, c.inner, c.columns, out, scratch] as const),
      ],
      batches,
      {
        // Packing a column costs about as much as multiplying eight rows.
        minUnits: Math.ceil(MIN_MULTIPLY_ADDS / (c.inner * c.columns * (c.rows + 8))),
        scratch: { argument: 14, bytes },
      },
    );
  });
}

export const matmulOverrides: Readonly<Record<string, KernelOverride>> = {
  matmul: (machine, [a, b], { constants, length }) => {
    if (length === 0 || constants.inner === 0) return null;
    const [c, batches] = joined(constants, length);
    const [fromA, fromB] = [
      machine.rowMajor(a) + 4 * c.offsetA,
      machine.rowMajor(b) + 4 * c.offsetB,
    ];
    // gemm reads a forward; the rows of a flipped matrix are packed in their order.
    const packA = c.innerA !== 1 || c.rowA < 0;
    // One matrix for the whole batch (the weights of a layer) is packed once.
    const shared = batches === 1 || c.batchB === 0;
    const panels = shared ? packedPanels(machine, b, c.offsetB, c) : 0;
    const output = machine.allocate(length);
    // Few large products are divided by rows, many or small ones by products.
    const work = c.rows * c.inner * c.columns;
    const byProduct =
      batches >= 4 * machine.threads || (batches > 1 && work < 2 * MIN_MULTIPLY_ADDS);
    const run = byProduct ? multiplyBatch : multiplyInTurn;
    run(machine, [fromA, fromB, panels, output.address], c, batches, packA);
    return output;
  },
};

export const matmulRoutines: Readonly<Record<string, RoutineOverride>> = {
  linearForward: (machine, [x, weight, bias], { constants, lengths: [length] }) => {
    const c = constants as LinearConstants;
    const from = machine.rowMajor(x);
    const fromBias = (bias as WasmBuffer | undefined) === undefined ? 0 : machine.rowMajor(bias);
    // Weight is [columns, inner]; its transpose is packed.
    const transposed = { inner: c.inner, columns: c.columns, innerB: 1, columnB: c.inner };
    const panels = packedPanels(machine, weight, 0, transposed);
    const y = machine.allocate(length);
    multiply(machine, [from, c.inner, panels, fromBias, y.address], c);
    if (c.relu === 1)
      machine.parallel('relu', [y.address, y.address], length, { minUnits: length });
    return [y];
  },
};
