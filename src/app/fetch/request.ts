// One HTTP request, watched by a clock, and the patience that decides whether to make another. Knows nothing of ranges
// or files. Imports Node's fetch and the errors.

import { setTimeout as pause } from 'node:timers/promises';
import { DataMissingError } from '../../data/errors.js';
import { FetchError, isUnknownName, networkReason } from './trouble.js';

export interface RequestOptions {
  readonly url: string;
  /** Ends everything, with its reason as the error. */
  readonly signal?: AbortSignal;
  /** Told of every break that is followed by another try. */
  readonly onRetry?: (sentence: string) => void;
  /** Tries in a row that bring less than a megabyte, after which it is given up; default 5. */
  readonly tries?: number;
  /** Milliseconds before the second try, doubled for every further one; default 500. */
  readonly firstPause?: number;
  /** Milliseconds within which a server must begin to answer; default 15,000. */
  readonly answerWithin?: number;
  /** Milliseconds without a byte after which a stream counts as broken; default 30,000. */
  readonly stallAfter?: number;
}

/** A try that failed in a way that may pass. */
export class Broken extends Error {
  /** Waiting will not mend it. */
  readonly final: boolean;

  constructor(reason: string, final = false) {
    super(reason);
    this.final = final;
  }
}

/** An answer with status 200, 206 or 416. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Its bytes; leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection; for an answer whose body is not read. */
  readonly close: () => void;
}

/**
 * Asks once.
 *
 * @throws Broken for what may pass, also while the body is read; DataMissingError where the server has no such file
 */
export async function ask(options: RequestOptions, headers: Record<string, string>): Promise<Answer> {
  const { url, signal, answerWithin = 15_000, stallAfter = 30_000 } = options;
  const clock = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expectWithin = (milliseconds: number): void => {
    clearTimeout(timer);
    const late = new Broken(`nothing came for ${milliseconds / 1000} seconds`);
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
      // An encoded answer would be counted in other bytes than those of the file.
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
    const said = `the server answers ${status} ${statusText}`.trimEnd();
    if (status >= 500 || status === 408 || status === 429) throw new Broken(said);
    throw new DataMissingError(`${url}: ${said}; is the address right? Name another with --url`);
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      if (response.body === null) return;
      expectWithin(stallAfter);
      for await (const piece of response.body as AsyncIterable<Uint8Array>) {
        clearTimeout(timer); // whoever takes the piece may take their time
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

/** Counts failures in a row, and waits longer after each. */
export class Tries {
  readonly #options: RequestOptions;
  #failures = 0;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /**
   * Returns when it is time for another try.
   *
   * @param error what ended the last try; rethrown unless it may pass
   * @param further whether the last try brought so much that the count begins anew
   * @throws FetchError when there were enough tries
   */
  async afterFailure(error: unknown, further: boolean): Promise<void> {
    const { url, tries = 5, firstPause = 500, signal, onRetry } = this.#options;
    if (!(error instanceof Broken)) throw error;
    this.#failures = further ? 1 : this.#failures + 1;
    const failures = this.#failures;
    const sentence = `${url}: cannot be fetched, ${error.message}`;
    if (error.final || failures >= tries) {
      throw new FetchError(failures > 1 ? `${sentence} (tried ${failures} times)` : sentence);
    }
    const wait = Math.min(LONGEST_PAUSE, firstPause * 2 ** (failures - 1));
    onRetry?.(`${sentence}; trying again in ${wait / 1000} s`);
    try {
      await pause(wait, undefined, signal ? { signal } : {});
    } catch {
      signal?.throwIfAborted();
    }
  }
}
