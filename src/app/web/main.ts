// The page: puts its parts together. The pad draws, a reader reads each drawing, the result shows what was read, and the tabs
// look closer. What the first prediction does not need loads later. Imports the parts.

import { IMAGE_PIXELS } from '../../data/idx.js';
import type { App, Drawing } from './app.js';
import { byId } from './dom.js';
import { makeNotices, makeVoice } from './notices.js';
import type { Reader } from './reading/reader.js';
import type { Reading } from './reading/types.js';
import { keepReading } from './readingLoop.js';
import { mountResult } from './result/result.js';
import { Signal } from './signal.js';
import { mountTabs } from './tabs.js';

const EMPTY: Drawing = { strokes: [], image: new Uint8Array(IMAGE_PIXELS), empty: true, source: 'strokes' };

const app: App = {
  reader: new Signal<Reader | null>(null),
  drawing: new Signal(EMPTY),
  reading: new Signal<Reading | null>(null),
  say: makeVoice(byId('voice', HTMLElement)),
  fail: makeNotices(byId('notices', HTMLElement)),
};

mountResult(byId('result', HTMLElement), app);
keepReading(app);
mountTabs(byId('tabs', HTMLElement), byId('panels', HTMLElement), app);
