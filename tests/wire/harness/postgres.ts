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

/** A PostgreSQL of its own, gone with this process or when it is stopped. */
export interface Postgres {
  readonly programs: string;
  readonly port: number;
  stop(): void;
}

/** For the environment of a run whose servers keep their data there. */
export function variablesOf({ programs, port }: Postgres): NodeJS.ProcessEnv {
  return { [programsVariable]: programs, [portVariable]: String(port) };
}

/** @param more Further variables of its environment. */
export async function startPostgres(more: NodeJS.ProcessEnv = {}): Promise<Postgres> {
  const programs = findPrograms();
  const port = await freePort();
  // Its text, not its path: who runs it may not be able to read this repository.
  const script = await readFile(fileURLToPath(new URL('../../Postgres/cluster.sh', import.meta.url)), 'utf8');
  // Behind setpriv: what is loaded before a program makes things of the user whom it finds.
  const variables = Object.entries(more).map(([name, value]) => `${name}=${value}`);
  const shell = ['env', ...variables, 'sh', '-c', script, 'sh', programs, String(port), 'fsync = off'];
  // initdb refuses root: then the user runs it that the package made.
  const line = process.getuid?.() === 0 ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups', ...shell] : shell;
  const minder = spawn(line[0]!, line.slice(1), { cwd: tmpdir(), stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const said of createInterface({ input: minder.stdout })) {
    if (said.startsWith('ready ')) return { programs, port, stop: () => minder.stdin.end() };
    console.error(said);
  }
  throw new Error('PostgreSQL does not start.');
}

/** Whether this run's servers keep their data in PostgreSQL. */
export const isOnPostgres = process.env[portVariable] !== undefined;

/** The database of a data folder, made when it is asked for first; null: the run is on SQLite.
 * @param of The PostgreSQL where it is; else that of the run. */
export async function databaseOf(dataFolder: string, of?: Postgres): Promise<string | null> {
  const [programs, port] = [of?.programs ?? process.env[programsVariable], of?.port ?? process.env[portVariable]];
  if (programs === undefined || port === undefined) return null;
  let name = databases.get(dataFolder);
  if (name === undefined) {
    name = `wire_${process.pid}_${databases.size}`;
    databases.set(dataFolder, name);
    await promisify(execFile)(join(programs, 'createdb'), [
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'postgres',
      '-T',
      'template0',
      name,
    ]);
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

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
