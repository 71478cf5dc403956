// The benchmark page: measures a training step on every backend of this browser, shows a table and copies it as JSON.
// gpu.js and the engine load in the worker, after the visitor starts the benchmark.

import { describeAttempt, describeDevice, type DeviceReport } from '../../device/device.js';
import type { Candidate, Report } from './protocol.js';
import {
  CANDIDATES,
  type Failure,
  measureCandidate,
  NAMES,
  type Outcome,
  probeDevice,
} from './run.js';
import {
  drawFacts,
  drawResults,
  formatDuration,
  imagesPerSecond,
  type Row,
  formatNumber,
} from './view.js';

declare const __VERSION__: string;

function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const match = document.getElementById(id);
  if (!(match instanceof type)) throw new Error(`no ${type.name} with id "${id}" on the page`);
  return match;
}

const controls = byId('controls', HTMLFormElement);
const start = byId('start', HTMLButtonElement);
const stop = byId('stop', HTMLButtonElement);
const copy = byId('copy', HTMLButtonElement);
const copied = byId('copied', HTMLElement);
const status = byId('status', HTMLElement);
const verdict = byId('verdict', HTMLElement);
const progress = byId('progress', HTMLProgressElement);
const device = byId('device', HTMLElement);
const body = byId('results', HTMLTableElement).tBodies[0];

const rows = new Map<Candidate, Row>(
  CANDIDATES.map((candidate) => [candidate, { waiting: 'not measured yet' }]),
);
/** The device report, as `inkgrad doctor` prints it; null before the start. */
let report: DeviceReport | Failure | null = null;
/** The last result, for the clipboard and for scripts that control the page. */
let result: object | null = null;

/** Name and version of the browser. */
function browserName(): string {
  const names = navigator.userAgent.match(/(Firefox|Edg|OPR|Chrome|Version)\/[\d.]+/g) ?? [
    navigator.userAgent,
  ];
  return `${names.at(-1)!.replace('/', ' ').replace('Version', 'Safari')} on ${navigator.platform}`;
}

function drawDevice(): void {
  const facts: [string, string][] = [
    ['Browser', browserName()],
    ['Processor', `${navigator.hardwareConcurrency} logical cores`],
    [
      'Threads',
      crossOriginIsolated
        ? 'yes: this page is cross-origin isolated'
        : 'no: this page is not cross-origin isolated, so WebAssembly runs on one core',
    ],
  ];
  if (report === null) facts.push(['Best', 'measured when you start']);
  else if ('reason' in report) facts.push(['Best', report.reason]);
  else {
    facts.push(['Best', describeDevice(report)]);
    facts.push(
      ...report.tried.map((attempt): [string, string] => [attempt.mode, describeAttempt(attempt)]),
    );
  }
  drawFacts(device, facts);
}

function draw(): void {
  drawDevice();
  drawResults(body, rows);
}

/** The sentence above the table. */
function summarize(): string {
  const measured = [...rows].flatMap(([candidate, row]) =>
    'steps' in row ? [{ candidate, rate: imagesPerSecond(row) }] : [],
  );
  if (measured.length === 0) return 'Nothing could be measured in this browser.';
  const best = measured.reduce((a, b) => (b.rate > a.rate ? b : a));
  const minutes = 112_800 / best.rate / 60;
  return (
    `${NAMES[best.candidate]} is the fastest here: ${formatNumber(best.rate)} characters per second. ` +
    `One epoch of EMNIST Balanced (112,800 characters) would take ${formatNumber(minutes)} minutes.`
  );
}

async function measureAll(
  batch: number,
  steps: number,
  requested: readonly Candidate[],
  signal: AbortSignal,
): Promise<void> {
  for (const candidate of CANDIDATES)
    rows.set(candidate, { waiting: requested.includes(candidate) ? 'waiting' : 'left out' });
  status.textContent = 'Checking the available hardware';
  report = null;
  draw();
  report = await probeDevice(signal);
  const outcomes: Partial<Record<Candidate, Outcome>> = {};
  for (const [index, candidate] of requested.entries()) {
    if (signal.aborted) {
      rows.set(candidate, { reason: 'stopped' });
      break;
    }
    const task = { candidate, batch, steps };
    const name = NAMES[candidate];
    const setStatus = (text: string): void => {
      status.textContent = `${name}: ${text}`;
      rows.set(candidate, { waiting: text });
      draw();
    };
    setStatus('starting');
    const onReport = (message: Report): void => {
      if (message.kind === 'started') {
        setStatus(
          `ready in ${formatDuration(message.startMs)}; the first step compiles its programs`,
        );
      } else if (message.kind === 'step') {
        setStatus(`${message.step} of ${message.of} steps done`);
        progress.value = (index + message.step / message.of) / requested.length;
      }
    };
    const outcome = await measureCandidate(task, onReport, signal);
    outcomes[candidate] = outcome;
    rows.set(candidate, outcome);
    progress.value = (index + 1) / requested.length;
    draw();
  }
  const { hardwareConcurrency, userAgent } = navigator;
  result = {
    page: 'inkgrad bench',
    version: __VERSION__,
    date: new Date().toISOString(),
    browser: { userAgent, hardwareConcurrency, crossOriginIsolated },
    device: report,
    results: outcomes,
  };
}

async function run(): Promise<void> {
  const fields = new FormData(controls);
  const requestedNames = new URLSearchParams(location.search).get('only')?.split(',');
  const requested = CANDIDATES.filter((candidate) => requestedNames?.includes(candidate) ?? true);
  const abort = new AbortController();
  stop.onclick = () => abort.abort();
  start.hidden = true;
  stop.hidden = progress.hidden = false;
  copy.disabled = verdict.hidden = true;
  copied.textContent = '';
  await measureAll(
    Number(fields.get('batch')),
    Number(fields.get('steps')),
    requested,
    abort.signal,
  );
  status.textContent = abort.signal.aborted ? 'Stopped.' : 'Done.';
  start.textContent = 'Start again';
  start.hidden = copy.disabled = verdict.hidden = false;
  stop.hidden = progress.hidden = true;
  verdict.textContent = summarize();
  draw();
}

controls.addEventListener('submit', (event) => {
  event.preventDefault();
  void run();
});
copy.addEventListener('click', () => {
  navigator.clipboard.writeText(JSON.stringify(result, null, 2)).then(
    () => (copied.textContent = 'Copied.'),
    (error: unknown) =>
      (copied.textContent = `Not copied: the browser does not allow it (${String(error)}).`),
  );
});
draw();
