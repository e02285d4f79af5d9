/** Writes src/generated/schema.ts from the OpenAPI document of the server at PARLEY_BIN. With `--check`, only says whether it is up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Server } from '../../../tests/wire/harness/server.ts';
import { typesFrom } from './types-from.ts';

const file = fileURLToPath(new URL('../src/generated/schema.ts', import.meta.url));
const server = await Server.start(undefined, { PARLEY_LOG_LEVEL: 'error' });
try {
  const types = await typesFrom(`${server.url}/openapi/v1.json`);
  if (!process.argv.includes('--check')) await writeFile(file, types);
  else if (types !== (await readFile(file, 'utf8'))) {
    console.error('src/generated/schema.ts is not what the server describes. Run: npm run generate');
    process.exitCode = 1;
  }
} finally {
  await server.remove();
}
