// The training worker: connects a session to the messages of a web worker.

import { chooseDevice } from '../../device/device.js';
import { readCommand, type Report } from './protocol.js';
import { withBrowserRunStore } from './runStore.js';
import { Session } from './session.js';

/** A message to itself arrives after the queued messages and, unlike a timer, without delay. */
const { port1, port2 } = new MessageChannel();

const session = new Session({
  post: (report: Report, transfer: Transferable[] = []) => postMessage(report, { transfer }),
  yieldToEvents: () =>
    new Promise((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    }),
  chooseDevice,
  withStore: withBrowserRunStore,
  nameOf: (file) => (file instanceof File ? file.name : 'the file'),
});

addEventListener('message', ({ data }: MessageEvent) => {
  void session.receive(readCommand(data));
});
