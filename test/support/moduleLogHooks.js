// The hook of moduleLog.js.

import { appendFileSync } from 'node:fs';

export function load(url, context, nextLoad) {
  appendFileSync(process.env.MODULE_LOG, `${url}\n`);
  return nextLoad(url, context);
}
