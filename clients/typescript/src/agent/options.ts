import type { TicketSource } from '../rest/access.ts';
import type { Json } from '../types.ts';

export interface AgentOptions {
  /** The agent's id. Defaults to `PARLEY_AGENT` in Node.js, or else the server derives it from `name`. */
  agentId?: string | undefined;
  /** The agent's display name. Defaults to its id. */
  name?: string | undefined;
  /** `llm` (the default), `script`, `bot`, `human`, or your own word. */
  type?: string | undefined;
  /** The agent's role in its team, such as `backend_developer`. `role:` addresses match it. Whatever is not given stays as registered. */
  role?: string | undefined;
  specialization?: string | undefined;
  /** What the agent can do. `capability:` addresses match each of these words. */
  capabilities?: readonly string[] | undefined;
  /** JSON that the server keeps with the agent and does not interpret. */
  metadata?: Json | undefined;
  /** The server's address. Found as for `Parley`. */
  url?: string | undefined;
  /** The agent's own token; or a join token or an operator's, to register it. In Node.js, it defaults to the one that is kept from an earlier run, or else
   * the agent registers with the join token of the server on this machine. */
  token?: string | undefined;
  /** Opens sockets and streams with tickets, which a page's own backend gets. */
  ticket?: TicketSource | undefined;
  project?: string | undefined;
  /** How many unacknowledged messages the server may have out to this connection; 256 if absent. */
  window?: number | undefined;
  /** Whether a message is settled as soon as the server has written it to the socket. Saves the acknowledgment, but a message is lost if this process dies
   * before it is handled. */
  autoAck?: boolean | undefined;
  /** The most unconfirmed sends in flight; further ones wait in memory, in order. 1,024 if absent. */
  maxUnconfirmed?: number | undefined;
  /** `all`: frames about other agents, events, and shared memory are sent too; see `on`. */
  notify?: 'all' | undefined;
  /** Node.js only: the data folder of a server on this machine, and where agents' tokens are kept. */
  dataFolder?: string | undefined;
  configFolder?: string | undefined;
  /** Gives up connecting for the first time. */
  signal?: AbortSignal | undefined;
}

export interface RequestOptions {
  /** Milliseconds to wait for the reply; 30,000 if absent. */
  timeout?: number | undefined;
  /** Stops waiting; the request goes on. */
  signal?: AbortSignal | undefined;
}
