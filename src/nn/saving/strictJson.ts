// Strict JSON parser for untrusted files: rejects duplicate keys, unsafe keys and deep nesting.
// `JSON.parse` silently uses the last of two equal keys. It also accepts keys such as __proto__,
// which are unsafe when the object is copied.

import { FormatError } from '../../engine/errors.js';
import type { Json } from './json.js';

/** Keys with a special meaning in JavaScript when an object is copied key by key. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Index of the quote that closes the string starting at `start`, or the length of the text. */
function closingQuote(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

/**
 * Parses JSON.
 *
 * @param label name of the text in error messages
 * @param maxDepth maximum nesting depth of objects and lists
 * @throws FormatError for malformed text, a duplicate key, a forbidden key, or deeper nesting
 */
export function parseStrictJson(text: string, label: string, maxDepth = 64): Json {
  // One pass over brackets and strings; JSON.parse reports all other errors afterwards.
  const openKeys: (Set<string> | null)[] = []; // the keys of each open object, null for a list
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '{') openKeys.push(new Set());
    else if (character === '[') openKeys.push(null);
    else if (character === '}' || character === ']') openKeys.pop();
    else if (character === '"') {
      const end = closingQuote(text, index);
      if (isKey(text, end))
        checkKey(parse(text.slice(index, end + 1), label) as string, openKeys.at(-1), label);
      index = end;
    }
    if (openKeys.length > maxDepth)
      throw new FormatError(`${label}: nested deeper than ${maxDepth} levels`);
  }
  return parse(text, label);
}

/** Whether a colon follows, after white space: only keys are followed by a colon. */
function isKey(text: string, closingIndex: number): boolean {
  let index = closingIndex + 1;
  while (index < text.length && ' \n\r\t'.includes(text[index])) index++;
  return text[index] === ':';
}

function checkKey(key: string, keys: Set<string> | null | undefined, label: string): void {
  if (FORBIDDEN_KEYS.has(key)) throw new FormatError(`${label}: the key ${key} is not allowed`);
  if (keys?.has(key))
    throw new FormatError(`${label}: the key ${JSON.stringify(key)} appears twice`);
  keys?.add(key);
}

function parse(text: string, label: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new FormatError(
      `${label}: not JSON (${error instanceof Error ? error.message : 'unreadable'})`,
    );
  }
}
