/** One event as it stands in the input, and the line on which it begins, from 1. */
export interface EventText {
  readonly text: string;
  readonly line: number;
}

/** What stands where an event should. */
export interface EventFault {
  readonly fault: string;
  readonly line: number;
}

const CODE = {
  newline: 10,
  space: 32,
  quote: 34,
  comma: 44,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  openBrace: 123,
  closeBrace: 125,
} as const;

/**
 * Finds events in a stream of text without holding more than one: objects one a line (NDJSON), one after the other in any
 * layout, or in an array. It goes on at the next line after a fault. Only the structure is looked at; each object is then
 * parsed, so that what leaves here is JSON.
 */
export class EventSplitter {
  readonly #charsMax: number;
  /** Begins at the event in hand, or is empty between events. */
  #text = '';
  /** Up to here `#text` is scanned. */
  #at = 0;
  #line = 1;
  #startLine = 1;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** The last character that is not white space, within the event in hand. */
  #last = 0;
  #inArray = false;
  /** Only white space so far on this line. */
  #isLineStart = true;
  /** Between a fault and the next line. */
  #isSkipping = false;
  #found: (EventText | EventFault)[] = [];

  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  push(chunk: string): (EventText | EventFault)[] {
    this.#text += chunk;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (this.#depth === 0) this.#between(code);
      else this.#within(code);
      if (code === CODE.newline) this.#line++;
      if (code === CODE.newline) this.#isLineStart = true;
      else if (code > CODE.space) this.#isLineStart = false;
    }
    if (this.#depth > 0 && this.#text.length > this.#charsMax) {
      this.#abandon(`is over ${this.#charsMax} characters, or does not end`);
      this.#isSkipping = true;
    }
    if (this.#depth === 0) this.#restart(this.#text.length);
    return this.#found.splice(0);
  }

  /** At the end of the input. */
  end(): (EventText | EventFault)[] {
    if (this.#depth > 0) this.#abandon('does not end');
    else if (this.#inArray) this.#found.push({ fault: 'the input ends within the list of events', line: this.#line });
    return this.#found.splice(0);
  }

  #between(code: number): void {
    const isBlank = code === CODE.space || (code >= 9 && code <= 13) || code === 0xfeff;
    if (code === CODE.newline || (code === CODE.comma && this.#inArray)) {
      this.#isSkipping = false;
    } else if (this.#isSkipping || isBlank) {
      return;
    } else if (code === CODE.openBrace) {
      this.#begin();
    } else if (code === CODE.openBracket && !this.#inArray) {
      this.#inArray = true;
    } else if (code === CODE.closeBracket && this.#inArray) {
      this.#inArray = false;
    } else {
      this.#isSkipping = true;
      const found = JSON.stringify(this.#text.slice(this.#at, this.#at + 20).split('\n')[0]);
      this.#found.push({ fault: `expected an event, {"…": …}, and found ${found}`, line: this.#line });
    }
  }

  #begin(): void {
    this.#restart(this.#at);
    this.#startLine = this.#line;
    this.#depth = 1;
    this.#last = CODE.openBrace;
  }

  #within(code: number): void {
    if (this.#inString) this.#withinString(code);
    else if (code === CODE.quote) this.#inString = true;
    else if (code === CODE.openBrace && this.#isLineStart && !canPrecedeValue(this.#last)) {
      this.#abandon('does not end before the next begins');
      this.#between(code);
      return;
    } else if (code === CODE.openBrace || code === CODE.openBracket) this.#depth++;
    else if (code === CODE.closeBrace || code === CODE.closeBracket) this.#close();
    if (code > CODE.space) this.#last = code;
  }

  #withinString(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === CODE.backslash) this.#isEscaped = true;
    else if (code === CODE.quote) this.#inString = false;
    else if (code === CODE.newline) this.#abandon('has a text that does not end on its line');
  }

  #close(): void {
    this.#depth--;
    if (this.#depth > 0) return;
    const text = this.#text.slice(0, this.#at + 1);
    const line = this.#startLine;
    try {
      JSON.parse(text);
      this.#found.push({ text, line });
    } catch (error) {
      this.#found.push({ fault: `the event is not JSON: ${error instanceof Error ? error.message : error}`, line });
    }
  }

  /** Gives up the event in hand; what is scanned of it is gone. */
  #abandon(why: string): void {
    this.#found.push({ fault: `the event that begins here ${why}`, line: this.#startLine });
    this.#depth = 0;
    this.#inString = false;
    this.#isEscaped = false;
  }

  #restart(offset: number): void {
    this.#text = this.#text.slice(offset);
    this.#at = this.#text === '' ? 0 : this.#at - offset;
  }
}

/** Before a nested object stands its key's colon, a list's comma or bracket: anything else, and an event was not ended. */
function canPrecedeValue(code: number): boolean {
  return code === 58 || code === CODE.comma || code === CODE.openBracket;
}
