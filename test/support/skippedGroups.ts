// Reporter of the test runner: after the summary, one line per reason for skipped tests.

import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { reasonIn } from './skipping.js';

/** A skipped test: its full title, and the reason if the test itself gave it. */
export interface SkippedTest {
  readonly fullName: string;
  readonly note?: string | undefined;
}

/** One line per reason, with the number of tests; tests without a reason come last. */
export function skipLines(tests: readonly SkippedTest[]): {
  lines: string[];
  unexplained: string[];
} {
  const counts = new Map<string, number>();
  const unexplained: string[] = [];
  for (const { fullName, note } of tests) {
    const reason = note ?? reasonIn(fullName);
    if (reason === null) unexplained.push(fullName);
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const lines = [...counts].map(
    ([reason, count]) => `${String(count).padStart(5)} skipped: ${reason.replaceAll(/\s+/g, ' ')}`,
  );
  return { lines, unexplained };
}

export default class SkippedGroups implements Reporter {
  /** Whether tests are filtered by name; the others count as skipped, too. */
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#isFiltered) return;
    const skipped = modules.flatMap(({ children }) =>
      [...children.allTests('skipped')].map((test) => {
        const result = test.result();
        return {
          fullName: test.fullName,
          note: result.state === 'skipped' ? result.note : undefined,
        };
      }),
    );
    const { lines, unexplained } = skipLines(skipped);
    for (const line of lines) process.stdout.write(`${line}\n`);
    for (const name of unexplained)
      process.stdout.write(`error: skipped without a reason: ${name}\n`);
    if (unexplained.length > 0) process.exitCode = 1;
  }
}
