// Fails if the first view needs more than its budget: index.html, everything that it loads at once, the first page, and the text's font.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const budget = 200_000;
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const assets = readdirSync(join(dist, 'assets'));
const size = (path) => statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;

const needed = new Map([['index.html', size(join(dist, 'index.html'))]]);
const need = (name) => {
  if (needed.has(name)) return;
  const path = join(dist, 'assets', name);
  needed.set(name, size(path));
  if (!name.endsWith('.js')) return;
  // Static imports only: what import() loads comes later.
  for (const [, , other] of readFileSync(path, 'utf8').matchAll(/(^|[;}\n])import(?:[^"'`()]*?from)?\s*["']\.\/([^"']+)["']/g)) need(other);
};
for (const [, name] of readFileSync(join(dist, 'index.html'), 'utf8').matchAll(/assets\/([^"]+)/g)) need(name);
for (const name of assets) if (/^(now-page)-.*\.(js|css)$/.test(name) || /^geist-latin-wght-normal.*\.woff2$/.test(name)) need(name);

let sum = 0;
for (const [name, bytes] of [...needed].sort((a, b) => b[1] - a[1])) {
  sum += bytes;
  console.log(`${String((bytes / 1000).toFixed(1)).padStart(8)} KB  ${name}`);
}
console.log(`${String((sum / 1000).toFixed(1)).padStart(8)} KB  the first view; the budget is ${budget / 1000} KB`);
if (sum > budget) {
  console.error(`The first view is ${((sum - budget) / 1000).toFixed(1)} KB over its budget. Load what it does not need with import().`);
  process.exit(1);
}
