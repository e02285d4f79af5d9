import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, within } from './deadline.ts';
import { freePort } from './postgres.ts';

const examples = fileURLToPath(new URL('../../../docs/operations/examples/', import.meta.url));

/** How each proxy is started on its example, which names port 8080 for itself and 8081 to 8083 for the nodes. */
export const proxies: Record<
  string,
  { file: string; command: (file: string, folder: string) => string[]; adapt: (text: string, folder: string) => string }
> = {
  nginx: {
    file: 'nginx.conf',
    command: (file, folder) => ['/usr/sbin/nginx', '-p', folder, '-e', 'stderr', '-c', file, '-g', `daemon off; pid ${folder}/nginx.pid;`],
    // Its files are those of Debian's service, which may run beside it.
    adapt: (text, folder) =>
      text.replace('http {', `http {\n access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;`),
  },
  HAProxy: {
    file: 'haproxy.cfg',
    command: (file) => ['/usr/sbin/haproxy', '-db', '-f', file],
    adapt: (text) => text,
  },
};

/** A proxy on the example of `docs/operations`, as it is but for its ports. */
export class Proxy {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#process = child;
    this.#folder = folder;
  }

  /** @param nodes The ports of one to three servers; the example's others are closed. */
  static async start(name: string, nodes: readonly number[]): Promise<Proxy> {
    const { file, command, adapt } = proxies[name]!;
    const folder = await mkdtemp(join(tmpdir(), 'parley-proxy-'));
    // nginx works as a user of its own.
    await chmod(folder, 0o755);
    const port = await freePort();
    const ports = [port, ...nodes];
    while (ports.length < 4) ports.push(await freePort());
    const text = (await readFile(join(examples, file), 'utf8')).replace(/\b808([0-3])\b/g, (_, n: string) => String(ports[Number(n)]));
    await writeFile(join(folder, file), adapt(text, folder));
    const [program, ...words] = command(join(folder, file), folder);
    const child = spawn(program!, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    process.once('exit', () => child.kill('SIGKILL'));
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.length < 200 && said.push(chunk.toString()));
    const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}: ${said.join('')}`)));
    failed.catch(() => undefined);
    await Promise.race([failed, eventually(`${name} to listen`, () => listens(port), Boolean)]);
    return new Proxy(`http://127.0.0.1:${port}`, child, folder);
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit');
    // Both end at once, with their workers, whatever is open.
    this.#process.kill('SIGTERM');
    await within('the proxy to be gone', gone);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
