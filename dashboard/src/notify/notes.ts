import type { Question, Storm } from '../live/types.ts';
import { firstLine } from '../parts/text/parse.ts';
import { plural, span } from '../parts/times.ts';
import { partsOf } from '../questions/answering.ts';

/** What a person is told of while they look elsewhere. */
export interface Note {
  /** The same event has the same tag, so that several tabs tell of it once. */
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** Within the project. */
  readonly path: string;
}

const longest = 160;

export function notesOf(questions: readonly Question[], storms: readonly Storm[], nameOf: (id: string) => string): Note[] {
  return [
    ...questions.map((question): Note => ({
      tag: `question-${question.question_id}`,
      title: `${nameOf(question.agent_id ?? 'parley')} asks you`,
      body: firstLine(partsOf(question).asked, longest),
      path: `questions/${question.question_id}`,
    })),
    ...storms.map((storm): Note => ({
      tag: `storm-${storm.storm_id}`,
      title: `${storm.agents.map(nameOf).join(' and ')} are held as a storm`,
      body: `${plural(storm.replies, 'reply', 'replies')} within ${span(storm.window_seconds * 1000)}`,
      path: `threads/${storm.thread_id}`,
    })),
  ];
}

/** Tells of what is new, once each, and takes back what is over. What was there at first is not new. */
export class Teller<T> {
  readonly #show: (note: Note) => T | null;
  readonly #close: (shown: T) => void;
  #known: Map<string, T | null> | undefined;

  constructor(show: (note: Note) => T | null, close: (shown: T) => void) {
    this.#show = show;
    this.#close = close;
  }

  update(notes: readonly Note[]): void {
    const before = this.#known;
    const next = new Map<string, T | null>();
    for (const note of notes)
      next.set(note.tag, before === undefined ? null : before.has(note.tag) ? before.get(note.tag)! : this.#show(note));
    for (const [tag, shown] of before ?? []) if (shown !== null && !next.has(tag)) this.#close(shown);
    this.#known = next;
  }
}
