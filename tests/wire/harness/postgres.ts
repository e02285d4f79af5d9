import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Set by `npm run test:postgres`: the folder of PostgreSQL's programs, and the port of the run's cluster. */
const programsVariable = 'WIRE_POSTGRES_PROGRAMS';
const portVariable = 'WIRE_POSTGRES_PORT';

const databases = new Map<string, string>();

/** A PostgreSQL of this run's own, gone with this process. */
export async function startPostgres(): Promise<NodeJS.ProcessEnv> {
  const programs = findPrograms();
  const port = await freePort();
  // Its text, not its path: who runs it may not be able to read this repository.
  const script = await readFile(fileURLToPath(new URL('../../Postgres/cluster.sh', import.meta.url)), 'utf8');
  const shell = ['sh', '-c', script, 'sh', programs, String(port), 'fsync = off'];
  // initdb refuses root: then the user runs it that the package made.
  const line = process.getuid?.() === 0 ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups', ...shell] : shell;
  const minder = spawn(line[0]!, line.slice(1), { cwd: tmpdir(), stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const said of createInterface({ input: minder.stdout })) {
    if (said.startsWith('ready ')) return { [programsVariable]: programs, [portVariable]: String(port) };
    console.error(said);
  }
  throw new Error('PostgreSQL does not start.');
}

/** The database of a data folder, made when it is asked for first; null: the run is on SQLite. */
export async function databaseOf(dataFolder: string): Promise<string | null> {
  const [programs, port] = [process.env[programsVariable], process.env[portVariable]];
  if (programs === undefined || port === undefined) return null;
  let name = databases.get(dataFolder);
  if (name === undefined) {
    name = `wire_${process.pid}_${databases.size}`;
    databases.set(dataFolder, name);
    await promisify(execFile)(join(programs, 'createdb'), ['-h', '127.0.0.1', '-p', port, '-U', 'postgres', '-T', 'template0', name]);
  }
  return `postgres://postgres@127.0.0.1:${port}/${name}`;
}

/** The newest that is installed, where Debian's packages put it. */
function findPrograms(): string {
  const packages = '/usr/lib/postgresql';
  const versions = existsSync(packages) ? readdirSync(packages).sort((one, other) => Number(other) - Number(one)) : [];
  const found = versions.map((version) => join(packages, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
  if (found === undefined) throw new Error('These tests need PostgreSQL 15 or newer. Debian: apt install postgresql.');
  return found;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
