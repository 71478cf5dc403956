// Matrix multiplication: b is packed into panels, a is used in place where its rows are contiguous, and the
// register tile of kernels/simd/gemm.ts does the rest. Imports the machine.

import type { MatmulConstants } from '../../../../kernels/matmul.js';
import type { KernelOverride } from './override.js';

/** Multiply-adds that are worth a thread's while. */
const LEAST = 500_000;

export const matmulOverrides: Readonly<Record<string, KernelOverride>> = {
  matmul: (machine, [a, b], { constants, length }) => {
    const { simd } = machine;
    const c = constants as MatmulConstants;
    const batches = length / (c.rows * c.columns);
    if (length === 0 || c.inner === 0) return null;
    const [firstA, firstB] = [machine.plain(a) + 4 * c.offsetA, machine.plain(b) + 4 * c.offsetB];
    const output = machine.allocate(length);
    const panelLength = Math.ceil(c.columns / machine.panel) * machine.panel * c.inner;
    const packA = c.innerA !== 1;
    const least = Math.ceil(LEAST / (c.inner * c.columns));
    // One matrix for the whole batch (a layer's weights) is packed once; a matrix of its own for each is packed in turn.
    const shared = batches === 1 || c.batchB === 0;
    const pack = (from: number, to: number): void =>
      simd.packPanels(from, c.innerB, c.columnB, c.inner, c.columns, to);
    const key = `panels ${c.offsetB} ${c.innerB} ${c.columnB} ${c.inner} ${c.columns}`;
    const kept = shared ? machine.packedCopy(b, key, panelLength, (to) => pack(firstB, to)) : 0;
    machine.withScratch([shared ? 0 : panelLength, packA ? c.rows * c.inner : 0], (own, packed) => {
      for (let n = 0; n < batches; n++) {
        if (!shared) pack(firstB + 4 * n * c.batchB, own);
        let fromA = firstA + 4 * n * c.batchA;
        if (packA) {
          simd.packRows(fromA, c.rowA, c.innerA, c.rows, c.inner, packed);
          fromA = packed;
        }
        const to = output.address + 4 * n * c.rows * c.columns;
        const stride = packA ? c.inner : c.rowA;
        const operands = [fromA, stride, c.inner, shared ? kept : own, 0, to, c.columns, c.columns] as const;
        machine.parallel('gemm', [...operands], c.rows, { least, multiple: machine.tileRows });
      }
    });
    return output;
  },
};
