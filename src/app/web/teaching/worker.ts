// Worker that runs one lesson, so that the page stays responsive. The page terminates it afterwards.
// Its backend uses all cores if the page is cross-origin isolated, otherwise one.

import { useBackend } from '../../../engine/index.js';
import { createWasmBackend } from '../../../engine/backends/wasm/index.js';
import { runLesson } from '../../correction/lesson.js';
import type { LessonMessage, LessonTask } from './lessonClient.js';

function post(message: LessonMessage, transfer: ArrayBuffer[] = []): void {
  postMessage(message, { transfer });
}

async function handleTask(task: LessonTask): Promise<void> {
  useBackend(await createWasmBackend());
  const lesson = await runLesson({
    ...task,
    onProgress: (progress) => post({ kind: 'progress', progress }),
  });
  post({ kind: 'finished', lesson }, [lesson.safetensors.buffer]);
}

onmessage = ({ data }: MessageEvent<LessonTask>) => {
  handleTask(data).catch((error: unknown) =>
    post({ kind: 'failed', reason: (error as Error).message }),
  );
};
