import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { eventually, within } from '../harness/deadline.ts';
import { ApiDocument } from '../harness/document.ts';
import { startServer } from '../harness/server.ts';
import type { Agent, DeliveryOutlook, Execution, InboxItem, Page, SendAnswer, Token } from '../harness/wire.ts';

const server = await startServer();
const document = await ApiDocument.of(server);

function definedOf(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((one): one is [string, string] => one[1] !== undefined));
}

it('Every operation answers, when all is well, as the document describes it', async () => {
  const project = `p-${randomUUID()}`;
  const met = new Set<string>();

  /** Does an operation, and holds its answer against the document: no field that it does not describe, none missing. */
  async function does<T>(
    id: string,
    values: Record<string, string> = {},
    body?: unknown,
    query: Record<string, string> = {},
    headers: Record<string, string | undefined> = {},
  ): Promise<T> {
    const operation = document.operation(id);
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent({ project_id: project, ...values }[name]!));
    const url = new URL(path, server.url);
    const scope = operation.path.startsWith('/api/') && !operation.path.includes('{project_id}') ? { project_id: project } : {};
    for (const [name, value] of Object.entries({ ...scope, ...query })) url.searchParams.set(name, value);
    const abort = new AbortController();
    const response = await within(
      id,
      fetch(url, {
        method: operation.method,
        headers: definedOf({
          authorization: `Bearer ${server.adminToken}`,
          ...headers,
          'content-type': body === undefined ? undefined : 'application/json',
        }),
        signal: abort.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const type = response.headers.get('content-type') ?? '';
    const text = type.startsWith('text/event-stream') ? 'a stream' : await response.text();
    if (text === 'a stream') abort.abort();
    const context = `${id}: ${response.status} ${text.slice(0, 800)}`;
    assert.ok(response.ok, context);
    assert.equal(document.fault(operation, response.status, type, text), undefined, context);
    met.add(id);
    return (type.startsWith('application/json') ? JSON.parse(text) : undefined) as T;
  }

  /** Sends a message that bob then holds. */
  async function held(fields: object = {}): Promise<{ message_id: string; lease_id: string }> {
    const { message_id } = await does<SendAnswer>('SendMessage', {}, { to: 'bob', content: 'x', sender_id: 'ada', ...fields });
    const { items } = await does<Page<InboxItem>>('ClaimMessages', bob, { max: 100, wait: 30 });
    return { message_id, lease_id: items.find(({ message }) => message.message_id === message_id)!.lease_id! };
  }

  const [ada, bob, squad] = [{ agent_id: 'ada' }, { agent_id: 'bob' }, { squad_id: 'alpha' }];
  for (const id of ['GetHealth', 'GetLiveness', 'GetReadiness']) await does(id);

  await does('CreateProject', {}, { project_id: project, name: 'A project', settings: { max_attempts: 1, retry_delay_seconds: 0 } });
  await does('GetProject');
  await does('UpdateProject', {}, { name: 'The same' });
  await does('PauseProject', {}, { reason: 'Lunch' });
  await does('ResumeProject');
  await does('ListProjects');

  await does('RegisterAgent', {}, { ...ada, name: 'Ada', role: 'lead', capabilities: ['review'], metadata: { model: 'large' } });
  await does('RegisterAgent', {}, { ...ada, name: 'Ada' });
  await does('RegisterAgent', {}, { ...bob, name: 'Bob' });
  await does('UpdateAgent', bob, { role: 'tester' });
  await does('SetAgentStatus', bob, { status: 'online', activity: 'working' });
  await does('SendHeartbeat', bob);
  await does('SetSubscriptions', bob, { topics: ['builds.*'] });
  for (const id of ['GetAgent', 'GetSubscriptions', 'PauseAgent', 'ResumeAgent']) await does<Agent>(id, bob);
  await does('RotateAgentToken', bob);
  await does('ListAgents');
  await does('ListOnlineAgents');

  await does('CreateSquad', {}, { ...squad, name: 'Alpha', members: [{ agent_id: 'ada' }] });
  await does('PauseSquad', squad, { reason: 'Lunch' });
  await does('ResumeSquad', squad);
  await does('PutSquadMember', { ...squad, ...bob }, { role: 'tester' });
  await does('UpdateSquad', squad, { name: 'The alphas' });
  await does('GetSquad', squad);
  await does('ListSquads');

  const { execution_id: id } = await does<Execution>('CreateExecution', {}, { title: 'A run', squad_id: 'alpha' });
  await does('UpdateExecution', { id }, { status: 'in_progress', progress: 50, current_phase: 'half' });
  await does('AddExecutionLog', { id }, { level: 'info', message: 'Half of it is done.' });
  await does('GetExecution', { id });
  await does('ListExecutions');

  const first = await held({ execution_id: id, task_id: 'build', priority: 4, metadata: { a: 1 } });
  await does('ExtendLease', first, { lease_id: first.lease_id, lease_seconds: 60 }, bob);
  await does('SurfaceMessage', first, { lease_id: first.lease_id }, bob);
  await does('AddReaction', { ...first, emoji: '👍' }, undefined, bob);
  for (const of of ['GetMessage', 'TraceMessage']) await does(of, first);
  await does('RemoveReaction', { ...first, emoji: '👍' }, undefined, bob);
  await does('AckMessage', first, { lease_id: first.lease_id }, bob);
  await does('SendMessage', {}, { to: 'ada', content: 'Done.', sender_id: 'bob', reply_to: first.message_id, outcome: 'success' });
  const { message_id: asked } = await does<SendAnswer>(
    'SendMessage',
    {},
    { to: ['ada', 'bob'], payload: [null], sender_id: 'bob', idempotency_key: 'k' },
  );
  await does('SendMessage', {}, { to: ['ada', 'bob'], payload: [null], sender_id: 'bob', idempotency_key: 'k' });
  await does('DeleteMessage', { message_id: asked });
  await does('GetMessage', { message_id: asked });
  await does('PreviewMessage', {}, { to: ['ada', 'bob', 'human', '*'], content: 'x', priority: 4 });
  await does('SendBatch', {}, { items: [{ to: 'bob', content: '1' }, { to: 'nobody', content: '2' }, { to: 'bob', priority: 9 }] }); // prettier-ignore
  const broadcast = await does<{ deliveries: DeliveryOutlook[] }>(
    'Broadcast',
    {},
    { content: 'All of you!', role: 'tester', sender_id: 'ada' },
  );
  assert.equal(broadcast.deliveries.length, 1);
  await does('PeekInbox', bob);
  await does('CatchUp', bob);
  for (const of of ['ListMessages', 'RecentMessages']) await does(of, {}, undefined, { limit: '100' });
  await does('TaskMessages', { task_id: 'build' });
  for (const of of ['GetThread', 'GetThreadDigest', 'GetThreadCurrent']) await does(of, { thread_id: first.message_id });
  await does('ListThreads');

  const request = does(
    'SendRequest',
    {},
    { to: 'bob', content: 'Is it safe?', sender_id: 'ada', timeout_seconds: 60, message_type: 'question' },
  );
  const { items } = await does<Page<InboxItem>>('ClaimMessages', bob, { wait: 60, type: ['question'] });
  await does(
    'SendMessage',
    {},
    { to: 'ada', content: 'Yes.', sender_id: 'bob', reply_to: items[0]!.message.message_id, outcome: 'success' },
  );
  await request;

  await does('SendMessage', {}, { to: 'ada', content: 'Wake up.', sender_id: 'bob' });
  const { wake } = await does<{ wake: { wake_id: string } }>('GetNextWake', {}, { way: 'waiter', agents: ['ada'] });
  await does('ReportWake', wake, { outcome: 'submitted' });
  await does('CallHook', { harness: 'claude' }, { hook_event_name: 'UserPromptSubmit', session_id: 's', prompt: 'Go on.' }, bob);
  await does('CallHook', { harness: 'codex' }, { hook_event_name: 'Stop', session_id: 's' }, bob);

  const several = await held();
  await does('AckMessages', {}, { items: [several, { message_id: randomUUID(), lease_id: '1.1' }] }, bob);
  for (const of of ['RequeueDeadLetter', 'ResendDeadLetter', 'PurgeDeadLetter', 'RequeueDeadLetters', 'PurgeDeadLetters']) {
    const dead = await held();
    await does('NackMessage', dead, { lease_id: dead.lease_id, reason: 'It does not compile.' }, bob);
    const letters = await does<Page<{ delivery: { delivery_id: string } }>>('ListDeadLetters');
    await does('ListDeadLetterGroups');
    await does('GetDeadLetter', { delivery_id: letters.items[0]!.delivery.delivery_id });
    await does(of, { delivery_id: letters.items[0]!.delivery.delivery_id }, of.endsWith('s') || of === 'ResendDeadLetter' ? {} : undefined);
    await does('ClaimMessages', bob, { max: 100 });
  }

  await does('SetMemory', {}, { key: 'a/b', value: { any: [1, null] } });
  await does('PutMemory', { key: 'a/b' }, { value: null });
  await does('GetMemory', { key: 'a/b' });
  await does('ListMemory');
  await does('ListMemory', {}, undefined, { delimiter: '/' });
  await does('PatchMemory', { key: 'a/b' }, { patch: { any: 1 } });
  await does('GetMemoryHistory', {}, undefined, { key: 'a/b' });
  const entry = await does<{ memory_id: string }>('GetMemory', { key: 'a/b' });
  await does('GetMemoryById', { memory_id: entry.memory_id });
  await does('PutMemoryById', { memory_id: entry.memory_id }, { value: 2 });
  await does('DeleteMemoryById', { memory_id: entry.memory_id });
  await does('SetMemory', {}, { key: 'a/b', value: 1 });
  await does('DeleteMemory', { key: 'a/b' });

  for (const [of, values] of [
    ['StreamExecution', { execution_id: id }],
    ['StreamProject', {}],
    ['StreamAgent', bob],
    ['StreamThread', { thread_id: first.message_id }],
    ['StreamEvents', {}],
  ] as const)
    await does(of, values);
  const { event_id } = await does<{ event_id: string }>('PublishEvent', {}, { event_type: 'build.failed', data: { job: 88 } });
  await does('ListEvents');
  await does('GetEvent', { event_id });

  const secret = 'a secret for a test';
  const hook = await does<{ hook_id: string }>('CreateInboundHook', {}, { name: 'CI', to: 'bob', secret });
  await does('CreateInboundHook', {}, { name: 'CI', to: 'bob' });
  await does('ListInboundHooks');
  await does('GetInboundHook', hook);
  await does('UpdateInboundHook', hook, { name: 'CI', to: 'bob' });
  const signature = createHmac('sha256', secret)
    .update(JSON.stringify({ ref: 'main' }))
    .digest('hex');
  await does('DeliverInbound', hook, { ref: 'main' }, {}, { 'x-hub-signature-256': `sha256=${signature}` });
  await does('DeleteInboundHook', hook);

  const webhook = await does<{ webhook_id: string }>(
    'CreateWebhook',
    {},
    { url: 'https://hooks.example.org/x', types: ['never.published'] },
  );
  const itsId = { id: webhook.webhook_id, webhook_id: webhook.webhook_id };
  await does('ListWebhooks');
  await does('GetWebhook', itsId);
  await does('PutWebhook', itsId, { url: 'https://hooks.example.org/y', types: ['never.published'] });
  await does('ResumeWebhook', itsId);
  await does('DeleteWebhook', itsId);

  for (const of of [
    'GetStats',
    'GetMessageStats',
    'GetAgentStats',
    'GetPairStats',
    'GetTimeline',
    'GetExecutionStats',
    'GetProjectHealth',
    'GetRoutingStats',
    'ExportStats',
    'ReadLog',
    'GetLogHistogram',
  ])
    await does(of);
  await does('GetLogPlace', {}, undefined, { time: new Date().toISOString() });

  for (const [of, body] of [
    ['CompleteExecution', { result: { pull_request: 17 } }],
    ['FailExecution', { error: 'The database is down.' }],
    ['CancelExecution', {}],
  ] as const) {
    const { execution_id } = await does<Execution>('CreateExecution', {}, { title: of });
    await does(of, { id: execution_id }, body);
  }

  const made = async (fields: object = {}) => ({
    task_id: (await does<{ task_id: string }>('CreateTask', {}, { title: 'Build it', due_date: '2100-01-01T00:00:00Z', ...fields }))
      .task_id,
  });
  await does('AssignTask', await made({ requirements: { hours: 8 } }), bob);
  for (const [of, body] of [
    ['AcceptTask', { fence: 1 }],
    ['StartTask', { fence: 1 }],
    ['ExtendTask', { fence: 1, lease_seconds: 60 }],
    ['RejectTask', { fence: 1, reason: 'Not now.' }],
    ['CompleteTask', { fence: 1, result: { pull_request: 17 } }],
    ['FailTask', { fence: 1, error: 'It does not compile.' }],
    ['UnassignTask', {}],
  ] as const)
    await does(of, await made(bob), body);
  const task = await made(bob);
  await does('UpdateTask', task, { title: 'Build it well' });
  await does('GetTask', task);
  await does('ListAssignments', task);
  for (const of of ['ListTasks', 'ListPendingTasks', 'ListOverdueTasks']) await does(of);
  await does('ListAgentTasks', bob);
  await does('DeleteTask', task);

  const question = await does<{ question_id: string }>(
    'AskQuestion',
    {},
    { content: 'May I?', options: ['yes', { value: 'no', detail: 'Wait.' }] },
  );
  await does('ListQuestions');
  for (const of of ['GetQuestion', 'WithdrawQuestion']) await does(of, question);
  const other = await does<{ question_id: string }>('AskQuestion', {}, { content: 'May we?' });
  const item = { attention_id: `question:${other.question_id}` };
  await does('GetAttention', {}, undefined, { kind: 'question' });
  await does('SnoozeAttention', item, { until: new Date(Date.now() + 3_600_000).toISOString() });
  await does('UnsnoozeAttention', item);
  await does('AnswerQuestion', other, { answer: 'Yes.' });

  const reservation = await does<{ reservation_id: string }>('CreateReservation', {}, { paths: ['src/**'], reason: 'The login page' });
  await does('CreateReservation', {}, { paths: ['src/a.ts'], agent_id: 'bob', wait: true });
  await does('CheckReservations', {}, { files: ['src/a.ts'], agent_id: 'bob' });
  await does('ListReservations');
  for (const of of ['GetReservation', 'RenewReservation', 'ReleaseReservation']) await does(of, reservation);

  const steps = [
    { step: 'build', agent: 'bob', action: 'Build it.', retries: { max: 1 } },
    { step: 'review', capability: 'review', action: 'Review it.', depends_on: ['build'], input: '${build/pull_request}' },
  ];
  await does('ValidateWorkflow', {}, { steps });
  await does('PutWorkflowDefinition', { name: 'release' }, { title: 'A release', steps });
  await does('PutWorkflowDefinition', { name: 'release' }, { title: 'Another release', steps });
  for (const of of ['GetWorkflowDefinition', 'ListWorkflowDefinitions']) await does(of, { name: 'release' });
  const workflow = await does<{ workflow_id: string }>('StartWorkflow', {}, { definition: 'release', input: { branch: 'main' } });
  await does('ListWorkflows');
  const build = { ...workflow, step: 'build' };
  await does('StartWorkflowStep', build, { fence: 1 });
  await does('FailWorkflowStep', build, { fence: 1, error: 'It does not compile.' });
  await eventually(
    'the step is handed out again',
    () => does<{ steps: { attempt: number }[] }>('GetWorkflow', workflow),
    ({ steps: [now] }) => now?.attempt === 2,
  );
  await does('CompleteWorkflowStep', build, { fence: 3, result: { pull_request: 17 } });
  await does('GetWorkflow', workflow);
  await does('CancelWorkflow', workflow, { reason: 'Not now.' });
  await does('RetryWorkflow', workflow);
  const lone = await does<{ workflow_id: string }>('StartWorkflow', {}, { steps: [{ step: 'build', agent: 'bob', action: 'Build it.' }] });
  await does('FailWorkflowStep', { ...lone, step: 'build' }, { fence: 1, error: 'It does not compile.' });
  await eventually(
    'the workflow fails',
    () => does<{ status: string }>('GetWorkflow', lone),
    ({ status }) => status === 'failed',
  );
  await does('RetryWorkflowStep', { ...lone, step: 'build' });
  await does('DeleteWorkflowDefinition', { name: 'release' });
  await does('UpdateProject', {}, { settings: { max_attempts: 1, retry_delay_seconds: 0, loop_limit: 1 } });
  for (const of of ['ReleaseStorm', 'CancelStorm']) {
    let reply_to: string | undefined;
    for (const [sender_id, to] of [
      ['ada', 'bob'],
      ['bob', 'ada'],
      ['ada', 'bob'],
    ] as const)
      ({ message_id: reply_to } = await does<SendAnswer>('SendMessage', {}, { to, sender_id, content: 'Thanks!', reply_to }));
    const storms = await does<Page<{ storm_id: string }>>('ListStorms', {}, undefined, { status: 'open' });
    const storm = { storm_id: storms.items[0]!.storm_id };
    await does('GetStorm', storm);
    await does(of, storm, of === 'ReleaseStorm' ? { message: 'Enough.' } : undefined);
  }

  const budget = { kind: 'agents', id: 'ada' };
  await does('PutBudget', budget, { messages: 1000 });
  await does('PutBudget', budget, { messages: 2000, bytes: 1_000_000, reset: true });
  await does('GetBudget', budget);
  await does('ListBudgets', {}, undefined, { kind: 'agents' });
  await does('DeleteBudget', budget);

  const type = { message_type: 'deploy_request' };
  await does('PutSchema', type, { schema: { type: 'object', required: ['service'] } });
  await does('GetSchema', type);
  await does('ListSchemas');
  await does('DeleteSchema', type);

  await does('PutRoutingRules', {}, { rules: [{ name: 'urgent', when: { words: ['down'] }, priority: 4 }] });
  await does('GetRoutingRules');
  await does('ExplainRouting', {}, { to: 'bob', content: 'It is down.' });

  const token = await does<Token>('CreateToken', {}, { kind: 'agent', agent_id: 'bob', project_id: project });
  await does('ListTokens');
  await does('RevokeToken', { id: token.token_id });
  const link = await does<{ ticket: string }>('CreateSignInTicket');
  await does('GetMe');
  await does('SignIn', {}, { ticket: link.ticket });
  const again = await does<{ ticket: string }>('CreateSignInTicket');
  const signedIn = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket: again.ticket }),
  });
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
  await does('SignOut', {}, undefined, {}, { cookie, authorization: undefined });
  await does('CreateTicket', {}, { path: `/api/v1/sse/project/${project}` });

  await does('DeleteSquadMember', { ...squad, ...bob });
  await does('DeleteSquad', squad);
  await does('DeleteAgent', bob);
  await does('DeleteProject');

  assert.deepEqual(
    document.operations.map(({ operationId }) => operationId).filter((one) => !met.has(one)),
    [],
  );
});
