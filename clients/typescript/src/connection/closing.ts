import { ParleyError } from '../errors.ts';
import type { Problem } from '../types.ts';

/** Why the server ended a connection for good; undefined if it should be opened again. */
export function closing(code: number, reason: string, complaint: Problem | undefined): ParleyError | undefined {
  switch (code) {
    case 4401:
      return closed('unauthorized', 401, reason || 'the token is no longer valid', complaint);
    case 4403:
      return closed('forbidden', 403, reason || 'the token may not open this mailbox', complaint);
    case 4404:
      return closed('not_found', 404, reason || 'the agent or its project no longer exists', complaint);
    default:
      return undefined;
  }
}

/** Why the server closed a connection because of what was sent, which would break the next one too. */
export function refusedFrames(code: number, reason: string, complaint: Problem | undefined): ParleyError | undefined {
  switch (code) {
    case 4400:
      return closed('invalid_request', 400, reason || 'it could not read what was sent', complaint);
    case 4413:
      return closed('too_large', 413, reason || 'what was sent is too large', complaint);
    default:
      return undefined;
  }
}

function closed(code: string, status: number, why: string, complaint: Problem | undefined): ParleyError {
  if (complaint) return new ParleyError({ ...complaint, status });
  return new ParleyError({
    code,
    status,
    title: 'The server closed the connection.',
    detail: `The server closed the connection: ${why.replace(/\.$/, '')}.`,
  });
}
