// A single HTTP request with timeouts, and the policy for retries. Ranges and files are handled
// elsewhere.

import { setTimeout as sleep } from 'node:timers/promises';
import { DataMissingError } from '../../data/errors.js';
import { FetchError, isUnknownHost, describeNetworkError } from './networkErrors.js';

export interface RequestOptions {
  readonly url: string;
  /** Aborts all requests; its reason becomes the error. */
  readonly signal?: AbortSignal;
  /** Called for every failure that is followed by a retry. */
  readonly onRetry?: (message: string) => void;
  /** Maximum number of consecutive tries that each transfer less than a megabyte; default 5. */
  readonly maxTries?: number;
  /** Milliseconds before the first retry, doubled for each further one; default 500. */
  readonly firstDelay?: number;
  /** Timeout in milliseconds for the start of the response; default 15,000. */
  readonly responseTimeout?: number;
  /** Timeout in milliseconds between bytes of the body; default 30,000. */
  readonly stallTimeout?: number;
}

/** A failed try with a possibly temporary cause. */
export class TransferError extends Error {
  /** Whether a retry is pointless. */
  readonly permanent: boolean;

  constructor(reason: string, permanent = false) {
    super(reason);
    this.permanent = permanent;
  }
}

/** A response with status 200, 206 or 416. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body; leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection; for a response whose body is not read. */
  readonly close: () => void;
}

/**
 * Sends one request.
 *
 * @throws Broken for possibly temporary failures, also while the body is read; DataMissingError if
 * the server has no such file
 */
export async function sendRequest(
  options: RequestOptions,
  headers: Record<string, string>,
): Promise<HttpResponse> {
  const { url, signal, responseTimeout = 15_000, stallTimeout = 30_000 } = options;
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const restartTimer = (milliseconds: number): void => {
    clearTimeout(timer);
    const timeoutError = new TransferError(`no data received for ${milliseconds / 1000} seconds`);
    timer = setTimeout(() => timeout.abort(timeoutError), milliseconds);
  };
  const close = (): void => {
    clearTimeout(timer);
    timeout.abort();
  };
  const toError = (error: unknown): unknown => {
    if (signal?.aborted === true) return signal.reason;
    if (timeout.signal.aborted) return timeout.signal.reason;
    return new TransferError(describeNetworkError(error), isUnknownHost(error));
  };

  restartTimer(responseTimeout);
  let response: Response;
  try {
    response = await fetch(url, {
      // With a content encoding, byte counts would not match the file.
      headers: { ...headers, 'accept-encoding': 'identity', 'user-agent': 'inkgrad' },
      signal: AbortSignal.any(signal ? [timeout.signal, signal] : [timeout.signal]),
    });
  } catch (error) {
    const reason = toError(error);
    close();
    throw reason;
  }
  clearTimeout(timer);
  const { status, statusText } = response;
  if (![200, 206, 416].includes(status)) {
    close();
    const message = `the server responded ${status} ${statusText}`.trimEnd();
    if (status >= 500 || status === 408 || status === 429) throw new TransferError(message);
    throw new DataMissingError(`${url}: ${message}; check the URL, or pass another with --url`);
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      if (response.body === null) return;
      restartTimer(stallTimeout);
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        clearTimeout(timer); // the consumer may take any time
        yield chunk;
        restartTimer(stallTimeout);
      }
    } catch (error) {
      throw toError(error);
    } finally {
      close();
    }
  }
  return { status, headers: response.headers, body: body(), close };
}

const MAX_DELAY = 8_000;

/** Counts consecutive failures, and waits longer after each. */
export class RetryPolicy {
  readonly #options: RequestOptions;
  #failures = 0;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /**
   * Resolves when it is time for the next try.
   *
   * @param error cause of the last failure; rethrown unless it is a Broken error
   * @param progressed whether the last try transferred enough to restart the count
   * @throws FetchError after the maximum number of tries
   */
  async waitBeforeRetry(error: unknown, progressed: boolean): Promise<void> {
    const { url, maxTries = 5, firstDelay = 500, signal, onRetry } = this.#options;
    if (!(error instanceof TransferError)) throw error;
    this.#failures = progressed ? 1 : this.#failures + 1;
    const failures = this.#failures;
    const message = `${url}: download failed: ${error.message}`;
    if (error.permanent || failures >= maxTries) {
      throw new FetchError(failures > 1 ? `${message} (${failures} tries)` : message);
    }
    const delay = Math.min(MAX_DELAY, firstDelay * 2 ** (failures - 1));
    onRetry?.(`${message}; retrying in ${delay / 1000} s`);
    try {
      await sleep(delay, undefined, signal ? { signal } : {});
    } catch {
      signal?.throwIfAborted();
    }
  }
}
