import type { ParleyError } from '../errors.ts';
import type { Access } from '../rest/access.ts';
import type { Exchange } from './exchange.ts';

/** The state of a connection. `waiting`: it broke, and the next try comes at `retryAt`. `closed`: for good. */
export interface ConnectionState {
  readonly status: 'connecting' | 'connected' | 'waiting' | 'closed';
  /** When it became so, in milliseconds since 1970. */
  readonly since: number;
  /** When the next try comes, if it is waiting. */
  readonly retryAt?: number;
  /** What broke or ended it; absent if nothing did. */
  readonly reason?: Error;
}

/** What its owner does for a connection. */
export interface ConnectionOwner {
  /** The path and query to open. */
  path(brokenSession: string | undefined): string;
  /** With whose token; asked before each try. */
  access(): Access;
  /** What a new connection must send before anything else. */
  first?(): Exchange[];
  /** What is ready to be sent besides calls, a piece at a time; none if nothing is. */
  take(): Exchange[];
  /** A frame that answers nothing. */
  frame(event: string, data: unknown): void;
  /** The connection broke, and unanswered frames have been told. */
  broke(): void;
  /** It ended for good. */
  ended(reason: Error): void;
  /** The server refused the token.
   * @returns Whether to try again at once, with another. */
  renew?(refusal: ParleyError): Promise<boolean>;
  /** Whether a first try that finds no server fails, instead of trying on. */
  readonly failsFirst: boolean;
}
