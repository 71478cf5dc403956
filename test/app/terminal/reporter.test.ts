// Tests where the progress of long work is a bar, and where it is plain lines.

import { afterEach, expect, it, vi } from 'vitest';
import { Reporter } from '../../../src/app/terminal/reporter.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What a terminal receives while work of 20 seconds runs. */
function textOnTerminal(env: Record<string, string>): string {
  const variables = { CI: '', NO_COLOR: '', TERM: 'xterm-256color', ...env };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const { isTTY } = process.stderr;
  process.stderr.isTTY = true;
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const reporter = new Reporter({ json: false });
    for (let done = 0; done <= 20; done++, now += 1000) reporter.progress(done, 20, 'working');
    reporter.clear();
  } finally {
    process.stderr.isTTY = isTTY;
  }
  return text;
}

it.each([{}, { NO_COLOR: '1' }])('rewrites a bar on a terminal with %o', (env) => {
  expect(textOnTerminal(env)).toContain('\r\u001b[2K█');
});

it.each([{ TERM: 'dumb' }, { CI: 'true' }])('prints lines without escapes with %o', (env) => {
  const text = textOnTerminal(env);
  expect(text).toMatch(/^ {3}50 % {2}0:10 left {2}working\n/);
  expect(text).not.toMatch(/\r/);
  expect(text).not.toContain('\u001b');
});
