// The tools for teaching, in the footer: the tour, presentation mode, and the code that embeds the page.

import type { App } from '../app.js';
import { mountTour } from '../tour/index.js';
import { mountEmbed } from './embed.js';
import { mountPresentation } from './present.js';
import './classroom.css';

/** Adds the buttons to `host`. */
export function mountClassroom(host: HTMLElement, app: App): void {
  mountTour(host, app);
  mountPresentation(host);
  mountEmbed(host, app);
}
