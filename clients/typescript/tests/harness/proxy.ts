import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after } from 'node:test';

/** A network between clients and a server, which a test can cut. Its address stays when the server moves. */
export class Proxy {
  readonly url: string;
  /** Called for each piece that passes, in either direction: true cuts that connection, before the piece has passed. */
  loses: (fromServer: boolean) => boolean = () => false;
  /** How many connections there have been. */
  connections = 0;
  #port: number;
  readonly #open = new Set<Socket>();
  readonly #clients = new WeakSet<Socket>();

  private constructor(url: string, port: number) {
    this.url = url;
    this.#port = port;
  }

  static async to(serverUrl: string): Promise<Proxy> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const proxy = new Proxy(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`, portOf(serverUrl));
    listener.on('connection', (client) => proxy.#serve(client));
    after(() => {
      proxy.cut();
      listener.close();
    });
    return proxy;
  }

  /** The server listens elsewhere now. */
  moveTo(serverUrl: string): void {
    this.#port = portOf(serverUrl);
  }

  /** Breaks every connection, as a pulled cable that is noticed. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Stops passing anything on, and says nothing: a cable that is pulled silently. */
  freeze(): void {
    for (const socket of this.#open) {
      socket.pause();
      socket.removeAllListeners('data').removeAllListeners('close');
    }
  }

  /** Loses one piece among so many, now and then. */
  loseAbout(one: number): void {
    const next = () => Math.ceil(one * (0.5 + Math.random()));
    let left = next();
    this.loses = () => {
      if (--left > 0) return false;
      left = next();
      return true;
    };
  }

  /** Cuts the connection that the server answers on next, so that the answer is lost. */
  loseAnswer(): void {
    this.loses = (fromServer) => {
      if (fromServer) this.loses = () => false;
      return fromServer;
    };
  }

  /** The clients' side breaks, and the server does not learn of it. */
  vanish(): void {
    this.freeze();
    for (const socket of this.#open) if (this.#clients.has(socket)) socket.destroy();
  }

  #serve(client: Socket): void {
    this.connections++;
    this.#clients.add(client);
    const server = connect(this.#port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(from);
      from.on('data', (piece: Buffer) => {
        if (this.loses(from === server)) {
          client.destroy();
          server.destroy();
        } else to.write(piece);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#open.delete(from);
        to.destroy();
      });
    }
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
