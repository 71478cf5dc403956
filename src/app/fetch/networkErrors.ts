// Network and disk errors: one error class for problems that a retry or more disk space may fix,
// and messages for the network's error codes. Problems of the data itself are a DataError.

import { InkgradError } from '../../engine/errors.js';
import { explainSystemError } from '../systemErrors.js';

/**
 * The network or the disk failed, not the data: exit code 1. Running the command again resumes the
 * download.
 *
 * @example print(new FetchError('connection reset') instanceof InkgradError); // true
 */
export class FetchError extends InkgradError {
  override name = 'FetchError';
}

const NETWORK_MESSAGES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'host not found; check the network and the URL',
  EAI_AGAIN: 'the host name cannot be resolved; check the network',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENETUNREACH: 'network unreachable; check the network',
  EHOSTUNREACH: 'host unreachable; check the network',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_SOCKET: 'connection lost',
};

/** The innermost code and message: `fetch` hides the actual error in `cause`. */
function innermostError(error: unknown): { code: string; message: string } {
  let [code, message] = ['', String(error)];
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') code = current.code;
    if (current.message !== '') ({ message } = current);
  }
  return { code, message };
}

/** Describes a network error, as the end of a sentence. */
export function describeNetworkError(error: unknown): string {
  const { code, message } = innermostError(error);
  return NETWORK_MESSAGES[code] ?? message;
}

/** Whether the host name does not exist, which a retry does not fix. */
export function isUnknownHost(error: unknown): boolean {
  return innermostError(error).code === 'ENOTFOUND';
}

/** Runs file operations and converts system errors into a FetchError that names the path. */
export async function withDiskErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    const explanation = explainSystemError(error);
    throw new FetchError(`${path}: cannot be written: ${explanation}; then run the command again`);
  }
}
