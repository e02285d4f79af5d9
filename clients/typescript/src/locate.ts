import { ConfigurationError } from './errors.ts';
import { platform, type GivenLocation, type ServerLocation } from './platform/platform.ts';
import type { TicketSource } from './rest/access.ts';

/** Where the server is: as the options say, or in Node.js as its environment and its machine say, or at the page's own origin. */
export function locate(options: GivenLocation & { ticket?: TicketSource | undefined }): ServerLocation {
  const { findServer, origin } = platform();
  if (findServer && options.ticket === undefined) return findServer(options);
  const { token, project, agentId } = options;
  const url = options.url ?? origin;
  if (url === undefined) throw new ConfigurationError('Pass the address of the Parley server: { url: "http://host:port" }.');
  return { url: url.replace(/\/+$/, ''), token, tokenIsGiven: token !== undefined, project, agentId };
}
