// What the page and the worker that teaches say to each other. Types only.

import type { Lesson, LessonOptions } from '../../correction/lesson.js';
import type { PersonaliseProgress } from '../../correction/personalise.js';

/** Page to worker, once: the original and all corrections. */
export type LessonTask = Omit<LessonOptions, 'onProgress'>;

/** Worker to page: progress, then one of the others. */
export type LessonMessage =
  | { readonly kind: 'progress'; readonly progress: PersonaliseProgress }
  | { readonly kind: 'taught'; readonly lesson: Lesson }
  /** `reason` is a sentence for people. */
  | { readonly kind: 'failed'; readonly reason: string };
