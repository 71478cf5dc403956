// Runs the check of a backend for `inkgrad doctor --check`: a table of the ops, the smallest failing
// case of each wrong op, and the verdict.

import { InkgradError } from '../../engine/errors.js';
import type { Backend, Shape } from '../../engine/index.js';
import { format } from '../../engine/shape.js';
import type { Reporter } from '../terminal/reporter.js';
import { checkBackend, type CheckOptions, CHECK_SEED, type OpResult } from './checkBackend.js';

/** Thrown after the table if an op is wrong. */
export class CheckFailedError extends InkgradError {
  override name = 'CheckFailedError';
}

/**
 * Checks every op on a backend, and prints one line per op.
 *
 * @param description of the backend, e.g. `wasm (base SIMD, 2 threads)`
 * @throws CheckFailedError that names the wrong ops
 */
export async function runCheck(
  { backend, description }: { readonly backend: Backend; readonly description: string },
  reporter: Reporter,
  { seed = CHECK_SEED, ...options }: Omit<CheckOptions, 'onCase'> = {},
): Promise<void> {
  reporter.print(
    `check     every op on ${description}, against the float64 reference, seed ${seed}`,
  );
  const results = await checkBackend(backend, {
    ...options,
    seed,
    onCase: (done, total, { name }) => reporter.progress(done, total, name),
  });
  reporter.print(`  ${'op'.padEnd(20)} cases  largest error  allowed        ms  verdict`);
  for (const result of results) printOp(result, reporter);
  const failed = results.filter(({ failures }) => failures.length > 0);
  for (const { op, failures, cases } of failed) {
    const [{ name, inputs, reason }] = failures;
    reporter.warn(`${op}: ${failures.length} of ${cases} cases are wrong; the smallest:`);
    reporter.warn(`  ${name}, inputs ${shapesText(inputs)}`);
    reporter.warn(`  ${reason}`);
  }
  const [cases, ms] = [sumOf(results, 'cases'), sumOf(results, 'ms')];
  const summary = {
    backend: description,
    ok: failed.length === 0,
    ops: results.length,
    cases,
    failedOps: failed.map(({ op }) => op),
    seed,
    ms: Math.round(ms),
  };
  reporter.emit({ check: summary });
  if (failed.length > 0) {
    throw new CheckFailedError(
      `doctor --check: ${failed.length} of ${results.length} ops are wrong on ${description}: ` +
        summary.failedOps.join(', '),
    );
  }
  const seconds = (ms / 1000).toFixed(1);
  reporter.print(
    `result    ${reporter.paint('green', 'ok')}: ${results.length} ops, ${cases} cases, ${seconds} s`,
  );
}

function printOp(result: OpResult, reporter: Reporter): void {
  const { op, cases, failures, largestError, allowedError, ms } = result;
  const [first] = failures as readonly (OpResult['failures'][number] | undefined)[];
  reporter.emit({
    op,
    cases,
    failed: failures.length,
    // JSON has no Infinity: null if there is no result to compare.
    largestError: Number.isFinite(largestError) ? largestError : null,
    allowedError,
    ms: Math.round(ms * 10) / 10,
    verdict: first === undefined ? 'ok' : 'wrong',
    ...(first && {
      smallestFailure: { case: first.name, inputs: first.inputs, reason: first.reason },
    }),
  });
  const verdict =
    first === undefined ? reporter.paint('green', 'ok') : reporter.paint('yellow', 'WRONG');
  reporter.print(
    [
      `  ${op.padEnd(20)}`,
      String(cases).padStart(5),
      errorText(largestError).padStart(14),
      errorText(allowedError).padStart(8),
      ms.toFixed(1).padStart(9),
      ` ${verdict}`,
    ].join(' '),
  );
}

const errorText = (error: number): string =>
  Number.isFinite(error) ? error.toExponential(1) : 'no result';

const shapesText = (shapes: readonly Shape[]): string => shapes.map(format).join(' ');

function sumOf(results: readonly OpResult[], key: 'cases' | 'ms'): number {
  return results.reduce((total, result) => total + result[key], 0);
}
