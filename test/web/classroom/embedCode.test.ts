// Tests the code that embeds the page in another one.

import { expect, it } from 'vitest';
import { embedCode } from '../../../src/app/web/classroom/embedCode.js';
import { strokesFromAddress } from '../../../src/app/web/pad/link.js';

const sourceOf = (code: string): URL => new URL(/src="([^"]*)"/.exec(code)![1]);

it('names the page next to the current one, without its state', () => {
  const code = embedCode('https://example.org/a/?present#tab=why', []);
  expect(sourceOf(code).href).toBe('https://example.org/a/embed.html');
  expect(code).toMatch(/^<iframe .*title="[^"]+".*><\/iframe>$/);
});

it('contains the drawing', () => {
  const { hash } = sourceOf(embedCode('https://example.org/', [[0.25, 0.5, 0.75, 0.5]]));
  expect(strokesFromAddress(hash)).toEqual([[0.25, 0.5, 0.75, 0.5]]);
});
