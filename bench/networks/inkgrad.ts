// inkgrad as a contender in the training of six networks, on one thread.
//
//     node dist/bench/networks/inkgrad.js

import type { RoundReply } from '../compare/protocol.js';
import { answerCommands } from '../contenders/serve.js';
import { openBackend } from '../support/backend.js';
import { NETWORK_NAMES, type NetworkName } from './index.js';
import type { CheckReply, Command } from './protocol.js';
import { Session } from './session.js';
import { readWorkload } from './workload.js';

const backend = await openBackend(1);
const sessions = new Map<NetworkName, Session>();

async function answer(command: Command): Promise<CheckReply | RoundReply> {
  const { task } = command;
  if (command.cmd === 'check') {
    const fresh = new Session(task, readWorkload(task));
    const reply = await fresh.check();
    fresh.dispose();
    return reply;
  }
  if (!sessions.has(task)) sessions.set(task, new Session(task, readWorkload(task)));
  return sessions.get(task)!.round(command.seconds);
}

await answerCommands({ tasks: NETWORK_NAMES, versions: { module: backend.build } }, (command) =>
  answer(command as Command),
);
