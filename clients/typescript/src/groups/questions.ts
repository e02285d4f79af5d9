import { pause } from '../backoff.ts';
import { ParleyError } from '../errors.ts';
import { randomKey } from '../keys.ts';
import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Page, Question, QuestionRequest } from '../types.ts';

/** The longest that the server lets one call wait, in seconds. */
const longestWait = 60;

/** Questions to people. */
export class Questions {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** Asks the operators, and waits for the answer: neither a broken connection nor a restart of the server ends the wait. If `signal` ends it, the question
   * stays open.
   * @returns The question as it ended. Its `answer` is null if it expired or was withdrawn. */
  async ask(request: QuestionRequest, options?: CallOptions): Promise<Question> {
    const { question_id: id } = await this.create(request, options);
    return this.wait(id, options);
  }

  /** Asks, and does not wait: the answer also comes as a message of type `answer`. */
  create(request: QuestionRequest, options?: CallOptions): Promise<Question> {
    return this.#rest.post('/questions', { idempotencyKey: randomKey(), ...options, body: request });
  }

  /** Waits until a question has ended. */
  async wait(questionId: string, options: CallOptions = {}): Promise<Question> {
    for (;;) {
      try {
        const question = await this.#rest.get('/questions/{question_id}', {
          patience: (longestWait + 10) * 1000,
          ...options,
          path: { question_id: questionId },
          query: { wait: longestWait },
        });
        if (question.status !== 'open') return question;
      } catch (passing) {
        if (!(passing instanceof ParleyError) || !passing.retryable) throw passing;
        await pause((passing.retryAfter ?? 1) * 1000, options.signal);
      }
    }
  }

  list(query?: Query<'/questions', 'get'>, options?: CallOptions): Promise<Page<Question>> {
    return this.#rest.get('/questions', { ...options, query });
  }

  get(questionId: string, options?: CallOptions): Promise<Question> {
    return this.#rest.get('/questions/{question_id}', { ...options, path: { question_id: questionId } });
  }

  /** Answers: with options, the value or label of one, or its number, counted from 1. */
  answer(questionId: string, answer: string, note?: string, options?: CallOptions): Promise<Question> {
    const body = { answer, ...(note === undefined ? {} : { note }) };
    return this.#rest.post('/questions/{question_id}/answer', { ...options, path: { question_id: questionId }, body });
  }

  /** Withdraws one's own question. */
  withdraw(questionId: string, options?: CallOptions): Promise<Question> {
    return this.#rest.post('/questions/{question_id}/withdraw', { repeat: true, ...options, path: { question_id: questionId } });
  }
}
