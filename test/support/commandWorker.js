// Process that runs commands of the built program one after the other, each as a call of the
// command's function. A message has a folder, arguments and environment; the response has exit
// code, output and peak memory.

import { readFileSync, writeFileSync } from 'node:fs';
import { runCommandLine } from '../../dist/src/app/commands/commandLine.js';

const STATUS = '/proc/self/status';

/**
 * Resident memory from the process's status, in MB: `VmRSS` now or `VmHWM` at its peak; null where
 * there is none.
 */
function megabytes(field) {
  try {
    return Number(new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync(STATUS, 'latin1'))[1]) / 1024;
  } catch {
    return null;
  }
}

/** Makes the current memory the peak. Linux only. */
function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Without it the peak is that of all commands so far.
  }
}

/** Collects what is written to a stream while `work` runs. */
async function capture(streams, work) {
  const texts = streams.map(() => '');
  const originals = streams.map((stream) => stream.write);
  streams.forEach((stream, index) => {
    stream.write = (chunk, encoding, callback) => {
      texts[index] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  });
  try {
    return [await work(), ...texts];
  } finally {
    streams.forEach((stream, index) => (stream.write = originals[index]));
  }
}

async function run({ id, cwd, args, env }) {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  resetPeak();
  const before = megabytes('VmRSS');
  const [code, stdout, stderr] = await capture([process.stdout, process.stderr], () =>
    runCommandLine(args),
  );
  const peak = megabytes('VmHWM');
  process.send({ id, code, stdout, stderr, megabytes: peak === null ? null : peak - before });
}

// One command at a time: they share the folder, the environment and the output.
let queue = Promise.resolve();
process.on('message', (message) => {
  queue = queue.then(() => run(message));
});

process.on('disconnect', () => process.exit());
