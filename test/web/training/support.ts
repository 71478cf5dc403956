// A training session of the page with its reports, for tests without a worker.

import { chooseDevice } from '../../../src/app/device/device.js';
import { originalArchitecture } from '../../../src/app/model/architecture.js';
import { readReport, type Report } from '../../../src/app/web/training/protocol.js';
import { Session, type SessionDependencies } from '../../../src/app/web/training/session.js';
import { DEFAULT_SETTINGS, type Settings } from '../../../src/app/web/training/settings.js';

/** A run of two epochs of 12 steps. */
export const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  architecture: originalArchitecture(),
  images: 235,
  epochs: 2,
  batchSize: 16,
  learningRate: 0.002,
  dropout: 0.25,
  seed: 7,
};

/** A session with all its reports and a way to react to a report. */
export function session(
  outside: Partial<SessionDependencies> = {},
  onReport: (report: Report) => void = () => undefined,
) {
  const reports: Report[] = [];
  const made = new Session({
    post: (report) => {
      reports.push(readReport(report));
      onReport(report);
    },
    yieldToEvents: () => new Promise((resolve) => setImmediate(resolve)),
    chooseDevice: () => chooseDevice({ backend: 'wasm', threads: 1 }),
    withStore: (work) => work(null),
    nameOf: () => 'the-file',
    ...outside,
  });
  const of = <Kind extends Report['kind']>(kind: Kind) =>
    reports.filter((report): report is Extract<Report, { kind: Kind }> => report.kind === kind);
  return { session: made, reports, of };
}
