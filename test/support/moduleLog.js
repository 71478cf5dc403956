// Preloaded with --import: appends the URL of every module that is loaded to the file named by
// MODULE_LOG.

import * as module from 'node:module';
import { load } from './moduleLogHooks.js';

// Node 20 has only asynchronous hooks, which newer versions deprecate.
if (module.registerHooks === undefined) module.register('./moduleLogHooks.js', import.meta.url);
else module.registerHooks({ load });
