import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import type { GivenLocation, ServerLocation } from './platform.ts';

/** Finds the server: from what is given, or else `PARLEY_URL`, `PARLEY_TOKEN`, `PARLEY_PROJECT`, and `PARLEY_AGENT`, or else the data folder of a server
 * on this machine. */
export function findServer(given: GivenLocation): ServerLocation {
  const folder = dataFolder(given.dataFolder);
  const named = setting(given.url, 'PARLEY_URL');
  const local = firstLine(join(folder, 'server.url'));
  const address = named ?? local;
  if (address === undefined) {
    throw new ConfigurationError(
      `No Parley server found: looked at url, PARLEY_URL and '${join(folder, 'server.url')}' (written there by a server while it runs). ` +
        "Start one with 'parley serve', or set PARLEY_URL to its address.",
    );
  }
  const url = webAddress(address);
  // The folder's tokens belong to the folder's server. Sent to another server, they would only be revealed to a stranger.
  const isLocal = named === undefined || isSame(url, local);
  const token = setting(given.token, 'PARLEY_TOKEN');
  return {
    url,
    token: token ?? (isLocal ? firstLine(join(folder, 'admin.token')) : undefined),
    tokenIsGiven: token !== undefined,
    joinToken: isLocal ? firstLine(join(folder, 'join.token')) : undefined,
    project: setting(given.project, 'PARLEY_PROJECT'),
    agentId: setting(given.agentId, 'PARLEY_AGENT'),
    lookedAt: `'${join(folder, 'join.token')}' (used for the server of that folder only)`,
    again() {
      const now = named === undefined ? firstLine(join(folder, 'server.url')) : undefined;
      return now === undefined || webAddress(now) === url ? this : findServer(given);
    },
  };
}

/** Where this user's agents keep their tokens. */
export function configFolder(given: string | undefined): string {
  return given ?? under('XDG_CONFIG_HOME', '.config');
}

function dataFolder(given: string | undefined): string {
  return given ?? (process.env['PARLEY_DATA'] || under('XDG_DATA_HOME', '.local', 'share'));
}

function under(variable: string, ...fallback: string[]): string {
  const home = process.env[variable];
  return home ? join(home, 'parley') : join(process.env['HOME'] ?? homedir(), ...fallback, 'parley');
}

/** A token that is read from a file ends with a line feed. */
function setting(given: string | undefined, variable: string): string | undefined {
  return given?.trim() || process.env[variable]?.trim() || undefined;
}

function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new ConfigurationError(
      `'${text}' is not the address of a Parley server: expected http://HOST:PORT or https://HOST:PORT in url or PARLEY_URL.`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function isSame(address: string, local: string | undefined): boolean {
  if (local === undefined || !URL.canParse(local)) return false;
  const [one, other] = [new URL(address), new URL(local)];
  return (
    one.protocol === other.protocol &&
    one.port === other.port &&
    (one.hostname === other.hostname || (isLoopback(one) && isLoopback(other)))
  );
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]!.trim() || undefined;
  } catch (missing) {
    // Another user's server is as good as none; the error names the file if it matters.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((missing as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw missing;
  }
}
