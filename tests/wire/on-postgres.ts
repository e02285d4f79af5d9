/** Runs the suite against servers that keep their data in a PostgreSQL of this run's own; what follows on the command line chooses tests. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { startPostgres, variablesOf } from './harness/postgres.ts';

const given = process.argv.slice(2);
// What is said of the API, and what generators make of it, is the same whatever the store.
const alike = ['document.test.ts', 'generated-clients.test.ts', 'mcp-conformance.test.ts', 'not-http.test.ts'];
const files = readdirSync('tests').filter((name) => name.endsWith('.test.ts') && !alike.includes(name));
const tests = given.length > 0 ? given : files.map((name) => `tests/${name}`);
const postgres = await startPostgres();
const run = spawn(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', ...tests], {
  env: { ...process.env, ...variablesOf(postgres) },
  stdio: 'inherit',
});
run.once('exit', (code) => process.exit(code ?? 1));
