// Tests rows of comma-separated values: RFC 4180.

import { expect, it } from 'vitest';
import { csvRow } from '../../../src/app/terminal/csv.js';

it('quotes fields with commas, quotes and line breaks, and doubles the quotes in them', () => {
  expect(csvRow(['a b', 0.5, false, null, ''])).toBe('a b,0.5,false,,');
  expect(csvRow(['a,b', 'a "b"', '"', 'a\nb', 'a\rb'])).toBe('"a,b","a ""b""","""","a\nb","a\rb"');
});
