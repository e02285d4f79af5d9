import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { closeAll } from '../harness/open.ts';
import { isOnPostgres } from '../harness/postgres.ts';
import { TestProject } from '../harness/project.ts';
import type { Rest } from '../harness/rest.ts';
import { Server } from '../harness/server.ts';

after(closeAll);

interface Webhook {
  webhook_id: string;
  secret?: string;
  status: string;
  failures: number;
  place: string;
}

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  event: { event_id: string; event_type: string; data: { n: number } };
}

/** A receiver as anybody would write it. */
class Receiver {
  readonly got: Received[] = [];
  /** What it answers. */
  status = 204;
  /** The event that is not answered until it is released. */
  hold: number | null = null;
  /** How often each event was posted, whatever the answer. */
  readonly posts = new Map<number, number>();
  #held: ServerResponse | null = null;
  readonly #server: HttpServer;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const { n } = (JSON.parse(body) as Received['event']).data;
        this.posts.set(n, (this.posts.get(n) ?? 0) + 1);
        if (n === this.hold) {
          this.#held = response;
          return;
        }
        if (this.status < 300) this.got.push({ headers: request.headers, body, event: JSON.parse(body) as Received['event'] });
        response.writeHead(this.status).end();
      });
    });
  }

  static async listen(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((listening) => receiver.#server.listen(0, '127.0.0.1', listening));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** What came, each event once, in the order in which it first came. */
  get numbers(): number[] {
    return [...new Set(this.got.map((one) => one.event.data.n))];
  }

  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** Events that came more than once. */
  get repeated(): number[] {
    return [...this.posts].filter(([, times]) => times > 1).map(([n]) => n);
  }

  /** From now on, everything is answered; also what is held, if its sender is still there. */
  release(): void {
    this.hold = null;
    this.#held?.writeHead(this.status).end();
    this.#held = null;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const until = (what: string, isSo: () => boolean | Promise<boolean>) =>
  eventually(
    what,
    async () => isSo(),
    (is) => is,
  );

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

const allowed = { PARLEY_WEBHOOK_PRIVATE_ADDRESSES: 'true' };

describe('Webhooks', { skip: process.env['PARLEY_URL'] !== undefined, concurrency: 2 }, () => {
  it('post events, signed, as GET events shows them', async () => {
    const [server, receiver] = [await Server.start(undefined, allowed), await Receiver.listen()];
    const project = await TestProject.create(server);
    const hook = (await project.admin.post('webhooks', { url: receiver.url, types: ['build.>'] })).as<Webhook>(201);

    await project.admin.post('events', { event_type: 'other', data: { n: 0 } });
    await project.admin.post('events', { event_type: 'build.failed.again', data: { n: 1 } });
    await until('the delivery', () => receiver.got.length === 1);
    const [got] = receiver.got;
    const listed = (await project.admin.get('events?types=build.>')).as<{ items: unknown[] }>();
    const expected = createHmac('sha256', hook.secret!)
      .update(`${got!.headers['x-parley-timestamp'] as string}.${got!.body}`)
      .digest('hex');

    assert.deepEqual(JSON.parse(got!.body), listed.items[0]);
    assert.equal(got!.headers['x-parley-signature'], `sha256=${expected}`);
    assert.equal(got!.headers['x-parley-event-id'], got!.event.event_id);
    assert.ok(Math.abs(Date.now() / 1000 - Number(got!.headers['x-parley-timestamp'])) < 300);
    receiver.close();
    await server.remove();
  });

  it('skip nothing and keep the order when the server is killed while it posts', async () => {
    const receiver = await Receiver.listen();
    let server = await Server.start(undefined, allowed);
    const { id } = await TestProject.create(server);
    const admin = () => server.rest(server.adminToken, { project_id: id });
    (await admin().post('webhooks', { url: receiver.url, types: ['count'] })).as<Webhook>(201);
    let published = 0;

    for (let kill = 0; kill < 3; kill++) {
      // In the middle of a delivery: the receiver has it and has not said so.
      receiver.hold = published + 10;
      for (let n = 0; n < 20; n++) (await admin().post('events', { event_type: 'count', data: { n: published++ } })).as(201);
      await until('the delivery that is held', () => receiver.isHolding);
      await server.kill();
      receiver.release();
      server = await Server.start(server.dataFolder, allowed);
    }

    await until('all deliveries', () => receiver.numbers.length === published);
    assert.deepEqual(receiver.numbers, upTo(published));
    receiver.close();
    await server.remove();
  });

  it('wait for a receiver that is away, also over a kill', async () => {
    const receiver = await Receiver.listen();
    receiver.status = 503;
    let server = await Server.start(undefined, allowed);
    const { id } = await TestProject.create(server);
    const admin = () => server.rest(server.adminToken, { project_id: id });
    const { webhook_id: hook } = (await admin().post('webhooks', { url: receiver.url, types: ['count'] })).as<Webhook>(201);
    for (let n = 0; n < 5; n++) await admin().post('events', { event_type: 'count', data: { n } });
    await until('a failure', async () => (await admin().get(`webhooks/${hook}`)).as<Webhook>().failures > 0);

    await server.kill();
    receiver.status = 200;
    server = await Server.start(server.dataFolder, allowed);

    await until('all deliveries', () => receiver.numbers.length === 5);
    assert.deepEqual(receiver.numbers, [0, 1, 2, 3, 4]);
    receiver.close();
    await server.remove();
  });

  it('lead to no private address where no setting allows it', async () => {
    const server = await Server.start();
    const project = await TestProject.create(server);
    for (const url of [
      'http://example.org/',
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://[::ffff:7f00:1]/',
      'https://localhost/',
      'https://169.254.169.254/latest/meta-data',
      'https://a:b@example.org/',
    ]) {
      const { errors } = (await project.admin.post('webhooks', { url })).problem(400, 'invalid_request');
      assert.deepEqual(Object.keys(errors ?? {}), ['url'], url);
    }
    await server.remove();
  });
});

/** Two nodes, of which the first leads, and so posts. It stands in the middle of a delivery: the receiver holds event 20 of 60, and what came before
 * is noted. */
class Backlog {
  static readonly held = 20;
  static readonly count = 60;

  readonly one: Server;
  readonly other: Server;
  readonly receiver: Receiver;
  readonly project: string;

  private constructor(one: Server, other: Server, receiver: Receiver, project: string) {
    this.one = one;
    this.other = other;
    this.receiver = receiver;
    this.project = project;
  }

  static async start(): Promise<Backlog> {
    const receiver = await Receiver.listen();
    const one = await Server.start(undefined, { ...allowed, PARLEY_RATE_LIMIT_PER_SECOND: '0' });
    const { id } = await TestProject.create(one);
    const other = await one.join({ ...allowed, PARLEY_RATE_LIMIT_PER_SECOND: '0' });
    const backlog = new Backlog(one, other, receiver, id);
    const { webhook_id: hook } = (await backlog.admin.post('webhooks', { url: receiver.url, types: ['count'] })).as<Webhook>(201);
    receiver.hold = Backlog.held;
    const seqs = await backlog.publish(upTo(Backlog.count));
    await until('the delivery that is held', () => receiver.isHolding);
    const before = seqs[Backlog.held - 1];
    await until('the place before it', async () =>
      (await backlog.admin.get(`webhooks/${hook}`)).as<Webhook>().place.endsWith(`-${before}`),
    );
    return backlog;
  }

  /** Over the node that does not post. */
  get admin(): Rest {
    return this.other.rest(this.one.adminToken, { project_id: this.project });
  }

  async publish(numbers: number[]): Promise<number[]> {
    const seqs: number[] = [];
    for (const n of numbers)
      seqs.push((await this.admin.post('events', { event_type: 'count', data: { n } })).as<{ seq: number }>(201).seq);
    return seqs;
  }

  async end(): Promise<void> {
    this.receiver.close();
    await this.other.remove();
    await this.one.remove();
  }
}

describe('Webhooks of two nodes', { skip: !isOnPostgres }, () => {
  it('go on at the other when the one that posts is killed, and only what was under way comes again', async () => {
    const backlog = await Backlog.start();
    const { receiver } = backlog;

    await backlog.one.kill();
    receiver.release();
    await until('all deliveries', () => receiver.numbers.length === Backlog.count);

    assert.deepEqual(receiver.numbers, upTo(Backlog.count));
    assert.deepEqual(receiver.repeated, [Backlog.held]);
    await backlog.end();
  });

  it('get nothing behind the back of the other from one that stood still', async () => {
    const backlog = await Backlog.start();
    const { one, receiver } = backlog;

    process.kill(one.processId!, 'SIGSTOP');
    receiver.hold = null;
    await until('all deliveries', () => receiver.numbers.length === Backlog.count);
    receiver.release();
    process.kill(one.processId!, 'SIGCONT');
    await until('the first to be there again', async () => (await one.rest(one.adminToken).get('webhooks')).status === 200);
    await backlog.publish([Backlog.count]);
    await until('the last delivery', () => receiver.numbers.length > Backlog.count);

    assert.deepEqual(receiver.numbers, upTo(Backlog.count + 1));
    assert.deepEqual(receiver.repeated, [Backlog.held]);
    await backlog.end();
  });
});
