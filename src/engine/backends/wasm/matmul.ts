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
    machine.withScratch([panelLength, packA ? c.rows * c.inner : 0], (panels, packed) => {
      for (let n = 0; n < batches; n++) {
        const fromB = firstB + 4 * n * c.batchB;
        if (n === 0 || c.batchB !== 0)
          simd.packPanels(fromB, c.innerB, c.columnB, c.inner, c.columns, panels);
        let fromA = firstA + 4 * n * c.batchA;
        if (packA) {
          simd.packRows(fromA, c.rowA, c.innerA, c.rows, c.inner, packed);
          fromA = packed;
        }
        const to = output.address + 4 * n * c.rows * c.columns;
        const stride = packA ? c.inner : c.rowA;
        machine.parallel('gemm', [fromA, stride, c.inner, panels, 0, to, c.columns, c.columns], c.rows, {
          least,
        });
      }
    });
    return output;
  },
};
