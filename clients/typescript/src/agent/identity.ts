import { ConfigurationError, ParleyError } from '../errors.ts';
import { locate } from '../locate.ts';
import { platform, type ServerLocation, type TokenFile } from '../platform/platform.ts';
import { Access } from '../rest/access.ts';
import { Rest } from '../rest/rest.ts';
import type { Agent as AgentInfo, RegisterRequest } from '../types.ts';
import type { AgentOptions } from './options.ts';

/** How join tokens begin. */
const joins = 'parley_join_';

/** The agent's id and its token: given, kept from an earlier run, or obtained by registering. */
export class Identity {
  readonly #options: AgentOptions;
  #location: ServerLocation;
  #file: TokenFile | undefined;
  #agentId = '';
  #token: string | undefined;
  #registered = false;
  #access: Access | undefined;

  private constructor(options: AgentOptions, location: ServerLocation) {
    this.#options = options;
    this.#location = location;
    this.#file = this.#fileNow();
  }

  static async find(options: AgentOptions, signal?: AbortSignal): Promise<Identity> {
    const identity = new Identity(options, locate(options));
    const { tokenIsGiven, token, agentId, url } = identity.#location;
    const kept = identity.#file?.read();
    if (agentId !== undefined && ((tokenIsGiven && !token!.startsWith(joins)) || isPage(options)))
      [identity.#agentId, identity.#token] = [agentId, tokenIsGiven ? token : undefined];
    else if (kept) [identity.#agentId, identity.#token] = [kept.agentId, kept.token];
    else if (agentId === undefined && options.name === undefined)
      throw new ConfigurationError(
        `An agent needs an id or a name: pass one to Agent.connect${platform().findServer ? ', or set PARLEY_AGENT' : ''} (${url}).`,
      );
    else await identity.#register(signal);
    return identity;
  }

  get agentId(): string {
    return this.#agentId;
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** The server, called as the agent. Found again each time, because a server that was found through its folder may listen elsewhere after a restart. */
  access(): Access {
    const now = this.#location.again?.() ?? this.#location;
    if (now !== this.#location) {
      this.#location = now;
      this.#file = this.#fileNow();
      if (this.#token !== undefined && !(now.tokenIsGiven && now.token === this.#token)) this.#file?.write(this.#agentId, this.#token);
      this.#access = undefined;
    }
    return (this.#access ??= new Access(now.url, { token: this.#token, ticket: this.#options.ticket, project: now.project }));
  }

  /** The agent's details from the options. */
  get profile(): RegisterRequest {
    const { name, type, role, specialization, capabilities, metadata } = this.#options;
    return { agent_id: this.#location.agentId, name, type, role, specialization, capabilities, metadata } as RegisterRequest;
  }

  /** Whether the options contain details that the server does not have. */
  differs(known: AgentInfo): boolean {
    const { name, type, role, specialization, capabilities, metadata } = this.#options;
    const differ = (said: unknown, there: unknown) => said !== undefined && said !== there;
    return (
      differ(name, known.name) ||
      differ(type, known.type) ||
      differ(role, known.role) ||
      differ(specialization, known.specialization) ||
      (capabilities !== undefined && [...capabilities].sort().join('\n') !== [...known.capabilities].sort().join('\n')) ||
      (metadata !== undefined && canonical(metadata) !== canonical(known.metadata))
    );
  }

  /** The server refused the token. Registers again, once, if that may help.
   * @returns Whether there is another token to try. */
  async renew(refusal: ParleyError): Promise<boolean> {
    const { agentId, tokenIsGiven, token, joinToken } = this.#location;
    // The operators' inbox is not an agent and cannot be registered.
    if (agentId === 'human') return false;
    // A given token may be an operator's, for an agent that does not exist yet. The token that it obtained for the agent last time was kept.
    const isGiven = tokenIsGiven && token === this.#token;
    const kept = isGiven && refusal.status === 403 ? this.#file?.read() : undefined;
    if (kept) {
      this.#use(kept.agentId, kept.token);
      return true;
    }
    // If a kept token is refused, it was revoked, or it belongs to a server whose data is gone.
    const helps = (isGiven ? [403, 404] : [401, 404]).includes(refusal.status);
    if (this.#registered || !helps || (tokenIsGiven ? token : (joinToken ?? token)) === undefined) return false;
    await this.#register();
    return true;
  }

  async #register(signal?: AbortSignal): Promise<void> {
    const { url, project, tokenIsGiven, token, joinToken, lookedAt } = this.#location;
    const with_ = tokenIsGiven ? token : (joinToken ?? token);
    if (with_ === undefined && !isPage(this.#options)) {
      const places = ['token', ...(this.#file ? ['PARLEY_TOKEN', `'${this.#file.path}'`] : []), ...(lookedAt ? [lookedAt] : [])];
      throw new ConfigurationError(
        `No token for the agent at ${url}: looked at ${places.join(', ')}. Ask the server's operator for one ('parley token create --kind agent').`,
      );
    }
    this.#registered = true;
    const rest = new Rest(() => new Access(url, { token: with_, project }));
    let agent: AgentInfo;
    try {
      agent = await rest.post('/agents/register', { body: this.profile, signal });
    } catch (taken) {
      if (!(taken instanceof ParleyError) || taken.status !== 409) throw taken;
      throw new ParleyError({ ...taken.problem, detail: `${taken.detail} ${this.#remedy()}` }, taken);
    }
    if (!agent.token)
      throw new ParleyError({
        code: 'conflict',
        status: 409,
        title: 'The agent exists.',
        detail: `The agent '${agent.agent_id}' already exists. ${this.#remedy()}`,
      });
    this.#use(agent.agent_id, agent.token);
    this.#file?.write(agent.agent_id, agent.token);
  }

  #use(agentId: string, token: string): void {
    this.#agentId = agentId;
    this.#token = token;
    this.#access = undefined;
  }

  #fileNow(): TokenFile | undefined {
    const called = this.#location.agentId ?? this.#options.name ?? this.#agentId;
    return called ? platform().tokenFile?.(this.#location, called, this.#options.configFolder) : undefined;
  }

  #remedy(): string {
    const kept = this.#file ? `Its token is not kept in '${this.#file.path}'. ` : '';
    return `${kept}Pass the agent's own token (an operator makes one with 'parley token create --kind agent'), or choose another id.`;
  }
}

/** Whether the page's session or its tickets authenticate, and no token. */
function isPage(options: AgentOptions): boolean {
  return options.ticket !== undefined || (!platform().findServer && options.token === undefined);
}

function canonical(json: unknown): string {
  return JSON.stringify(json, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
