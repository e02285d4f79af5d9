import type { Problem } from '../types.ts';

/** What differs between Node.js and browsers. */
export interface Platform {
  /** Whether a socket can carry a token in a header. In a browser it cannot, and needs a ticket in its address. */
  readonly headers: boolean;
  /** The page's own origin, where there is one. */
  readonly origin: string | undefined;
  openSocket(address: string, headers: Record<string, string>, events: SocketEvents): Socket;
  /** Calls back when the machine says that it has a network again. */
  onOnline?(call: () => void, stop: AbortSignal): void;
  /** Finds a server on this machine, and the tokens that this user has for it. */
  findServer?(given: GivenLocation): ServerLocation;
  /** Where an agent's own token is kept on this machine. */
  tokenFile?(location: ServerLocation, agent: string, configFolder?: string): TokenFile;
}

export interface Socket {
  send(text: string): void;
  /** Says goodbye, so that the server frees at once what the connection held. */
  close(): void;
  /** Lets go of a connection that no longer answers. */
  abort(): void;
}

export interface SocketEvents {
  opened(): void;
  text(text: string): void;
  /** Called once. `refusal` if the server answered with an error instead of upgrading, where the platform can tell. */
  closed(code: number, reason: string, refusal?: Problem): void;
}

export interface GivenLocation {
  url?: string | undefined;
  token?: string | undefined;
  project?: string | undefined;
  agentId?: string | undefined;
  dataFolder?: string | undefined;
  configFolder?: string | undefined;
}

export interface ServerLocation {
  readonly url: string;
  readonly token?: string | undefined;
  /** Whether the token comes from options or the environment rather than from the data folder. */
  readonly tokenIsGiven: boolean;
  readonly joinToken?: string | undefined;
  readonly project?: string | undefined;
  readonly agentId?: string | undefined;
  /** Where a token for joining was looked for, in words. */
  readonly lookedAt?: string;
  /** The same server, which may listen at another address after a restart. */
  again?(): ServerLocation;
}

/** An agent's id and token, kept between runs. */
export interface TokenFile {
  readonly path: string;
  read(): { agentId: string; token: string } | undefined;
  write(agentId: string, token: string): void;
}

let current: Platform | undefined;

export function usePlatform(platform: Platform): void {
  current = platform;
}

export function platform(): Platform {
  return current!;
}
