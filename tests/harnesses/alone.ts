import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';

// Runs the tests where no network is but loopback, so that no program reaches its vendor, whatever it tries.
const here = fileURLToPath(new URL('.', import.meta.url));
const files =
  process.argv.length > 2
    ? process.argv.slice(2)
    : readdirSync(`${here}tests`)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => `tests/${name}`);
const apart = userInfo().uid === 0 ? ['-n'] : ['-r', '-n'];
const command = 'ip link set lo up && exec "$0" --import tsx --test --test-concurrency=1 "$@"';
const { status } = spawnSync('unshare', [...apart, 'sh', '-c', command, process.execPath, ...files], { cwd: here, stdio: 'inherit' });
process.exitCode = status ?? 1;
