// Gives a lesson away from the page, which stays awake, on a backend of its own: on all cores where the page is cross-origin
// isolated, on one elsewhere. One lesson, then the page ends it. Imports the lesson, the engine, the wasm backend.

import { useBackend } from '../../../engine/index.js';
import { createWasmBackend } from '../../../engine/backends/wasm/index.js';
import { giveLesson } from '../../correction/lesson.js';
import type { LessonMessage, LessonTask } from './protocol.js';

function post(message: LessonMessage, transfer: ArrayBuffer[] = []): void {
  postMessage(message, { transfer });
}

async function teach(task: LessonTask): Promise<void> {
  useBackend(await createWasmBackend());
  const lesson = await giveLesson({
    ...task,
    onProgress: (progress) => post({ kind: 'progress', progress }),
  });
  post({ kind: 'taught', lesson }, [lesson.safetensors.buffer]);
}

onmessage = ({ data }: MessageEvent<LessonTask>) => {
  teach(data).catch((error: unknown) => post({ kind: 'failed', reason: (error as Error).message }));
};
