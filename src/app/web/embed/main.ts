// Entry point of embed.html, the page for an iframe: pad, prediction, and a link to the page itself with the drawing. It stores
// nothing, since a browser may block the storage of embedded pages.

import { addressOf } from '../pad/link.js';
import { mountStage } from '../stage.js';
import { byId } from '../ui/dom.js';

const stage = mountStage();
const fullPage = byId('full-page', HTMLAnchorElement);
const page = new URL('./', document.baseURI).href;
stage.pad.contents.subscribe(({ strokes }) => {
  try {
    const isEmpty = strokes.length === 0 || stage.demonstrating.value;
    fullPage.href = isEmpty ? page : addressOf(strokes, page);
  } catch {
    fullPage.href = page; // too many strokes for an address
  }
});
stage.watchAddress();
void stage.loadModel();
