// Parley for OpenCode: puts the messages that wait for an agent before its model, and wakes it when it is idle. README.md says how to use it.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

/** How long OpenCode waits for Parley. Without an answer, it goes on as if there were no plugin. */
const patience = 2_000;
const wakeWait = 30_000;
/** How the text of a wake begins, but no text that has mail. */
const wakeStart = 'Parley: ';
const longestPause = 60_000;

export const Parley = async ({ client, directory, worktree }) => {
  const parley = new Server(directory, worktree);
  const sessions = new Map();
  const pending = new Set();
  let current = null;
  let isOver = false;

  const warn = (message) => client.app.log({ body: { service: 'parley', level: 'warn', message } }).catch(() => {});

  /** Tells Parley what happened. Answers what it wants, or nothing. */
  const tell = (name, session, more = {}) => {
    const told = parley.hook({ hook_event_name: name, session_id: session.id, cwd: directory, ...more }).catch((fault) => {
      warn(`Parley did not answer at ${name}: ${fault.message}`);
      return {};
    });
    pending.add(told);
    return told.finally(() => pending.delete(told));
  };

  /** What is known of a session; null for one of a subagent, which has no mailbox. */
  const own = async (id) => {
    if (!sessions.has(id)) {
      // One that was resumed, and so was not created while this plugin looked.
      const { data } = await client.session.get({ path: { id } }).catch(() => ({}));
      remember(id, data?.parentID);
    }
    return sessions.get(id);
  };

  const remember = (id, parent) => {
    if (!sessions.has(id)) sessions.set(id, parent ? null : { id, isInTurn: false, says: null, entering: Promise.resolve() });
  };

  /** Begins a turn with a text of Parley's own. */
  const prompt = async (session, text) => {
    session.says = text;
    await client.session.promptAsync({ path: { id: session.id }, body: { parts: [{ type: 'text', text }] }, throwOnError: true });
  };

  const ended = async (session) => {
    // The event comes after a failure too, even twice, and would count as proof that the model answered.
    if (!session.isInTurn) return;
    session.isInTurn = false;
    const { text } = await tell('session.idle', session);
    if (text && !isOver) await prompt(session, text);
  };

  const failed = async (session) => {
    session.isInTurn = false;
    await tell('session.error', session);
  };

  /** A prompt comes. */
  const enter = async (session, message, parts) => {
    const asked = parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    const isOurs = session.says === asked;
    if (isOurs) session.says = null;
    const isInTurn = session.isInTurn;
    session.isInTurn = true;
    // Mail that begins a turn is there already, and a prompt in the middle of a turn begins none.
    if ((isOurs && !asked.startsWith(wakeStart)) || isInTurn) return;
    // The session that was spoken to last is the agent's, also when it is an earlier one again.
    if (current !== session) {
      if (current === null) void wakes();
      current = session;
      await tell('session.created', session);
    }
    const { text, block } = await tell('chat.message', session, { prompt: asked });
    if (block) {
      session.isInTurn = false;
      throw new Error(block);
    }
    if (text) parts.push({ id: partAfter(parts), sessionID: session.id, messageID: message.id, type: 'text', text, synthetic: true });
  };

  const wakes = async () => {
    for (let pause = 1_000; !isOver;) {
      try {
        const wake = await parley.nextWake();
        pause = 1_000;
        if (wake && !isOver) await answer(wake);
      } catch (fault) {
        if (isOver) return;
        if (pause === 1_000) warn(`Parley cannot wake this session now: ${fault.message}`);
        await new Promise((resolve) => setTimeout(resolve, pause).unref?.());
        pause = Math.min(pause * 2, longestPause);
      }
    }
  };

  const answer = async (wake) => {
    const session = sessions.get(wake.session_id) ?? current;
    if (!session) return parley.woken(wake, 'failed', 'no session has begun');
    try {
      await prompt(session, wake.text);
    } catch (fault) {
      return parley.woken(wake, 'failed', String(fault?.message ?? fault).slice(0, 200));
    }
    await parley.woken(wake, 'submitted');
  };

  const events = {
    'session.created': ({ info }) => remember(info.id, info.parentID),
    'session.idle': async ({ sessionID }) => {
      const session = await own(sessionID);
      if (session) await ended(session);
    },
    'session.error': async ({ sessionID }) => {
      const session = sessionID && (await own(sessionID));
      if (session) await failed(session);
    },
    'permission.asked': async ({ sessionID }) => {
      const session = await own(sessionID);
      if (session) await tell('permission.asked', session);
    },
    'session.deleted': async ({ info }) => {
      const session = sessions.get(info.id);
      sessions.delete(info.id);
      if (session) await tell('session.deleted', session);
    },
  };

  return {
    event: async ({ event }) => {
      try {
        await events[event.type]?.(event.properties);
      } catch (fault) {
        warn(`At ${event.type}: ${fault.message}`);
      }
    },

    'chat.message': async ({ sessionID }, { message, parts }) => {
      const session = await own(sessionID);
      if (!session) return;
      // One after the other: whether the second begins a turn depends on whether the first did.
      const entered = session.entering.then(() => enter(session, message, parts));
      session.entering = entered.catch(() => {});
      await entered;
    },

    'tool.execute.before': async ({ sessionID, tool }) => {
      const session = await own(sessionID);
      if (session) await tell('tool.execute.before', session, { tool_name: tool });
    },

    'tool.execute.after': async ({ sessionID, tool }, output) => {
      const session = await own(sessionID);
      if (!session) return;
      const { text } = await tell('tool.execute.after', session, { tool_name: tool });
      if (text) output.output = `${output.output ?? ''}\n\n${text}`;
    },

    dispose: async () => {
      isOver = true;
      parley.stop();
      await Promise.all(pending);
      // What no model will read any more goes back to the mailbox.
      if (current) await tell('session.deleted', current);
    },
  };
};

/** An id that sorts after those of the other parts, since OpenCode orders them by it. */
function partAfter(parts) {
  const last =
    parts
      .map((part) => part.id ?? '')
      .sort()
      .at(-1) || 'prt_';
  return `${last}p`;
}

/** The Parley server, found as its other clients find it. */
class Server {
  #agent;
  #directory;
  #stop = new AbortController();

  constructor(directory, worktree) {
    this.#directory = directory;
    const folder = basename(worktree && worktree !== '/' ? worktree : directory);
    const name = `${folder}-opencode`.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '');
    this.#agent = set('PARLEY_AGENT') ?? (set('PARLEY_TOKEN') ? undefined : name);
  }

  async hook(body) {
    const late = AbortSignal.timeout(patience);
    const query = this.#agent ? `?agent_id=${encodeURIComponent(this.#agent)}` : '';
    const path = `hooks/opencode${query}`;
    const first = await this.#post(path, body, late);
    if (first.status !== 404 || !this.#agent || !/agent/i.test((await first.clone().json()).detail ?? '')) return await read(first);
    const metadata = { harness: 'opencode', cwd: this.#directory };
    await read(await this.#post('agents/register', { agent_id: this.#agent, name: this.#agent, metadata }, late));
    return await read(await this.#post(path, body, late));
  }

  async nextWake() {
    const body = { ...(this.#agent ? { agents: [this.#agent] } : {}), way: 'plugin', wait_ms: wakeWait };
    const { wake } = await read(
      await this.#post('wakes/next', body, AbortSignal.any([AbortSignal.timeout(wakeWait + 10_000), this.#stop.signal])),
    );
    return wake;
  }

  async woken(wake, outcome, detail) {
    await read(await this.#post(`wakes/${wake.wake_id}`, { outcome, ...(detail ? { detail } : {}) }, AbortSignal.timeout(patience)));
  }

  stop() {
    this.#stop.abort();
  }

  async #post(path, body, signal) {
    const { url, token, project } = locate();
    const address = new URL(`${url}/api/v1/${path}`);
    if (project) address.searchParams.set('project_id', project);
    return await fetch(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  }
}

async function read(answer) {
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail ?? `the server answered ${answer.status}`);
  return body;
}

/** Where the server is, looked up each time: one that was found through its folder may listen elsewhere after a restart. */
function locate() {
  const folder = set('PARLEY_DATA') ?? join(set('XDG_DATA_HOME') ?? join(homedir(), '.local/share'), 'parley');
  const local = line(join(folder, 'server.url'));
  const named = set('PARLEY_URL');
  const url = (named ?? local)?.replace(/\/+$/, '');
  if (!url) throw new Error(`no server found: set PARLEY_URL, or start one with 'parley serve'`);
  // The token of the folder is for the server of the folder, and for no other.
  const given = set('PARLEY_TOKEN');
  const token = given ?? (named === undefined || url === local?.replace(/\/+$/, '') ? line(join(folder, 'admin.token')) : undefined);
  if (!token) throw new Error(`no token for ${url}: set PARLEY_TOKEN`);
  return { url, token, project: set('PARLEY_PROJECT') ?? (given ? undefined : 'default') };
}

const set = (name) => process.env[name]?.trim() || undefined;

function line(path) {
  try {
    return readFileSync(path, 'utf8').split('\n')[0].trim() || undefined;
  } catch {
    return undefined;
  }
}
