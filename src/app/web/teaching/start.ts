// The one teacher of the page: started after the first prediction, since it may have something to restore, and shared by the mark
// beside the reading and the panel. Imports the teacher and its parts.

import type { App } from '../app.js';
import { browserKeeper } from './keeper.js';
import { mountMark } from './mark.js';
import { Teacher } from './teacher.js';
import { teachInWorker } from './teachInWorker.js';

let started: Promise<Teacher> | undefined;

/** The teacher of the page; the first call starts it. */
export function teacherOf(app: App): Promise<Teacher> {
  started ??= Teacher.start({ app, keeper: browserKeeper, teach: teachInWorker });
  return started;
}

/** Restores what an earlier visit taught, and shows in `host` whenever a taught model reads. */
export async function startTeaching(host: HTMLElement, app: App): Promise<void> {
  mountMark(host, await teacherOf(app));
}
