// Writes a .br and a .gz beside each built file, so that the server never compresses.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
// These are compressed already.
const packed = /\.(br|gz|woff2|png)$/;

for (const entry of readdirSync(dist, { recursive: true })) {
  const file = join(dist, entry);
  // index.html gets a new nonce in each answer.
  if (packed.test(file) || entry === 'index.html' || !statSync(file).isFile()) continue;
  const content = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}
