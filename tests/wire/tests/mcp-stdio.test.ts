import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { McpProcess } from '../harness/mcp.ts';
import { TestProject } from '../harness/project.ts';
import { Server, startServer } from '../harness/server.ts';

const server = await startServer();
const home = await mkdtemp(join(tmpdir(), 'parley-mcp-'));
after(() => rm(home, { recursive: true, force: true }));

describe('parley mcp', () => {
  it('acts as an agent that is named after the folder and the program that starts it', async () => {
    const folder = join(home, 'shop', 'src');
    await mkdir(join(home, 'shop', '.git'), { recursive: true });
    await mkdir(folder);
    const mcp = new McpProcess({ HOME: home, PARLEY_DATA: server.dataFolder }, folder);

    const hello = await mcp.initialize();
    assert.equal(hello.result?.['protocolVersion'], '2025-06-18');
    const read = await mcp.call('inbox');
    assert.equal(read.content[0]!.text, 'No message waits for shop-claude.');
    assert.equal((await server.rest(server.adminToken).get('agents/shop-claude')).status, 200);

    assert.equal(await mcp.close(), 0);
    assert.ok(
      mcp.lines.every((line) => line.startsWith('{"')),
      'nothing but the protocol on standard output',
    );
    assert.match(mcp.said, /Registered agent 'shop-claude'/);
  });

  it('acts as the agent of a token that it is given', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const mcp = new McpProcess({ HOME: home, PARLEY_URL: server.url, PARLEY_TOKEN: ada.token }, home);
    await mcp.initialize('codex-mcp-client');

    const sent = await mcp.call('send', { to: 'bob', content: 'Ünïcode 🎉' });
    assert.notEqual(sent.isError, true);
    const [item] = (await bob.rest.get('agents/bob/inbox')).as<{ items: { message: { sender_id: string; content: string } }[] }>().items;
    assert.deepEqual([item?.message.sender_id, item?.message.content], ['ada', 'Ünïcode 🎉']);
    assert.equal((await mcp.call('send', { to: 'nobody', content: 'x' })).isError, true);
    await mcp.close();
  });

  it('speaks the newest revision, and passes on the news of an inbox', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const mcp = new McpProcess({ HOME: home, PARLEY_URL: server.url, PARLEY_TOKEN: ada.token }, home);
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'claude-code', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    assert.deepEqual((await mcp.request('server/discover', { _meta })).result?.['supportedVersions'], ['2026-07-28']);

    const acknowledged = mcp.next((message) => message.method === 'notifications/subscriptions/acknowledged');
    const updated = mcp.next((message) => message.method === 'notifications/resources/updated');
    void mcp
      .request('subscriptions/listen', { notifications: { toolsListChanged: true, resourceSubscriptions: ['parley://inbox'] }, _meta })
      .catch(() => {});
    await acknowledged;
    // The server may not have been reached yet: it is told again until it is.
    const stop = setInterval(() => void bob.rest.post('messages', { to: ['ada'], content: 'Hello.' }), 200);
    assert.equal((await updated).params?.['uri'], 'parley://inbox');
    clearInterval(stop);
    const read = await mcp.request('resources/read', { uri: 'parley://inbox', _meta });
    assert.match(JSON.stringify(read.result), /Hello\./);
    await mcp.close();
  });

  it('answers at once while there is no server, and works when it comes, goes, and comes back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-mcp-'));
    const mcp = new McpProcess({ HOME: home, PARLEY_DATA: folder }, home, '--as', 'be-1');
    await mcp.initialize();
    assert.equal(((await mcp.request('tools/list')).result?.['tools'] as unknown[]).length, 11);
    assert.equal(((await mcp.request('resources/list')).result?.['resources'] as unknown[]).length, 1);

    const none = await mcp.call('inbox');
    assert.equal(none.isError, true);
    assert.match(none.content[0]!.text, /No Parley server found/);

    const first = await Server.start(folder, { PARLEY_LOG_LEVEL: 'warning' });
    assert.equal((await mcp.call('inbox')).content[0]!.text, 'No message waits for be-1.');
    await first.stop();
    const away = await mcp.call('send', { to: 'human', content: 'x' });
    assert.equal(away.isError, true);
    assert.match(away.content[0]!.text, /does not answer|No Parley server found/);
    assert.doesNotMatch(away.content[0]!.text, / at Parley/);

    const second = await Server.start(folder, { PARLEY_LOG_LEVEL: 'warning' });
    assert.notEqual((await mcp.call('send', { to: 'human', content: 'Back.' })).isError, true);
    assert.equal(await mcp.close(), 0);
    await second.remove();
  });
});
