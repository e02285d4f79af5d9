import { Frame } from './store.ts';
import type { Message } from './types.ts';

/** The most rows that are kept. Beyond it, the browser's memory and its limits on the height of a page would suffer. */
const most = 100_000;

export interface LogView {
  readonly messages: readonly Message[];
  /** Whether everything before the first one has been read. */
  readonly isComplete: boolean;
  /** Whether everything after the last one has been read, and what comes is added. */
  readonly isAtEnd: boolean;
  /** Whether the first page has come. */
  readonly isLoaded: boolean;
  /** The log lost entries before this seq while we were away. */
  readonly gaps: readonly number[];
}

/** Messages in the order of the log, around a place of reading or up to its end. An unchanged message keeps its object. */
export class LogStore {
  #messages: Message[] = [];
  #bySeq = new Map<number, Message>();
  #isComplete = false;
  #isLoaded = false;
  #gaps: number[] = [];
  #isSorted = true;
  readonly #frame: Frame;
  #isAtEnd: boolean;
  #view: LogView;

  constructor(isAtEnd = true) {
    this.#isAtEnd = isAtEnd;
    this.#view = { messages: [], isComplete: false, isAtEnd, isLoaded: false, gaps: [] };
    this.#frame = new Frame(() => this.#snap());
  }

  get listen() {
    return this.#frame.listen;
  }

  readonly view = (): LogView => this.#view;

  /** How often the list is drawn at most: a flood of rows would otherwise take all of the page's time. */
  set pace(milliseconds: number) {
    this.#frame.pace = milliseconds;
  }

  get first(): number | undefined {
    return this.#messages[0]?.seq;
  }

  get last(): number | undefined {
    return this.#messages.at(-1)?.seq;
  }

  get(seq: number): Message | undefined {
    return this.#bySeq.get(seq);
  }

  /** A message that is new or has changed. */
  put(message: Message): void {
    const old = this.#bySeq.get(message.seq);
    this.#bySeq.set(message.seq, message);
    if (old === undefined) {
      if (this.#messages.length > 0 && this.#messages.at(-1)!.seq > message.seq) this.#isSorted = false;
      this.#messages.push(message);
    } else {
      const index = this.#messages.indexOf(old);
      if (index >= 0) this.#messages[index] = message;
    }
    this.#frame.changed();
  }

  /** A page of older ones, in any order. */
  older(page: readonly Message[], isLast: boolean): void {
    const fresh = page.filter((message) => !this.#bySeq.has(message.seq));
    for (const message of fresh) this.#bySeq.set(message.seq, message);
    fresh.sort((a, b) => a.seq - b.seq);
    if (fresh.length > 0 && this.#messages.length > 0 && fresh.at(-1)!.seq > this.#messages[0]!.seq) this.#isSorted = false;
    this.#messages = [...fresh, ...this.#messages];
    this.#isComplete = isLast;
    const first = !this.#isLoaded;
    this.#isLoaded = true;
    if (first) this.#snap();
    this.#frame.changed();
  }

  /** A page of newer ones, in their order. */
  newer(page: readonly Message[], isLast: boolean): void {
    for (const message of page) this.put(message);
    this.#isAtEnd = isLast;
    this.#frame.changed();
  }

  /** Shows that a message was deleted, in its place. */
  remove(message: Message): void {
    const known = [...this.#bySeq.values()].find(({ message_id }) => message_id === message.message_id);
    if (known) this.put({ ...known, content: null, payload: null, deleted: true });
  }

  /** The entries before this seq are not known. */
  gap(before: number): void {
    this.#gaps = [...this.#gaps, before];
    this.#frame.changed();
  }

  #snap(): void {
    if (!this.#isSorted) {
      this.#messages.sort((a, b) => a.seq - b.seq);
      this.#isSorted = true;
    }
    if (this.#messages.length > most) {
      for (const { seq } of this.#messages.slice(0, this.#messages.length - most)) this.#bySeq.delete(seq);
      this.#messages = this.#messages.slice(-most);
      this.#isComplete = false;
    }
    this.#view = {
      messages: [...this.#messages],
      isComplete: this.#isComplete,
      isAtEnd: this.#isAtEnd,
      isLoaded: this.#isLoaded,
      gaps: this.#gaps,
    };
  }
}
