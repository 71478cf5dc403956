// A single HTTP request with timeouts, and the policy for retries. Ranges and files are handled
// elsewhere.

import { setTimeout as pause } from 'node:timers/promises';
import { DataMissingError } from '../../data/errors.js';
import { FetchError, isUnknownName, networkReason } from './networkErrors.js';

export interface RequestOptions {
  readonly url: string;
  /** Aborts all requests; its reason becomes the error. */
  readonly signal?: AbortSignal;
  /** Called for every failure that is followed by a retry. */
  readonly onRetry?: (sentence: string) => void;
  /** Maximum number of consecutive tries that each transfer less than a megabyte; default 5. */
  readonly tries?: number;
  /** Milliseconds before the first retry, doubled for each further one; default 500. */
  readonly firstPause?: number;
  /** Timeout in milliseconds for the start of the response; default 15,000. */
  readonly answerWithin?: number;
  /** Timeout in milliseconds between bytes of the body; default 30,000. */
  readonly stallAfter?: number;
}

/** A failed try with a possibly temporary cause. */
export class Broken extends Error {
  /** Whether a retry is pointless. */
  readonly final: boolean;

  constructor(reason: string, final = false) {
    super(reason);
    this.final = final;
  }
}

/** A response with status 200, 206 or 416. */
export interface Answer {
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
export async function ask(
  options: RequestOptions,
  headers: Record<string, string>,
): Promise<Answer> {
  const { url, signal, answerWithin = 15_000, stallAfter = 30_000 } = options;
  const clock = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expectWithin = (milliseconds: number): void => {
    clearTimeout(timer);
    const late = new Broken(`no data received for ${milliseconds / 1000} seconds`);
    timer = setTimeout(() => clock.abort(late), milliseconds);
  };
  const close = (): void => {
    clearTimeout(timer);
    clock.abort();
  };
  const explain = (error: unknown): unknown => {
    if (signal?.aborted === true) return signal.reason;
    if (clock.signal.aborted) return clock.signal.reason;
    return new Broken(networkReason(error), isUnknownName(error));
  };

  expectWithin(answerWithin);
  let response: Response;
  try {
    response = await fetch(url, {
      // With a content encoding, byte counts would not match the file.
      headers: { ...headers, 'accept-encoding': 'identity', 'user-agent': 'inkgrad' },
      signal: AbortSignal.any(signal ? [clock.signal, signal] : [clock.signal]),
    });
  } catch (error) {
    const reason = explain(error);
    close();
    throw reason;
  }
  clearTimeout(timer);
  const { status, statusText } = response;
  if (![200, 206, 416].includes(status)) {
    close();
    const said = `the server responded ${status} ${statusText}`.trimEnd();
    if (status >= 500 || status === 408 || status === 429) throw new Broken(said);
    throw new DataMissingError(`${url}: ${said}; check the URL, or pass another with --url`);
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      if (response.body === null) return;
      expectWithin(stallAfter);
      for await (const piece of response.body as AsyncIterable<Uint8Array>) {
        clearTimeout(timer); // the consumer may take any time
        yield piece;
        expectWithin(stallAfter);
      }
    } catch (error) {
      throw explain(error);
    } finally {
      close();
    }
  }
  return { status, headers: response.headers, body: body(), close };
}

const LONGEST_PAUSE = 8_000;

/** Counts consecutive failures, and waits longer after each. */
export class Tries {
  readonly #options: RequestOptions;
  #failures = 0;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /**
   * Resolves when it is time for the next try.
   *
   * @param error cause of the last failure; rethrown unless it is a Broken error
   * @param further whether the last try transferred enough to restart the count
   * @throws FetchError after the maximum number of tries
   */
  async afterFailure(error: unknown, further: boolean): Promise<void> {
    const { url, tries = 5, firstPause = 500, signal, onRetry } = this.#options;
    if (!(error instanceof Broken)) throw error;
    this.#failures = further ? 1 : this.#failures + 1;
    const failures = this.#failures;
    const sentence = `${url}: download failed: ${error.message}`;
    if (error.final || failures >= tries) {
      throw new FetchError(failures > 1 ? `${sentence} (${failures} tries)` : sentence);
    }
    const wait = Math.min(LONGEST_PAUSE, firstPause * 2 ** (failures - 1));
    onRetry?.(`${sentence}; retrying in ${wait / 1000} s`);
    try {
      await pause(wait, undefined, signal ? { signal } : {});
    } catch {
      signal?.throwIfAborted();
    }
  }
}
