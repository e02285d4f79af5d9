import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callMcp, newest, type ToolResult } from '../harness/mcp.ts';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';

const server = await startServer();

const tools = ['inbox', 'send', 'reply', 'request', 'agents', 'thread', 'task', 'memory', 'reserve', 'ask_human', 'catch_up'];

async function call(token: string, name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
  const { status, answer } = await callMcp(server.url, token, 'tools/call', { name, arguments: args });
  assert.equal(status, 200);
  return answer.result as unknown as ToolResult;
}

describe('MCP over HTTP', () => {
  it('says what it can do without a session', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');

    const discovered = await callMcp(server.url, ada.token, 'server/discover');
    const listed = await callMcp(server.url, ada.token, 'tools/list');

    assert.deepEqual(discovered.answer.result?.['supportedVersions'], [newest]);
    assert.equal((discovered.answer.result?.['capabilities'] as { resources: { subscribe: boolean } }).resources.subscribe, true);
    const declared = listed.answer.result?.['tools'] as { name: string; inputSchema: { additionalProperties: boolean } }[];
    assert.deepEqual(
      declared.map((tool) => tool.name),
      tools,
    );
    assert.ok(declared.every((tool) => tool.inputSchema.additionalProperties === false));
    assert.ok(JSON.stringify(declared).length < 10_000, 'the tools take little of a model');
  });

  it('carries a message from one agent to another', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const sent = await call(ada.token, 'send', { to: ['bob'], content: 'Is the build green?', intent: 'request' });
    const id = sent.structuredContent?.['message_id'] as string;
    const read = await call(bob.token, 'inbox', { wait: 10 });
    assert.match(read.content[0]!.text, new RegExp(`<parley-message id="${id}" from="ada"`));
    assert.match(read.content[0]!.text, /Is the build green\?/);
    await call(bob.token, 'reply', { message_id: id, content: 'Yes.', outcome: 'success' });
    assert.match((await call(ada.token, 'inbox', { wait: 10 })).content[0]!.text, /Yes\./);

    const delivery = await project.delivery(id);
    assert.equal(delivery.state, 'acknowledged');
    assert.notEqual(delivery.surfaced_at, null);
  });

  it('tells a model what is wrong with a call', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');

    const refused = await call(ada.token, 'send', { to: ['ada'], body: 'x' });

    assert.equal(refused.isError, true);
    assert.match(refused.content[0]!.text, /there is no body/);
    const unknown = await callMcp(server.url, ada.token, 'tools/call', { name: 'fly', arguments: {} });
    assert.equal(unknown.answer.error?.code, -32602);
  });

  it('shows nobody the inbox of another, or of another project', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const other = await TestProject.create(server);
    const eve = await other.agent('eve');
    await call(ada.token, 'send', { to: ['bob'], content: 'The key is under the mat.' });

    const inbox = await callMcp(`${server.url}`, eve.token, 'resources/read', { uri: 'parley://inbox' });
    assert.doesNotMatch(JSON.stringify(inbox.answer), /mat/);
    const { thread } = { thread: (await bob.rest.get('threads')).as<{ items: { conversation_thread_id: string }[] }>().items[0]! };
    const uri = `parley://threads/${thread.conversation_thread_id}`;
    assert.match(JSON.stringify((await callMcp(server.url, bob.token, 'resources/read', { uri })).answer), /mat/);
    assert.equal((await callMcp(server.url, eve.token, 'resources/read', { uri })).answer.error?.code, -32602);
    assert.equal((await call(eve.token, 'thread', { thread_id: thread.conversation_thread_id })).isError, true);
  });

  it('takes no call without a token, or from a page of elsewhere', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');

    assert.equal((await callMcp(server.url, null, 'tools/list')).status, 401);
    assert.equal((await callMcp(server.url, `${ada.token}x`, 'tools/list')).status, 401);
    assert.equal((await callMcp(server.url, server.joinToken, 'tools/list')).status, 403);
    assert.equal((await callMcp(server.url, ada.token, 'tools/list', {}, { origin: 'https://evil.example' })).status, 403);
  });
});
