import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configFolder } from './location.ts';
import type { ServerLocation, TokenFile } from './platform.ts';

/** An agent's own token, kept on this machine and readable only by its user, where the command line and the other SDKs keep it too: one file per server,
 * project, and agent. */
export function tokenFile(location: ServerLocation, agent: string, folder?: string): TokenFile {
  // The hash distinguishes names that a file system may treat as equal (upper and lower case), and keeps long ids within the limit on file names.
  const all = `${new URL(location.url).origin}\n${location.project ?? 'default'}\n${agent}`;
  const hash = createHash('sha256').update(all).digest('hex').slice(0, 16);
  const path = join(configFolder(folder), 'agents', `${agent.slice(0, 64).replace(/[^A-Za-z0-9._-]/g, '_')}-${hash}.token`);
  return {
    path,

    read() {
      try {
        const [agentId, token] = readFileSync(path, 'utf8').split(/\r?\n/);
        return agentId && token ? { agentId, token } : undefined;
      } catch (missing) {
        if ((missing as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw missing;
      }
    },

    write(agentId, token) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // Written to another file and renamed, so that another process of the same agent never reads half a token.
      const beside = `${path}.${process.pid}`;
      rmSync(beside, { force: true });
      writeFileSync(beside, `${agentId}\n${token}\n`, { mode: 0o600, flag: 'wx' });
      renameSync(beside, path);
    },
  };
}
