// The worker that runs the reader's code: one chapter at a time, with the engine in the same script.
//
// It has an opaque origin (sandbox.ts): no access to stored drawings, and no network.

import { moduleLoader } from '../../course/modules.js';
import { describeError, Session, type Host } from '../../course/session.js';
import type { Report, Request } from './protocol.js';

/** Lines that one run of a cell may print, so that an endless loop does not fill the page. */
const MAX_LINES = 1000;

const send = (report: Report): void => self.postMessage(report);
let printed = 0;
let session: Session | null = null;

function start(definitions: Extract<Request, { kind: 'start' }>['definitions']): Session {
  const host: Host = {
    print(text) {
      printed++;
      if (printed < MAX_LINES) send({ kind: 'printed', text });
      if (printed === MAX_LINES)
        send({ kind: 'printed', text: `(only the first ${MAX_LINES - 1} lines are shown)` });
    },
    show: (figure) => send({ kind: 'shown', figure }),
    load: moduleLoader(new Map(definitions), () => host),
  };
  return new Session(host);
}

async function run(code: string, name: string): Promise<void> {
  printed = 0;
  const begin = performance.now();
  try {
    await session!.run(code, name);
    send({ kind: 'done', duration: performance.now() - begin });
  } catch (error) {
    send({ kind: 'failed', error: describeError(error, name) });
  }
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'start') session = start(data.definitions);
  else void run(data.code, data.name);
};
