import { ConfigurationError } from './errors.ts';
import { platform, type GivenLocation, type ServerLocation } from './platform/platform.ts';
import { Access, type TicketSource } from './rest/access.ts';

/** Where the server is: as the options say, or in Node.js as its environment and its machine say, or at the page's own origin. */
export function locate(options: GivenLocation & { ticket?: TicketSource | undefined }): ServerLocation {
  const { findServer, origin } = platform();
  if (findServer && options.ticket === undefined) return findServer(options);
  const { token, project, agentId } = options;
  const url = options.url ?? origin;
  if (url === undefined) throw new ConfigurationError('Pass the address of the Parley server: { url: "http://host:port" }.');
  return { url: url.replace(/\/+$/, ''), token, tokenIsGiven: token !== undefined, project, agentId };
}

/** The server, called with what the options say. Found again each time: one that was found through its folder may listen elsewhere after a restart. */
export function accessOf(options: GivenLocation & { ticket?: TicketSource | undefined }): () => Access {
  let location = locate(options);
  const open = () => new Access(location.url, { token: location.token, ticket: options.ticket, project: location.project });
  let access = open();
  return () => {
    const now = location.again?.() ?? location;
    if (now !== location) {
      location = now;
      access = open();
    }
    return access;
  };
}
