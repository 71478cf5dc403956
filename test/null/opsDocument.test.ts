// Compares docs/ops.md with the text generated from the ops. After a change of an op, run
// `npx vitest run test/null/opsDocument.test.ts -u`.

import { expect, it } from 'vitest';
import { opsDocument } from '../support/opsTable.js';

it('docs/ops.md is the one that the ops generate', async () => {
  const text = await opsDocument();
  expect(text).toContain('| `conv2d`');
  await expect(text).toMatchFileSnapshot('../../docs/ops.md');
});
