import { ConnectionError } from '../errors.ts';
import { platform } from '../platform/platform.ts';
import { Rest } from './rest.ts';

/** Gives a ticket for a path with its query, such as `/ws/human?batch=1`. */
export type TicketSource = (path: string, signal?: AbortSignal) => string | Promise<string>;

/** Who calls which server: with a token, with tickets that somebody else gets, or with the cookie of a page's session. */
export class Access {
  readonly url: string;
  readonly token: string | undefined;
  readonly project: string | undefined;
  readonly #ticket: TicketSource | undefined;

  constructor(url: string, options: { token?: string | undefined; ticket?: TicketSource | undefined; project?: string | undefined }) {
    this.url = url.replace(/\/+$/, '');
    this.token = options.token;
    this.project = options.project;
    this.#ticket = options.ticket;
  }

  get headers(): Record<string, string> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
  }

  /** The address of a path, in the project. */
  address(path: string): string {
    return this.url + this.inProject(path);
  }

  inProject(path: string): string {
    if (this.project === undefined || /[?&]project_id=/.test(path)) return path;
    return `${path}${path.includes('?') ? '&' : '?'}project_id=${encodeURIComponent(this.project)}`;
  }

  /** The address of a socket or stream, and the headers that open it. */
  async opening(path: string, signal?: AbortSignal): Promise<{ address: string; headers: Record<string, string> }> {
    const whole = this.inProject(path);
    const address = this.url + whole;
    if (this.#ticket === undefined && (this.token === undefined || platform().headers)) return { address, headers: this.headers };
    const ticket = this.#ticket ? await this.#ticket(whole, signal) : await this.#ask(whole, signal);
    return { address: `${address}${address.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`, headers: {} };
  }

  unreachable(reason: string, cause?: unknown): ConnectionError {
    return new ConnectionError(
      `The Parley server at ${this.url || 'this address'} cannot be reached: ${reason.replace(/\.$/, '')}.`,
      cause,
    );
  }

  async #ask(path: string, signal?: AbortSignal): Promise<string> {
    const { ticket } = await new Rest(() => this).post('/tickets', { body: { path }, signal });
    return ticket;
  }
}
