// Made by scripts/generate.ts from the server's OpenAPI document.
export interface paths {
    "/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tokens, without their secrets, newest first.
         * @description Who may: admin, operator, observer.
         */
        get: operations["ListTokens"];
        put?: never;
        /**
         * Create a token. Its secret is shown only this once.
         * @description Who may: admin.
         */
        post: operations["CreateToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token, and close every stream and socket it opened.
         * @description Who may: admin.
         */
        delete: operations["RevokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket that opens one stream or socket within 30 s. A ticket for a socket works once; a ticket for a stream works again until five minutes after the stream was last open.
         * @description Who may: admin, operator, agent, observer.
         */
        post: operations["CreateTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the projects that the token can access, newest first.
         * @description Who may: admin, operator, observer.
         */
        get: operations["ListProjects"];
        put?: never;
        /**
         * Create a project.
         * @description Who may: admin.
         */
        post: operations["CreateProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a project and its own settings.
         * @description Who may: admin, operator, observer.
         */
        get: operations["GetProject"];
        /**
         * Rename a project, or replace its own settings.
         * @description Who may: admin.
         */
        put: operations["UpdateProject"];
        post?: never;
        /**
         * Delete a project and everything in it. Its tokens are revoked.
         * @description Who may: admin.
         */
        delete: operations["DeleteProject"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a project: deliveries to all its agents wait, and the server assigns no tasks.
         * @description Who may: admin, operator.
         */
        post: operations["PauseProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a paused project.
         * @description Who may: admin, operator.
         */
        post: operations["ResumeProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register an agent. Only the first answer has its token.
         * @description Who may: admin, operator; agent, join: the token's own agent; with a join token, agents that do not exist yet.
         */
        post: operations["RegisterAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find agents, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/online": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the agents that are not offline, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListOnlineAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an agent.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetAgent"];
        /**
         * Change an agent's details. Absent fields do not change.
         * @description Who may: admin, operator; agent: itself.
         *
         *     Over a WebSocket: `agent:register`.
         */
        put: operations["UpdateAgent"];
        post?: never;
        /**
         * Delete an agent. Its deliveries are withdrawn, and its tokens are revoked. The messages it sent stay.
         * @description Who may: admin, operator; agent: itself.
         */
        delete: operations["DeleteAgent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set an agent's status and activity, and a note about them.
         * @description Who may: admin, operator; agent: itself.
         *
         *     Over a WebSocket: `agent:status`.
         */
        put: operations["SetAgentStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a heartbeat for an agent without a connection.
         * @description Who may: admin, operator; agent: itself.
         *
         *     Over a WebSocket: `agent:heartbeat`.
         */
        post: operations["SendHeartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the topics that an agent is subscribed to.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetSubscriptions"];
        /**
         * Set the topics that an agent is subscribed to, replacing the previous ones.
         * @description Who may: admin, operator; agent: itself.
         */
        put: operations["SetSubscriptions"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause an agent: its deliveries wait, and the server assigns it no tasks.
         * @description Who may: admin, operator.
         */
        post: operations["PauseAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a paused agent's deliveries.
         * @description Who may: admin, operator.
         */
        post: operations["ResumeAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace all of an agent's tokens with a new one, which is shown only this once.
         * @description Who may: admin, operator; agent: itself.
         */
        post: operations["RotateAgentToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/squads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the squads, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListSquads"];
        put?: never;
        /**
         * Create a squad of agents.
         * @description Who may: admin, operator.
         */
        post: operations["CreateSquad"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/squads/{squad_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a squad and its members.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetSquad"];
        /**
         * Rename a squad, or replace its members.
         * @description Who may: admin, operator.
         */
        put: operations["UpdateSquad"];
        post?: never;
        /**
         * Delete a squad. Its members stay.
         * @description Who may: admin, operator.
         */
        delete: operations["DeleteSquad"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/squads/{squad_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a squad: deliveries to its members wait, and the server assigns them no tasks.
         * @description Who may: admin, operator.
         */
        post: operations["PauseSquad"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/squads/{squad_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a paused squad.
         * @description Who may: admin, operator.
         */
        post: operations["ResumeSquad"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/squads/{squad_id}/members/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Add a member, or change its role in the squad.
         * @description Who may: admin, operator.
         */
        put: operations["PutSquadMember"];
        post?: never;
        /**
         * Remove a member from a squad.
         * @description Who may: admin, operator.
         */
        delete: operations["DeleteSquadMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schemas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the schemas of message types, newest first; with `builtin=true`, the built-in schemas, enabled or not.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListSchemas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/schemas/{message_type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the schema of a message type.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetSchema"];
        /**
         * Register or replace the schema of a message type, or enable the built-in one.
         * @description Who may: admin.
         */
        put: operations["PutSchema"];
        post?: never;
        /**
         * Delete the schema of a message type. Its payloads are no longer checked.
         * @description Who may: admin.
         */
        delete: operations["DeleteSchema"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the messages that you may read, newest first.
         * @description Who may: admin, operator, observer; agent: messages that it sent or received.
         */
        get: operations["ListMessages"];
        put?: never;
        /**
         * Send a message to its recipients' mailboxes.
         * @description 201 means that the message is on disk. If an earlier send with the same key stored it, `duplicate` is true. `deliveries` says what each recipient is doing and what will happen next.
         *
         *     Who may: admin; operator, agent: messages sent as itself.
         *
         *     Over a WebSocket: `message:send`, `message:reply`.
         */
        post: operations["SendMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what a send would do, without sending anything.
         * @description The body is that of a send. The answer says where the message would go after the routing rules, and what would happen to each delivery as things are now; a send that would be refused is refused here in the same way. Nothing is stored, nobody is notified, and `idempotency_key` is not used, but it counts against the rate limit.
         *
         *     Who may: admin; operator, agent: messages sent as itself.
         */
        post: operations["PreviewMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send up to 1,000 messages, each with its own result.
         * @description Each item has its own status: if one is refused, the others are still sent. Give each item an `idempotency_key`, so that you can retry it.
         *
         *     Who may: admin; operator, agent: messages sent as itself.
         */
        post: operations["SendBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/broadcast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send to everybody else in the project, or to some of them.
         * @description Without `capability`, `role`, `type`, `squad`, and `status`, it goes to everybody else; with them, to everybody who matches all of them.
         *
         *     Who may: admin; operator, agent: messages sent as itself.
         */
        post: operations["Broadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message and wait for its first reply.
         * @description If there is no reply in time, the answer is 504. The request stays in the recipient's mailbox, and a late reply arrives as an ordinary message.
         *
         *     Who may: admin; operator, agent: messages sent as itself.
         *
         *     Over a WebSocket: `request:send`.
         */
        post: operations["SendRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/recent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the newest messages that you may read.
         * @description Who may: admin, operator, observer; agent: messages that it sent or received.
         */
        get: operations["RecentMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/task/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a task's messages, newest first.
         * @description Who may: admin, operator, observer; agent: messages that it sent or received.
         */
        get: operations["TaskMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{message_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a message by its id.
         * @description If you put an agent's id in place of the message's, you get that agent's inbox, as with `GET /agents/{agent_id}/inbox`; use that path instead.
         *
         *     Who may: admin, operator, observer; agent: messages that it sent or received.
         */
        get: operations["GetMessage"];
        put?: never;
        post?: never;
        /**
         * Delete a message's content, and withdraw the deliveries that nobody has taken yet.
         * @description Who may: admin, operator; agent: messages that it sent.
         */
        delete: operations["DeleteMessage"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{message_id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get everything that happened to a message.
         * @description Who may: admin, operator, observer; agent: messages that it sent or received.
         */
        get: operations["TraceMessage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{message_id}/reactions/{emoji}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * React to a message.
         * @description Who may: admin; operator, agent: its own reactions.
         */
        put: operations["AddReaction"];
        post?: never;
        /**
         * Remove a reaction.
         * @description Who may: admin; operator, agent: its own reactions.
         */
        delete: operations["RemoveReaction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/routing/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Explain where a message would go, and why, without sending it.
         * @description The body is that of a send. `sender_id` is the agent that would send it, by default `human`. `problem` says why the addresses would be refused.
         *
         *     Who may: admin, operator, observer.
         */
        post: operations["ExplainRouting"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the waiting messages, without changing anything.
         * @description `wait` keeps the call open until there is a message. This leases nothing; use `claim` to take messages.
         *
         *     Who may: admin, operator, observer; agent: itself.
         */
        get: operations["PeekInbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lease waiting messages. Those that are not settled in time are requeued.
         * @description Each item has a `lease_id`; acknowledge it before `lease_until`, or extend it. Parameters can be in the body or in the query; the body takes precedence.
         *
         *     Who may: admin; operator, agent: itself.
         */
        post: operations["ClaimMessages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/acks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge up to 1,000 deliveries, each with its own result.
         * @description Who may: admin; operator, agent: its own deliveries.
         */
        post: operations["AckMessages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{message_id}/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge a delivery: it is done.
         * @description Who may: admin; operator, agent: its own deliveries.
         *
         *     Over a WebSocket: `message:ack`.
         */
        post: operations["AckMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{message_id}/nack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a delivery back: it is requeued, or dead after its last attempt.
         * @description Who may: admin; operator, agent: its own deliveries.
         *
         *     Over a WebSocket: `message:nack`.
         */
        post: operations["NackMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{message_id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Extend a delivery's lease.
         * @description Who may: admin; operator, agent: its own deliveries.
         *
         *     Over a WebSocket: `message:extend`.
         */
        post: operations["ExtendLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{message_id}/surfaced": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report that the model has seen the message.
         * @description Who may: admin; operator, agent: its own deliveries.
         *
         *     Over a WebSocket: `message:surfaced`.
         */
        post: operations["SurfaceMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the conversations that you may read, most recently active first.
         * @description Who may: admin, operator, observer; agent: conversations in which it takes part.
         */
        get: operations["ListThreads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads/{thread_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a conversation: its messages in order, and its participants.
         * @description Who may: admin, operator, observer; agent: conversations in which it takes part.
         */
        get: operations["GetThread"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads/{thread_id}/digest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a conversation in short: open and settled requests, and the newest message.
         * @description Made without a model, from what the messages say of themselves: their intents, replies, and outcomes. `text` says the same in words. If the project has a `summary_url`, `summary` is what the model there makes of it.
         *
         *     Who may: admin, operator, observer; agent: conversations in which it takes part.
         */
        get: operations["GetThreadDigest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads/{thread_id}/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what is newer than what you have read, and what has been superseded.
         * @description Who may: admin, operator, observer; agent: conversations in which it takes part.
         */
        get: operations["GetThreadCurrent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the deliveries that ran out of attempts, newest first.
         * @description Who may: admin, operator, observer; agent: its own dead letters.
         */
        get: operations["ListDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a dead letter, with its attempts and whether its reader answers now.
         * @description Who may: admin, operator, observer; agent: its own dead letters.
         */
        get: operations["GetDeadLetter"];
        put?: never;
        post?: never;
        /**
         * Purge a dead letter.
         * @description Who may: admin, operator.
         */
        delete: operations["PurgeDeadLetter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the dead letters by agent and by how they died, the largest group first; at most 500 groups.
         * @description Who may: admin, operator, observer; agent: its own dead letters.
         */
        get: operations["ListDeadLetterGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/requeue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Requeue all matching dead letters.
         * @description Who may: admin, operator.
         */
        post: operations["RequeueDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Purge all matching dead letters.
         * @description Who may: admin, operator.
         */
        post: operations["PurgeDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/{delivery_id}/requeue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Requeue a dead letter.
         * @description Who may: admin, operator.
         */
        post: operations["RequeueDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/{delivery_id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the message of a dead letter anew, perhaps changed, and take the dead letter off the pile.
         * @description The new message goes to the same agent and into the same thread, unless the body says otherwise. It comes from you, and it is not a reply, even if the first one was. The message is stored and the dead letter removed in one step: if the send is refused, the dead letter stays.
         *
         *     Who may: admin, operator.
         */
        post: operations["ResendDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/routing/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the project's routing rules, in order.
         * @description Who may: admin, operator, observer.
         */
        get: operations["GetRoutingRules"];
        /**
         * Replace the project's routing rules. They apply to messages that are sent from now on.
         * @description All rules are checked, and all errors are reported, before any rule is stored.
         *
         *     Who may: admin.
         */
        put: operations["PutRoutingRules"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tasks, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListTasks"];
        put?: never;
        /**
         * Create a task.
         * @description With `auto_assign`, the server assigns it to the most suitable agent, at once or when one comes online, and reassigns it when that agent loses it.
         *
         *     Who may: admin, operator, agent.
         *
         *     Over a WebSocket: `task:create`.
         */
        post: operations["CreateTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/pending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tasks that no agent has yet, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListPendingTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/overdue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tasks that have not ended although their due date has passed, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListOverdueTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/agent/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tasks that an agent has or had, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListAgentTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a task, with what you can do with it now.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetTask"];
        /**
         * Change a task. Absent fields do not change. A `status` makes the transition to that status.
         * @description Who may: admin, operator, agent.
         *
         *     Over a WebSocket: `task:update`.
         */
        put: operations["UpdateTask"];
        post?: never;
        /**
         * Delete a task. The agent that has it loses it.
         * @description Who may: admin, operator, agent.
         */
        delete: operations["DeleteTask"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Assign a task to an agent, or to one that the server chooses.
         * @description The agent gets a message of type `task_assignment`, whose payload has the task, its fence, and its lease.
         *
         *     Who may: admin, operator, agent.
         *
         *     Over a WebSocket: `task:assign`.
         */
        post: operations["AssignTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/unassign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a task back from the agent that has it.
         * @description Who may: admin, operator, agent.
         */
        post: operations["UnassignTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept a task that was assigned to the agent.
         * @description Who may: admin, operator; agent: the tasks that it has.
         */
        post: operations["AcceptTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a task back. The server does not assign it to this agent again.
         * @description Who may: admin, operator; agent: the tasks that it has.
         */
        post: operations["RejectTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report that the agent started work on the task.
         * @description Who may: admin, operator; agent: the tasks that it has.
         */
        post: operations["StartTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Extend the lease.
         * @description Who may: admin, operator; agent: the tasks that it has.
         */
        post: operations["ExtendTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a task with its result.
         * @description Who may: admin, operator; agent: the tasks that it has.
         *
         *     Over a WebSocket: `task:complete`.
         */
        post: operations["CompleteTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a task with an error.
         * @description Who may: admin, operator; agent: the tasks that it has.
         */
        post: operations["FailTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a task's assignments, oldest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListAssignments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/questions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the questions, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListQuestions"];
        put?: never;
        /**
         * Ask a person.
         * @description The person gets a message of type `question`, and a reminder at each quarter of the time until the deadline. While the question is open, the agent's activity is `blocked_on_human`. The answer is a message of type `answer` to the agent.
         *
         *     Who may: admin, operator; agent: the questions that it asks.
         *
         *     Over a WebSocket: `question:ask`.
         */
        post: operations["AskQuestion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/questions/{question_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a question.
         * @description Its number may stand for its id, here and in the other paths. `wait` keeps the call open until the question is no longer open.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["GetQuestion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/questions/{question_id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a question.
         * @description With options, the answer must be the value or the label of one, or its number, counted from 1. Only the first answer counts; a later one is refused, and told who answered and when.
         *
         *     Who may: admin, operator; agent: the questions that name it in `escalation`.
         *
         *     Over a WebSocket: `question:answer`.
         */
        post: operations["AnswerQuestion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/questions/{question_id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw a question: its answer is no longer needed. May be repeated.
         * @description Who may: admin, operator; agent: the questions that it asked.
         *
         *     Over a WebSocket: `question:withdraw`.
         */
        post: operations["WithdrawQuestion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reservations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the reservations, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListReservations"];
        put?: never;
        /**
         * Reserve paths: all of them or none.
         * @description A clash with what another agent holds, or has waited for longer, is refused, and the answer says who holds what until when. With `wait`, the reservation waits for its turn instead, and the agent then gets a message of type `reservation_granted`. A holder is told once of each agent that wants something it holds, by a message of type `reservation_wanted`.
         *
         *     Who may: admin, operator; agent: the reservations that it has.
         *
         *     Over a WebSocket: `reservation:create`.
         */
        post: operations["CreateReservation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reservations/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find the active, exclusive reservations of other agents that cover any of these files.
         * @description Who may: admin, operator, agent, observer.
         */
        post: operations["CheckReservations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reservations/{reservation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a reservation.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetReservation"];
        put?: never;
        post?: never;
        /**
         * Release a reservation, or give up waiting. May be repeated.
         * @description Who may: admin, operator; agent: the reservations that it has.
         *
         *     Over a WebSocket: `reservation:release`.
         */
        delete: operations["ReleaseReservation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reservations/{reservation_id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold a reservation for longer.
         * @description Who may: admin, operator; agent: the reservations that it has.
         *
         *     Over a WebSocket: `reservation:renew`.
         */
        post: operations["RenewReservation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/storms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the storms, newest first.
         * @description Who may: admin, operator, observer.
         */
        get: operations["ListStorms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/storms/{storm_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a storm, with what its messages say.
         * @description Who may: admin, operator, observer.
         */
        get: operations["GetStorm"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/storms/{storm_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release a storm: the held replies are delivered.
         * @description Their hops start again from 0, and their time to live goes on from where it stood when they were held. With `message`, the agents of the storm first get that message, in the storm's thread. May be repeated.
         *
         *     Who may: admin, operator.
         */
        post: operations["ReleaseStorm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/storms/{storm_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a storm: the held replies are withdrawn.
         * @description Their senders get a message of type `storm_cancelled`. May be repeated.
         *
         *     Who may: admin, operator.
         */
        post: operations["CancelStorm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the message budgets, newest first, with what is spent and left.
         * @description Agents see those of threads only if they may read the thread, so a page may have fewer than `limit`.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["ListBudgets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/budgets/{kind}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the message budget of an agent, a thread, or an execution, with what is spent and left.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetBudget"];
        /**
         * Set or change the message budget of an agent, a thread, or an execution.
         * @description `kind` is `agents`, `threads`, or `executions`. Messages count from when the budget is set for the first time. A change leaves what was spent as it is; with `reset`, counting starts again at 0.
         *
         *     Who may: admin, operator.
         */
        put: operations["PutBudget"];
        post?: never;
        /**
         * Remove a message budget, and forget what was spent.
         * @description Who may: admin, operator.
         */
        delete: operations["DeleteBudget"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the executions, newest first, without their log lines.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListExecutions"];
        put?: never;
        /**
         * Start an execution: one run of a piece of work.
         * @description Who may: admin, operator; agent: the executions that it started and those of its squads.
         */
        post: operations["CreateExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an execution with its newest log lines.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetExecution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update an execution's status, progress, or phase. Absent fields do not change. The answer leaves out the log lines.
         * @description Who may: admin, operator; agent: the executions that it started and those of its squads.
         */
        patch: operations["UpdateExecution"];
        trace?: never;
    };
    "/executions/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a line to an execution's log.
         * @description Who may: admin, operator; agent: the executions that it started and those of its squads.
         */
        post: operations["AddExecutionLog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an execution with its result.
         * @description Who may: admin, operator; agent: the executions that it started and those of its squads.
         */
        post: operations["CompleteExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an execution that failed, with its error.
         * @description Who may: admin, operator; agent: the executions that it started and those of its squads.
         */
        post: operations["FailExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an execution that is no longer wanted.
         * @description Who may: admin, operator; agent: the executions that it started and those of its squads.
         */
        post: operations["CancelExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the workflows, newest first, without their steps.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListWorkflows"];
        put?: never;
        /**
         * Start a workflow.
         * @description The body may also be YAML (`Content-Type: application/yaml`). The workflow is checked as a whole: a refusal names everything that is wrong, with its place. An agent gets each of its steps as a message of type `workflow_step`, and ends it by a reply with an `outcome`. Whoever started the workflow gets a message of type `workflow_completion`.
         *
         *     Who may: admin, operator, agent.
         */
        post: operations["StartWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a workflow without starting it.
         * @description The answer names everything that is wrong, with its place. The body may also be YAML (`Content-Type: application/yaml`).
         *
         *     Who may: admin, operator, agent, observer.
         */
        post: operations["ValidateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a workflow with its steps.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetWorkflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a workflow and all of its steps that have not ended. May be repeated.
         * @description Who may: admin, operator, agent.
         */
        post: operations["CancelWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a workflow that failed or was cancelled again, from the steps that did not complete.
         * @description The workflow keeps its id, and its steps keep counting their attempts and fences. The run is a new execution.
         *
         *     Who may: admin, operator, agent.
         */
        post: operations["RetryWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}/steps/{step}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a step that failed, and go on with what waits for it.
         * @description If the workflow has ended, it runs again with a new execution, and the steps that were cancelled with it go on too. Steps that completed keep their results.
         *
         *     Who may: admin, operator, agent.
         */
        post: operations["RetryWorkflowStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}/steps/{step}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report that work on a step has begun.
         * @description Who may: admin, operator; agent: the steps that it has.
         */
        post: operations["StartWorkflowStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}/steps/{step}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a step with its result. May be repeated with the same fence.
         * @description Who may: admin, operator; agent: the steps that it has.
         */
        post: operations["CompleteWorkflowStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}/steps/{step}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an attempt at a step with an error. If retries are left, the step is handed out again.
         * @description Who may: admin, operator; agent: the steps that it has.
         */
        post: operations["FailWorkflowStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the definitions by name, each in its newest revision.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ListWorkflowDefinitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/definitions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a workflow definition.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetWorkflowDefinition"];
        /**
         * Create a workflow definition, or add a revision to it.
         * @description Workflows that are running keep the steps that they were started with. The body may also be YAML (`Content-Type: application/yaml`).
         *
         *     Who may: admin, operator, agent.
         */
        put: operations["PutWorkflowDefinition"];
        post?: never;
        /**
         * Delete a workflow definition with all of its revisions. Workflows started from it go on.
         * @description Who may: admin, operator, agent.
         */
        delete: operations["DeleteWorkflowDefinition"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/memory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the entries: sorted by key if a prefix is given, otherwise newest first.
         * @description With a `delimiter`, only one level of the keys: the entries whose keys do not have it after the prefix, and `prefixes`, what the other keys begin with, up to and including the delimiter, each with how many there are. Both are in one order, and `limit` is for both together.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["ListMemory"];
        put?: never;
        /**
         * Store a value under a key.
         * @description An existing entry keeps its `access_control` unless you send a new one. It keeps its `ttl_seconds` only if you send it again.
         *
         *     Who may: admin, operator, agent.
         *
         *     Over a WebSocket: `memory:set`.
         */
        post: operations["SetMemory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/memory/key/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the entry under a key.
         * @description Who may: admin, operator, agent, observer.
         *
         *     Over a WebSocket: `memory:get`.
         */
        get: operations["GetMemory"];
        /**
         * Store a value under the key in the path.
         * @description Who may: admin, operator, agent.
         */
        put: operations["PutMemory"];
        post?: never;
        /**
         * Delete the entry under a key.
         * @description Who may: admin, operator, agent.
         *
         *     Over a WebSocket: `memory:delete`.
         */
        delete: operations["DeleteMemory"];
        options?: never;
        head?: never;
        /**
         * Change part of the value under a key, or add to a number. The change is atomic, so no other change is lost.
         * @description With `Content-Type: application/merge-patch+json`, the body is the merge patch itself (RFC 7396); give the version as `If-Match` or in the query.
         *
         *     Who may: admin, operator, agent.
         *
         *     Over a WebSocket: `memory:patch`.
         */
        patch: operations["PatchMemory"];
        trace?: never;
    };
    "/memory/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the last 20 versions of an entry, newest first.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetMemoryHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/memory/{memory_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an entry by its id.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetMemoryById"];
        /**
         * Store a value in an entry, by its id.
         * @description Who may: admin, operator, agent.
         */
        put: operations["PutMemoryById"];
        post?: never;
        /**
         * Delete an entry by its id.
         * @description Who may: admin, operator, agent.
         */
        delete: operations["DeleteMemoryById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List past events, newest first.
         * @description A page may have fewer items than `limit` even if it is not the last one: keep reading until `next` is null. With `Accept: application/cloudevents-batch+json`, the answer is a batch of CloudEvents, and the `Link` header has the next page.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["ListEvents"];
        put?: never;
        /**
         * Publish an event.
         * @description Also takes CloudEvents 1.0: one in structured mode (`application/cloudevents+json`) or in binary mode (headers `ce-*`), or many as a batch (`application/cloudevents-batch+json`). Of a batch, all events are published or none; the answer is `{items}`.
         *
         *     Who may: admin, operator, agent.
         *
         *     Over a WebSocket: `event:publish`.
         */
        post: operations["PublishEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/{event_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an event.
         * @description With `Accept: application/cloudevents+json` or `mode=structured` the answer is a CloudEvent as JSON. With `mode=binary`, its attributes are `ce-*` headers, and the body is its data, with its own content type.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["GetEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the webhooks and the state of their deliveries, newest first.
         * @description Who may: admin, operator, observer.
         */
        get: operations["ListWebhooks"];
        put?: never;
        /**
         * Create a webhook: from now on, the project's events are posted to its URL.
         * @description Without `secret`, the server makes one, which only this answer shows.
         *
         *     Who may: admin, operator.
         */
        post: operations["CreateWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook and the state of its deliveries.
         * @description Who may: admin, operator, observer.
         */
        get: operations["GetWebhook"];
        /**
         * Change a webhook's URL, types, and description, and its secret if there is one in the request.
         * @description Its place in the log stays, and so does its status. A delivery that waits to be tried again is tried at once.
         *
         *     Who may: admin, operator.
         */
        put: operations["PutWebhook"];
        post?: never;
        /**
         * Delete a webhook.
         * @description Who may: admin, operator.
         */
        delete: operations["DeleteWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a webhook that is paused or ended. It continues from where it stopped.
         * @description Who may: admin, operator.
         */
        post: operations["ResumeWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/inbound": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the inbound hooks, newest first, without their secrets.
         * @description Who may: admin, operator, observer.
         */
        get: operations["ListInboundHooks"];
        put?: never;
        /**
         * Create an address that outside systems can post messages to.
         * @description If `secret` is omitted, the server creates one. Only this answer shows it.
         *
         *     Who may: admin, operator.
         */
        post: operations["CreateInboundHook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/inbound/{hook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an inbound hook, without its secret.
         * @description Who may: admin, operator, observer.
         */
        get: operations["GetInboundHook"];
        /**
         * Replace an inbound hook's settings. If `secret` is omitted, it stays the same.
         * @description Who may: admin, operator.
         */
        put: operations["UpdateInboundHook"];
        /**
         * Post a message to an inbound hook, without a token.
         * @description Signed with the hook's secret: `X-Parley-Signature: sha256=HEX` is the HMAC-SHA256 of `X-Parley-Timestamp` (Unix seconds, within five minutes), a dot, and the body; or `X-Hub-Signature-256` that of the body alone. Otherwise the answer is 401, even if there is no such hook. JSON becomes the `payload`, any other text the `content`. `X-Parley-Delivery`, `X-GitHub-Delivery`, or `Idempotency-Key` identifies the delivery: if it is sent again within 24 hours, the answer has the same message.
         *
         *     Needs no token.
         */
        post: operations["DeliverInbound"];
        /**
         * Delete an inbound hook. Its messages stay.
         * @description Who may: admin, operator.
         */
        delete: operations["DeleteInboundHook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wakes/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Wait until an idle agent is to be woken.
         * @description For programs that can make an agent take a turn. An agent has one wake at a time, which the best way there is gets. It is over when the agent takes a turn, or after 2 minutes.
         *
         *     Who may: admin; operator, agent: itself.
         */
        post: operations["GetNextWake"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wakes/{wake_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how a wake went.
         * @description After `failed`, another way may try at once, and this one after half a minute. May be repeated.
         *
         *     Who may: admin; operator, agent: itself.
         */
        post: operations["ReportWake"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{harness}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Parley what happens in an agent's harness, and get what its model should read now.
         * @description The body and the answer are the harness's own JSON, so this is the address of an HTTP hook. Messages in the answer are leased. Once a later event proves that the model has read them, they are surfaced and acknowledged; otherwise, they are given again.
         *
         *     Who may: admin; operator, agent: its own mailbox.
         */
        post: operations["CallHook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agent_id}/catch-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what an agent needs to go on after a restart: who it is, what it has, and what waits for it.
         * @description The answer as JSON has at most `budget_tokens` times four characters. Texts are shortened first, then items are left out; `left_out` counts them. Changes nothing.
         *
         *     Who may: admin, operator, observer; agent: itself.
         */
        get: operations["CatchUp"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/attention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what waits for people, and what is stuck, the most urgent first.
         * @description `checks` says how many of each kind were looked at, so an empty list means that all is well. At most 200 of a kind are looked at.
         *
         *     Who may: admin, operator, observer.
         */
        get: operations["GetAttention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/attention/{attention_id}/snooze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Hide an item until a time.
         * @description The snooze ends when the trouble ends: if it begins again, it is a new item. May be repeated, also with another time.
         *
         *     Who may: admin, operator.
         */
        put: operations["SnoozeAttention"];
        post?: never;
        /**
         * Show a snoozed item again. May be repeated.
         * @description Who may: admin, operator.
         */
        delete: operations["UnsnoozeAttention"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket that signs a browser in, once, within 10 minutes: open `/sign-in#TICKET`.
         * @description The session has the rights of the token that you make this request with, and ends with it.
         *
         *     Who may: admin, operator, observer.
         */
        post: operations["CreateSignInTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign a browser in with the ticket of a sign-in link. The answer sets the session's cookie.
         * @description A session that the browser already has on this server ends.
         *
         *     Needs no token.
         */
        post: operations["SignIn"];
        /**
         * End the browser's session, and close every stream and socket it opened.
         * @description Who may: admin, operator, agent, join, observer.
         */
        delete: operations["SignOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get who you are, what you may do, and facts about the server.
         * @description Who may: admin, operator, agent, join, observer.
         */
        get: operations["GetMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sse/execution/{execution_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream an execution's messages, status, and completion: history first, then live.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["StreamExecution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sse/project/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream everything in a project that you may read.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["StreamProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sse/agent/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the messages that an agent may read.
         * @description Who may: admin, operator, observer; agent: itself.
         */
        get: operations["StreamAgent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sse/thread/{thread_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream a conversation: history first, then live.
         * @description Who may: admin, operator, observer; agent: conversations in which it takes part.
         */
        get: operations["StreamThread"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sse/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream events that agents or the server publish. `types` may have wildcards, such as `task_*` and `build.>`.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["StreamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a project's statistics.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether the server can serve requests, and get its version.
         * @description Needs no token.
         */
        get: operations["GetHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether the process responds.
         * @description Needs no token.
         */
        get: operations["GetLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether to send requests to this server. It is not ready while it starts or stops, or while the store refuses writes.
         * @description Needs no token.
         */
        get: operations["GetReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count a project's messages by type.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetMessageStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the messages that each agent sent, received, and acknowledged.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetAgentStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/pairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count messages by sender and recipient.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetPairStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count a project's messages over time, in buckets of 1 minute to 1 day.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one figure for how well a project is doing, and what it is made of.
         * @description The score is 0 to 100, the sum of its parts' points. A part has all of its points at 0, none from its limit on.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["GetProjectHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the messages of the newest executions.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["GetExecutionStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/routing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the messages that each routing rule touched, and by which kinds of address recipients were found.
         * @description Who may: admin, operator, observer.
         */
        get: operations["GetRoutingStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get all counts of the last hours in one document.
         * @description Who may: admin, operator, agent, observer.
         */
        get: operations["ExportStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what happened in a project, oldest first, each item as it was then.
         * @description A page may have fewer items than `limit`, even none, if it is not the last one: keep reading until `next` is null. `place` is where a subscription goes on without a gap. A message that was deleted is a tombstone.
         *
         *     Who may: admin, operator, observer; agent: entries that it may read in feeds.
         */
        get: operations["ReadLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/log/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count a project's or an execution's messages, questions, and failures over time.
         * @description Failures are deliveries that died, tasks that failed, and steps of workflows that failed for good. With `execution`, an answer may cover only a part of the log: then `next` is not null. Pass it as `after`, and add up the items with the same `at`. Of an execution, an agent's token counts what it may read.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["GetLogHistogram"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/log/place": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the place in the log at a time.
         * @description The place of the last entry at that time or before. If all entries are later, it is the place before the first one that is kept.
         *
         *     Who may: admin, operator, agent, observer.
         */
        get: operations["GetLogPlace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AckBatchRequest: {
            items: null | components["schemas"]["AckItem"][];
        };
        AckItem: {
            message_id: null | string;
            lease_id?: null | string;
        };
        /** @description Acknowledges a delivery; without a lease, the caller's own, whether queued or leased by it. */
        AckRequest: {
            lease_id?: null | string;
        };
        /** @description Anyone with a mailbox: a model, a script, or a person. */
        Agent: {
            agent_id: string;
            project_id: string;
            name: string;
            /** @description `llm`, `script`, `bot`, `human`, or the owner's own word. */
            type: string;
            role: null | string;
            specialization: null | string;
            capabilities: string[];
            status: components["schemas"]["AgentStatus"];
            activity: components["schemas"]["AgentActivity"];
            /** Format: date-time */
            activity_since: null | string;
            harness: null | components["schemas"]["AgentHarness"];
            wake: null | components["schemas"]["WakeWay"];
            /** @description What the agent says it is doing; null if it does not say. */
            note: null | string;
            /**
             * Format: date-time
             * @description When it first said so.
             */
            note_at: null | string;
            stalled: null | components["schemas"]["AgentStall"];
            /** @description If true, deliveries to the agent wait, and the server assigns it no tasks. Its squad or project may be paused too; this is about the agent alone. */
            paused: boolean;
            pause: null | components["schemas"]["Pause"];
            metadata: unknown;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_seen: null | string;
            mailbox: components["schemas"]["MailboxCounts"];
            last_message?: null | components["schemas"]["LastMessage"];
            /** @description The agent's own token; only in the answer to its first registration. */
            token?: null | string;
        };
        /** @enum {string} */
        AgentActivity: "unknown" | "idle" | "working" | "blocked_on_human" | "blocked";
        /** @description What an agent needs to go on after a restart, or after its context was compacted: who it is, what it has, and what waits for it. It keeps to a budget: texts are shortened first, then items are left out, the least important first. */
        AgentCatchUp: {
            /**
             * Format: int32
             * @description The budget that it keeps to. A token is taken to be four characters.
             */
            budget_tokens: number;
            /**
             * Format: int32
             * @description How many tokens it takes: the characters of its JSON, divided by four.
             */
            tokens: number;
            agent: components["schemas"]["CatchUpAgent"];
            /** @description The tasks that the agent has, the most urgent first. */
            tasks: components["schemas"]["CatchUpTask"][];
            /** @description The steps of workflows that the agent has, the oldest first. */
            steps: components["schemas"]["CatchUpStep"][];
            /** @description The questions to people whose answers the agent waits for, the oldest first. */
            questions: components["schemas"]["CatchUpQuestion"][];
            /** @description Requests that the agent has not answered, the most urgent first. Found among the newest 1,000 messages that it got; those whose time is over are not listed. */
            requests: components["schemas"]["CatchUpRequest"][];
            /** @description The reservations that the agent holds or waits for, the oldest first. */
            reservations: components["schemas"]["CatchUpReservation"][];
            inbox: components["schemas"]["CatchUpInbox"];
            /** @description Conversations that went on since the agent last wrote in them or acknowledged a message, the most recently active first. Found among the newest 1,000 messages to the agent and in its conversations. */
            threads: components["schemas"]["CatchUpThread"][];
            left_out?: null | components["schemas"]["CatchUpLeftOut"];
            /** @description True if the server is still indexing messages, so that requests and conversations may be missing; absent otherwise. */
            index_behind?: boolean;
        };
        /** @description Counts for one agent over a time span. */
        AgentCount: {
            /** @description Null for people and the server itself. */
            agent_id: null | string;
            /** Format: int64 */
            sent: number;
            /** Format: int64 */
            received: number;
            /** Format: int64 */
            acknowledged: number;
            /**
             * Format: double
             * @description The mean time from queued to acknowledged, for deliveries that the agent acknowledged in the time span.
             */
            ack_ms: null | number;
            /**
             * Format: date-time
             * @description When it first sent or acknowledged something in the time span.
             */
            first_at: null | string;
            /**
             * Format: date-time
             * @description When it last sent or acknowledged something in the time span.
             */
            last_at: null | string;
            /** @description How many messages it sent and received in each of 12 equal parts of the time span, oldest first. */
            bars: number[];
        };
        /** @description The program that runs an agent's model, as far as its hooks tell. */
        AgentHarness: {
            /** @description `claude`, `codex`, `copilot`, `gemini`, or `opencode`. */
            name: string;
            /** @description The harness's own id of the session. */
            session_id: string;
        };
        /** @description Silence of an agent that is working. Signs of work are messages it sends, settlements, claims, and reports of its status. */
        AgentStall: {
            /**
             * Format: date-time
             * @description When it last gave a sign.
             */
            since: string;
            /**
             * Format: double
             * @description The median time between its last 51 signs, in seconds; null if it has given only one.
             */
            usual_seconds: null | number;
        };
        AgentStats: {
            /** Format: int32 */
            total?: number;
            /** Format: int32 */
            online?: number;
            /** Format: int32 */
            busy?: number;
        };
        /** @enum {string} */
        AgentStatus: "offline" | "online" | "busy" | "error";
        /** @description A piece of work for one agent: assigned under a lease, and ended only once. */
        AgentTask: {
            task_id: string;
            title: string;
            description: null | string;
            status: components["schemas"]["AgentTaskStatus"];
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            /** @description The agent that created it; null for a person. */
            creator_id: null | string;
            /** @description The agent that has it, or had it when it ended; null while it is pending. */
            agent_id: null | string;
            /** @description The capabilities that an agent must have for the server to choose it. */
            required_capabilities: string[];
            /** @description Any JSON, up to 64 KiB. */
            requirements: unknown;
            /** @description The tasks that must be completed before this one is assigned. */
            depends_on: string[];
            /** @description Those of `depends_on` that are not completed yet. */
            blocked_by: string[];
            parent_task_id: null | string;
            /** @description The number of its parts. */
            parts: components["schemas"]["TaskParts"];
            /** @description If true, the server assigns it to an agent, and to another one if that agent loses it. */
            auto_assign: boolean;
            /** Format: date-time */
            due_date: null | string;
            /** @description If true, the due date passed before the task ended. */
            overdue: boolean;
            /** @description The result of a completed task: any JSON, up to 256 KiB. */
            result: unknown;
            /** @description Why it failed or was cancelled. */
            error: null | string;
            /**
             * Format: int64
             * @description Increases each time the task is assigned or taken away. The agent that has the task sends it with each call.
             */
            fence: number;
            /**
             * Format: date-time
             * @description If the task has not ended by then and the lease is not extended, the agent loses the task.
             */
            lease_until: null | string;
            /** @description The thread of the task's messages. */
            thread_id: null | string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was completed, failed, or was cancelled.
             */
            completed_at: null | string;
            /** @description What the caller can do with it now. Only in a task that was asked for by its id. */
            may?: null | components["schemas"]["PossibleMove"][];
            /**
             * Format: int64
             * @description Increases with every change. Send it as `If-Match` to make a change only if nobody else has changed the task since.
             */
            version: number;
            /**
             * Format: int64
             * @description A short number for it, unique in its project; a later task has a higher one. Paths take it in place of the id.
             */
            number: number;
        };
        /** @enum {string} */
        AgentTaskStatus: "pending" | "assigned" | "in_progress" | "completed" | "failed" | "cancelled";
        /** @description One assignment of a task to an agent. */
        Assignment: {
            assignment_id: string;
            task_id: string;
            agent_id: string;
            /**
             * Format: int64
             * @description The fence of this assignment.
             */
            fence: number;
            status: components["schemas"]["AssignmentStatus"];
            /** @description Why it was rejected, failed, or lapsed. */
            reason: null | string;
            /** Format: date-time */
            assigned_at: string;
            /** Format: date-time */
            completed_at: null | string;
        };
        /**
         * @description `lapsed`: The lease ended, or the task was taken away.
         * @enum {string}
         */
        AssignmentStatus: "assigned" | "accepted" | "rejected" | "completed" | "failed" | "lapsed";
        /** @description How one kind was checked. */
        AttentionCheck: {
            kind: components["schemas"]["AttentionKind"];
            /**
             * Format: int32
             * @description How many agents, tasks, and so on were looked at.
             */
            looked_at: number;
            /** @description True if there are more than were looked at. */
            more: boolean;
        };
        /** @description What the sentence about an item says. What does not apply is absent. */
        AttentionEvidence: {
            /** @description The question, the title of the task or the workflow, what the agent says it is doing, or the address of the webhook; at most 200 characters. */
            text?: null | string;
            /** @description The error of the step or the webhook, or of the newest dead letter; at most 200 characters. */
            error?: null | string;
            /**
             * Format: double
             * @description The usual time between two signs of work of the stalled agent, in seconds.
             */
            usual_seconds?: null | number;
            /**
             * Format: date-time
             * @description Until when the question can be answered, or when the task was due.
             */
            deadline?: null | string;
            /** @description The answer if nobody gives one. */
            default?: null | string;
            /** @description Who has been asked so far. */
            waiting?: null | string[];
            /**
             * Format: int32
             * @description How often the agents of the storm had answered each other, and within how many seconds.
             */
            replies?: null | number;
            /** Format: int32 */
            window_seconds?: null | number;
            /**
             * Format: int32
             * @description How many times the step was tried.
             */
            attempts?: null | number;
            /** @description Whether the agent that the letters or the mail are for is online now. */
            online?: null | boolean;
            /**
             * Format: date-time
             * @description When the newest letter died, or the agent was last seen.
             */
            last_at?: null | string;
            /** @description The capabilities that the task needs. */
            capabilities?: null | string[];
        };
        /** @description Something that waits for a person, or that is stuck. */
        AttentionItem: {
            /** @description The kind and what it is about, such as `agent_stalled:be-1`. As long as the trouble lasts, it has this id. */
            attention_id: string;
            kind: components["schemas"]["AttentionKind"];
            severity: components["schemas"]["AttentionSeverity"];
            /**
             * Format: date-time
             * @description Since when it has been so.
             */
            since: string;
            /**
             * Format: int32
             * @description How many dead letters, waiting messages, or held replies; 1 for other kinds.
             */
            count: number;
            /** @description What it is about. */
            subject: components["schemas"]["AttentionSubject"];
            /** @description How the server knows, in figures and words. */
            evidence: components["schemas"]["AttentionEvidence"];
            /**
             * Format: date-time
             * @description Until when it is snoozed; null if it is not.
             */
            snoozed_until: null | string;
        };
        /**
         * @description `question`: A question waits for an answer. `storm`: Replies of agents that answer each other too often are held. `agent_stalled`: An agent is working, but has been silent for far longer than usual. `agent_error`: An agent reports an error. `step_failed`: A step has failed, and with it its workflow. `dead_letters`: Deliveries to one agent ran out of attempts for the same reason. `mailbox_waiting`: Mail has been waiting for 10 minutes for an agent that is offline. `task_overdue`: A task has passed its due date. `task_unassignable`: No agent of the project has the capabilities that a task needs. `webhook_paused`: A webhook is paused, because too many deliveries in a row failed.
         * @enum {string}
         */
        AttentionKind: "question" | "storm" | "agent_stalled" | "agent_error" | "step_failed" | "dead_letters" | "mailbox_waiting" | "task_overdue" | "task_unassignable" | "webhook_paused";
        /** @description What waits for people and what is stuck in a project, and what was looked at to know. */
        AttentionList: {
            /** @description The most urgent first. */
            items: components["schemas"]["AttentionItem"][];
            /** Format: date-time */
            checked_at: string;
            /** @description One for each kind that was asked for. */
            checks: components["schemas"]["AttentionCheck"][];
        };
        /**
         * @description `person`: A person has to decide something. `critical`: Work has stopped.
         * @enum {string}
         */
        AttentionSeverity: "person" | "critical" | "warning";
        /** @description The ids of what an item is about. Those that do not apply are absent. */
        AttentionSubject: {
            /** @description The agent that asks, has stalled or reports an error, had the step, has the task, or does not read. */
            agent_id?: null | string;
            /** @description The agents of a storm. */
            agents?: null | string[];
            question_id?: null | string;
            storm_id?: null | string;
            workflow_id?: null | string;
            /** @description The name of a step of the workflow. */
            step?: null | string;
            task_id?: null | string;
            webhook_id?: null | string;
            reason?: null | components["schemas"]["DeathReason"];
            thread_id?: null | string;
            execution_id?: null | string;
        };
        /**
         * @description Whose authority a message carries; set by the server, never by the sender.
         * @enum {string}
         */
        Authority: "agent" | "operator" | "external" | "system";
        /** @description A send to everybody else in the project, or to those who match the additional fields. */
        BroadcastRequest: {
            capability?: null | string;
            role?: null | string;
            type?: null | string;
            squad?: null | string;
            status?: null | components["schemas"]["AgentStatus"];
            /** @description One address or several: an agent's id or name, `*`, `squad:`, `role:`, `capability:`, `topic:`, `human`. */
            to?: string | string[];
            /** @description 1-50 characters from `a-z 0-9 _ . -`; `text` if absent. */
            message_type?: null | string;
            content?: null | string;
            payload?: unknown;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            /**
             * Format: int32
             * @description How long it may wait undelivered. Defaults to the project's `message_ttl_seconds`.
             */
            ttl_seconds?: null | number;
            /**
             * Format: date-time
             * @description Not before this time.
             */
            deliver_at?: null | string;
            /** @description Defaults to the thread of `reply_to`, or else a new one. */
            conversation_thread_id?: null | string;
            /** @description The message that this one answers. The sender's own delivery of it is acknowledged along with the send: see `settle`. */
            reply_to?: null | string;
            /** @description For replies: whether to acknowledge the sender's delivery of the message in `reply_to`. Defaults to true, or to false for a reply with the intent `ack`, which only promises to do something. */
            settle?: null | boolean;
            outcome?: null | components["schemas"]["Outcome"];
            /** @description The earlier message that this one replaces. Its deliveries that nobody has taken yet are withdrawn. */
            supersedes?: null | string;
            task_id?: null | string;
            execution_id?: null | string;
            metadata?: unknown;
            /** @description Sends with the same key store one message. */
            idempotency_key?: null | string;
            intent?: null | components["schemas"]["Intent"];
            surface?: null | components["schemas"]["Surface"];
            /** @description Only for callers who may send as somebody else. Defaults to the caller. */
            sender_id?: null | string;
        };
        /** @description A number of messages, and their bytes. */
        BudgetAmount: {
            /** Format: int64 */
            messages?: number;
            /** Format: int64 */
            bytes?: number;
        };
        /**
         * @description What a budget is for. `agents`: What one agent sends. `threads`: What is sent in one thread. `executions`: What is sent in one execution.
         * @enum {string}
         */
        BudgetKind: "agents" | "threads" | "executions";
        /** @description Sets a budget, with at least one limit. A limit that is left out does not apply. */
        BudgetRequest: {
            /**
             * Format: int64
             * @description The most messages, at least 1.
             */
            messages?: null | number;
            /**
             * Format: int64
             * @description The most bytes of content, payload, and metadata, at least 1.
             */
            bytes?: null | number;
            /** @description Whether counting starts again at 0. Otherwise, what was spent stays spent. */
            reset?: null | boolean;
        };
        /** @description What is left of a budget; null where it has no limit. */
        BudgetRest: {
            /** Format: int64 */
            messages?: null | number;
            /** Format: int64 */
            bytes?: null | number;
        };
        /**
         * @description `open`: Less than 80 % is spent. `warned`: At least 80 % is spent. `spent`: It is spent, or did not suffice for a message.
         * @enum {string}
         */
        BudgetStatus: "open" | "warned" | "spent";
        /** @description Who the agent is. */
        CatchUpAgent: {
            agent_id: string;
            project_id: string;
            name: string;
            type: string;
            role?: null | string;
            specialization?: null | string;
            squads?: string[];
            capabilities?: string[];
            status?: components["schemas"]["AgentStatus"];
            /** @description With `blocked_on_human`, `questions` says why. */
            activity?: components["schemas"]["AgentActivity"];
            /** @description Its own pause, and those of its squads and its project: while there is one, its messages wait, and the server assigns it no tasks. */
            pauses?: components["schemas"]["CatchUpPause"][];
            /** @description True if the budget was too small for all of this; absent otherwise. */
            shortened?: boolean;
        };
        /** @description What is in the agent's mailbox. */
        CatchUpInbox: {
            /**
             * Format: int32
             * @description How many messages wait, and how many of them have which priority.
             */
            waiting?: number;
            /** Format: int32 */
            critical?: number;
            /** Format: int32 */
            high?: number;
            /** Format: int32 */
            normal?: number;
            /** Format: int32 */
            low?: number;
            /**
             * Format: int32
             * @description How many messages the agent has taken and not settled.
             */
            leased?: number;
            /**
             * Format: int32
             * @description How many messages are dead letters.
             */
            dead?: number;
            /** @description The newest of those that wait, apart from requests and from what hands out a task or a step, because those are listed themselves. */
            newest?: components["schemas"]["CatchUpMessage"][];
        };
        /** @description How many items are missing. Counted up to 1,000. */
        CatchUpLeftOut: {
            /** Format: int32 */
            tasks?: number;
            /** Format: int32 */
            steps?: number;
            /** Format: int32 */
            questions?: number;
            /** Format: int32 */
            requests?: number;
            /** Format: int32 */
            reservations?: number;
            /**
             * Format: int32
             * @description Messages that wait in the inbox and are listed nowhere.
             */
            inbox?: number;
            /** Format: int32 */
            threads?: number;
        };
        /** @description A message in short. */
        CatchUpMessage: {
            message_id: string;
            from: string;
            message_type: string;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            /** Format: date-time */
            timestamp: string;
            content?: null | string;
            /**
             * Format: int32
             * @description If the content was cut or left out: how many characters it has in full.
             */
            shortened?: null | number;
        };
        /** @description What is paused, and why. */
        CatchUpPause: {
            of: components["schemas"]["PausedThing"];
            /** @description The squad that is paused; absent for others. */
            squad_id?: null | string;
            reason?: null | string;
            paused_by?: null | string;
        };
        /** @description An open question in short. */
        CatchUpQuestion: {
            question_id: string;
            /** Format: date-time */
            deadline?: null | string;
            /** @description The people who have been asked so far. */
            waiting: string[];
            content?: null | string;
            /**
             * Format: int32
             * @description If the content was cut or left out: how many characters it has in full.
             */
            shortened?: null | number;
        };
        /** @description A request that waits for the agent's answer. */
        CatchUpRequest: {
            conversation_thread_id: string;
            /** @description `queued` if it is still in the agent's inbox. */
            state: components["schemas"]["DeliveryState"];
            /** @description True if the agent has promised to answer, by a reply with the intent `ack`; absent otherwise. */
            accepted?: boolean;
            /**
             * Format: date-time
             * @description Until when an answer is of use.
             */
            expires_at?: null | string;
            message_id: string;
            from: string;
            message_type: string;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            /** Format: date-time */
            timestamp: string;
            content?: null | string;
            /**
             * Format: int32
             * @description If the content was cut or left out: how many characters it has in full.
             */
            shortened?: null | number;
        };
        /** @description A reservation in short. */
        CatchUpReservation: {
            reservation_id: string;
            status: components["schemas"]["ReservationStatus"];
            mode: components["schemas"]["ReservationMode"];
            /** Format: int64 */
            fence: number;
            /**
             * Format: date-time
             * @description When it ends unless it is renewed; absent while it waits.
             */
            expires_at?: null | string;
            paths: string[];
            /**
             * Format: int32
             * @description If some paths were left out: how many there are.
             */
            shortened?: null | number;
            /**
             * Format: int32
             * @description How many agents wanted something that it covers.
             */
            wanted: number;
        };
        /** @description A step of a workflow in short. */
        CatchUpStep: {
            workflow_id: string;
            step: string;
            status: components["schemas"]["WorkflowStepStatus"];
            /** Format: int64 */
            fence: number;
            /**
             * Format: date-time
             * @description When the step is taken from the agent unless it has ended.
             */
            timeout_at?: null | string;
            action?: null | string;
            /**
             * Format: int32
             * @description If the action was cut or left out: how many characters it has in full.
             */
            shortened?: null | number;
        };
        /** @description A task in short. */
        CatchUpTask: {
            task_id: string;
            title: string;
            status: components["schemas"]["AgentTaskStatus"];
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            /** Format: int64 */
            fence: number;
            /** Format: date-time */
            lease_until?: null | string;
            /** Format: date-time */
            due_date?: null | string;
            description?: null | string;
            /**
             * Format: int32
             * @description If the description was cut or left out: how many characters it has in full.
             */
            shortened?: null | number;
        };
        /** @description A conversation that went on without the agent. */
        CatchUpThread: {
            conversation_thread_id: string;
            /**
             * Format: int32
             * @description How many messages others wrote since.
             */
            new_messages: number;
            last_message_id?: null | string;
            /** Format: date-time */
            last_at: string;
            /** @description The `text` of its newest 200 messages. */
            digest?: null | string;
            /**
             * Format: int32
             * @description If the digest was cut or left out: how many characters it has in full.
             */
            shortened?: null | number;
        };
        /** @enum {string} */
        ChangeOp: "put" | "delete" | "gap";
        /** @description What to lease. */
        ClaimRequest: {
            /**
             * Format: int32
             * @description 1-500; default 10.
             */
            max?: null | number;
            /**
             * Format: double
             * @description Seconds to wait if nothing is due, 0-60; default 0.
             */
            wait?: null | number;
            /** @description Message types to take; the others stay queued. */
            type?: null | string[];
            priority?: null | number[];
            /** @description Senders to take from. */
            from?: null | string[];
            /**
             * Format: int32
             * @description 1-3,600; default 30.
             */
            lease_seconds?: null | number;
            /**
             * Format: int32
             * @description Shortens the messages to about this many model tokens; see `shortened`.
             */
            budget_tokens?: null | number;
        };
        /**
         * @description `eq`: Equal, as JSON. `contains`: A list has the value, or a text has it as a part. `exists`: The value is there, and not null.
         * @enum {string}
         */
        ConditionOperator: "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "contains" | "exists" | "missing";
        /** @description A delivery that ran out of attempts, with its message. */
        DeadLetter: {
            delivery: components["schemas"]["Delivery"];
            message: components["schemas"]["Message"];
            /** @description How its last attempt ended. */
            reason: components["schemas"]["DeathReason"];
            /**
             * Format: date-time
             * @description When its last attempt ended.
             */
            died_at: string;
            /** @description Its failed attempts, oldest first, also those before it was requeued. Empty for one that died before the server kept them. */
            attempts: components["schemas"]["DeliveryAttempt"][];
            /** @description Who requeued it, oldest first. Empty if it died only once. */
            requeued: components["schemas"]["DeliveryRequeue"][];
            /** @description The agent whose mailbox it was for, as it is now. */
            receiver: components["schemas"]["DeadLetterReceiver"];
        };
        /** @description Which dead letters; all of the project's if nothing is set. */
        DeadLetterFilter: {
            agent_id?: null | string;
            type?: null | string;
            reason?: null | components["schemas"]["DeathReason"];
            /** @description Only these, by the ids of their deliveries; at most 1,000. */
            delivery_ids?: null | string[];
        };
        /** @description The dead letters of one agent that died for the same reason. */
        DeadLetterGroup: {
            agent_id: string;
            reason: components["schemas"]["DeathReason"];
            /** Format: int32 */
            count: number;
            /**
             * Format: date-time
             * @description When the first of them died.
             */
            oldest_at: string;
            /**
             * Format: date-time
             * @description When the last of them died.
             */
            newest_at: string;
            /** @description Of the one that died last. */
            last_error: null | string;
        };
        /** @description Whether the reader of a dead letter answers now. */
        DeadLetterReceiver: {
            status?: components["schemas"]["AgentStatus"];
            /**
             * Format: date-time
             * @description When it last sent a message, settled one, or reported its status to this server; null if it has not since the server started.
             */
            answered_at?: null | string;
        };
        /** @description What became of the dead letters that were to be requeued or purged. */
        DeadLettersAnswer: {
            /**
             * Format: int32
             * @description How many were requeued or purged.
             */
            count: number;
            /** @description Those of the `delivery_ids` that were not: the others are done. */
            refused: components["schemas"]["RefusedDeadLetter"][];
        };
        /**
         * @description How the last attempt of a dead letter ended. `rejected`: Its reader gave it back; the delivery's `last_error` is what the reader said. `lease_lapsed`: Its reader took it and did not acknowledge it before the lease lapsed. `reader_lost`: The connection of its reader was lost each time.
         * @enum {string}
         */
        DeathReason: "rejected" | "lease_lapsed" | "reader_lost";
        /** @description One message for one agent, with the times of its stages; null for a stage that was not reached or is unknown. */
        Delivery: {
            delivery_id: string;
            message_id: string;
            agent_id: string;
            state: components["schemas"]["DeliveryState"];
            /**
             * Format: int32
             * @description 1 plus the number of failures.
             */
            attempt: number;
            /**
             * Format: int32
             * @description How often the connection of its reader was lost while this was the first message it had not settled; not failures.
             */
            disconnects: number;
            /** Format: date-time */
            queued_at: null | string;
            /** Format: date-time */
            delivered_at: null | string;
            /**
             * Format: date-time
             * @description When the message was first known to be in the context of its reader's model.
             */
            surfaced_at: null | string;
            evidence: null | components["schemas"]["SurfaceEvidence"];
            /** Format: date-time */
            acknowledged_at: null | string;
            /** Format: date-time */
            replied_at: null | string;
            last_error: null | string;
        };
        /** @description A failed attempt to deliver a message. */
        DeliveryAttempt: {
            /**
             * Format: int32
             * @description Counts from 1, and again from 1 after a requeue. A lost connection does not count, so several may have the same number.
             */
            attempt: number;
            /**
             * Format: date-time
             * @description When the reader got it; null if it never did.
             */
            at: null | string;
            /** Format: date-time */
            ended_at: string;
            /** @description How it ended. */
            outcome: components["schemas"]["DeathReason"];
            /** @description What the reader said, or what the server says if the lease lapsed or the connection was lost. */
            error: null | string;
        };
        /** @description One recipient of a message: what it is doing, how much is ahead, and what will happen. */
        DeliveryOutlook: {
            agent_id: string;
            status: components["schemas"]["AgentStatus"];
            activity: components["schemas"]["AgentActivity"];
            /**
             * Format: int32
             * @description Deliveries that go out before this one.
             */
            ahead: number;
            outlook: null | components["schemas"]["Outlook"];
            /** @description An error code, `mailbox_full`, if this member of a group did not get the message. */
            refused: null | string;
        };
        /** @description A dead letter was put back into its mailbox. */
        DeliveryRequeue: {
            /** Format: date-time */
            at: string;
            /** @description The agent that did it, or `admin` or `operator` for a token without an agent; null if unknown. */
            by: null | string;
            /**
             * Format: date-time
             * @description When it had died.
             */
            died_at: null | string;
        };
        /**
         * @description `held`: Part of a storm. It waits for an operator, who releases or cancels it.
         * @enum {string}
         */
        DeliveryState: "scheduled" | "queued" | "leased" | "acknowledged" | "dead" | "expired" | "withdrawn" | "held";
        /** @description How many deliveries of a message are at which stage. Each counts once, at its last one. */
        DeliveryTally: {
            /** Format: int32 */
            total?: number;
            /**
             * Format: int32
             * @description In a mailbox, or scheduled.
             */
            queued?: number;
            /**
             * Format: int32
             * @description Leased to its reader, which has not reported it as surfaced or settled it.
             */
            handed_over?: number;
            /**
             * Format: int32
             * @description Reported to be in the context of its reader's model.
             */
            surfaced?: number;
            /** Format: int32 */
            acknowledged?: number;
            /** Format: int32 */
            replied?: number;
            /** Format: int32 */
            dead?: number;
            /** Format: int32 */
            expired?: number;
            /**
             * Format: int32
             * @description Part of a storm.
             */
            held?: number;
            /** Format: int32 */
            withdrawn?: number;
        };
        /** @description A message in short. */
        DigestMessage: {
            message_id: string;
            from: string;
            to?: string[];
            message_type: string;
            /** @description The beginning of the content, up to 200 characters on one line. */
            content?: null | string;
            /** Format: date-time */
            timestamp?: string;
        };
        DigestParticipant: {
            agent_id: string;
            /** Format: int32 */
            messages: number;
        };
        /** @description A message that asks for a reply, and the newest reply. */
        DigestRequest: {
            /** @description Who has promised to answer, but has not yet. */
            accepted: string[];
            answer: null | components["schemas"]["DigestMessage"];
            outcome: null | components["schemas"]["Outcome"];
            message_id: string;
            from: string;
            to: string[];
            message_type: string;
            /** @description The beginning of the content, up to 200 characters on one line. */
            content: null | string;
            /** Format: date-time */
            timestamp: string;
        };
        /** @description Something that happened, published by an agent or by the server itself. */
        EventRecord: {
            event_id: string;
            /**
             * Format: int64
             * @description Its place in the project's log.
             */
            seq: number;
            /** @description 1-255 characters from `A-Z a-z 0-9 _ . : / -`. */
            event_type: string;
            project_id: string;
            /** @description The agent that published it; `human` for an operator without an agent, `parley` for the server itself. */
            source: string;
            data: unknown;
            /** Format: date-time */
            timestamp: string;
            /** @description The other attributes of an event that was published as a CloudEvent, such as its own `id` and `source`. */
            cloud_event?: unknown;
        };
        /** @description An event to publish. */
        EventRequest: {
            /** @description 1-255 characters from `A-Z a-z 0-9 _ . : / -`; not a type that the server publishes itself. */
            event_type: null | string;
            /** @description Any JSON, up to 256 KiB. */
            data?: unknown;
        };
        /** @description One run of a piece of work. */
        Execution: {
            execution_id: string;
            title: null | string;
            squad_id: null | string;
            workflow_id: null | string;
            status: components["schemas"]["ExecutionStatus"];
            /**
             * Format: int32
             * @description 0-100.
             */
            progress: number;
            current_phase: null | string;
            result: unknown;
            error: null | string;
            created_by: null | string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            ended_at: null | string;
            /** @description The newest lines, oldest first; empty in a list and in the answer to a patch. */
            logs: components["schemas"]["ExecutionLog"][];
        };
        /** @description Counts for one execution. */
        ExecutionCount: {
            execution_id: string;
            /** Format: int64 */
            messages: number;
            by_type: {
                [key: string]: number;
            };
            /** Format: date-time */
            first_at: null | string;
            /** Format: date-time */
            last_at: null | string;
        };
        /** @description The end of an execution: a result when it completes, an error when it fails or is cancelled. */
        ExecutionEnd: {
            result?: unknown;
            error?: null | string;
        };
        ExecutionLog: {
            /** Format: date-time */
            timestamp: string;
            /** @description `debug`, `info`, `warning`, `error`. */
            level: string;
            message: string;
        };
        ExecutionLogRequest: {
            /** @description `info` if absent. */
            level?: null | string;
            message: null | string;
        };
        /** @description The changes. Absent fields do not change. */
        ExecutionPatch: {
            status?: null | components["schemas"]["ExecutionStatus"];
            /** Format: int32 */
            progress?: null | number;
            current_phase?: null | string;
        };
        ExecutionRequest: {
            title?: null | string;
            squad_id?: null | string;
        };
        /** @enum {string} */
        ExecutionStatus: "pending" | "in_progress" | "completed" | "failed" | "cancelled";
        ExtendRequest: {
            lease_id?: null | string;
            /**
             * Format: int32
             * @description 1-3,600 from now; default 30.
             */
            lease_seconds?: null | number;
        };
        /**
         * @description What happens when a step has failed and is not tried again. `fail`: The workflow fails. Steps that agents are working on are cancelled. `continue`: The workflow goes on. References to the step's result are null. `compensate`: The workflow fails after the completed steps were undone, the last one first.
         * @enum {string}
         */
        FailurePolicy: "fail" | "continue" | "compensate";
        /** @description Whether the server can serve requests, and its version. */
        Health: {
            /** @description `ok`, `degraded` (the server works, but a background job is failing), or `unavailable`. For the last two, `reason` says why. */
            status: string;
            version: string;
            reason: null | string;
        };
        /** @description One part of a project's health. */
        HealthPart: {
            /** @description `lost`: the share of the last hour's deliveries that died or expired. `ack_ms`: the mean time until messages were acknowledged in the last hour. `delivery_ms`: the time within which 95% of messages reached a connection, over the last 5 minutes. `absent`: the share of agents with waiting messages that are offline. `unavailable`: the share of time in which the server was not ready. */
            name: string;
            /** Format: double */
            value: number;
            /**
             * Format: double
             * @description From this value on, the part has no points.
             */
            limit: number;
            /** Format: int32 */
            points: number;
            /** Format: int32 */
            max_points: number;
        };
        /** @description An address that outside systems post messages to, signed with the hook's secret. */
        InboundHook: {
            hook_id: string;
            /** @description Its name for people, and the `sender_name` of its messages. */
            name: string;
            /** @description The recipients: one address or several, as in a send. */
            to: string | string[];
            message_type: string;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            /** @description The thread that all its messages belong to; null if each starts its own. */
            thread: null | string;
            /** @description The agent that created it; null for a person. */
            created_by: null | string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int64
             * @description Increases with every change.
             */
            version: number;
            /** @description The path to post to; only in answers, not in feeds. */
            path?: null | string;
            /** @description The secret that the server created; only in the answer that creates the hook. */
            secret?: null | string;
        };
        /** @description The settings of an inbound hook. */
        InboundHookRequest: {
            /** @description 1-200 characters. */
            name: null | string;
            /** @description One address or several: an agent's id or name, `*`, `squad:`, `role:`, `capability:`, `topic:`, `human`. */
            to: string | string[];
            /** @description `webhook` if absent; 1-50 characters from `a-z 0-9 _ . -`. */
            message_type?: null | string;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            /** @description The thread that all messages belong to. If absent, each starts its own. */
            thread?: null | string;
            /** @description 16-255 characters, shared with the sender. If absent, the server creates one, or keeps the current one. */
            secret?: null | string;
        };
        /** @description The result of a delivery. */
        InboundReceipt: {
            /** @description The message that the delivery became. */
            message_id: string;
            /** @description True if this delivery was received before. */
            duplicate: boolean;
        };
        /** @description The messages that are waiting in a mailbox, or were claimed from it, in delivery order. */
        Inbox: {
            items: components["schemas"]["InboxItem"][];
        };
        /** @description A delivery as its agent gets it. It has no lease if the agent only read its inbox. */
        InboxItem: {
            message: components["schemas"]["Message"];
            delivery_id: string;
            /** Format: int32 */
            attempt: number;
            /** @description For acknowledging it; absent if the agent only read its inbox. */
            lease_id?: null | string;
            /**
             * Format: date-time
             * @description When the lease ends; absent if the agent only read its inbox.
             */
            lease_until?: null | string;
            shortened?: null | components["schemas"]["Shortened"];
        };
        /**
         * @description What the sender expects from the recipient. `inform`: Nothing in particular. `request`: A reply. `ack`: Neither a reply nor a wake-up.
         * @enum {string}
         */
        Intent: "inform" | "request" | "ack";
        /** @description The result of one item of a batch: an HTTP status, and the problem if it failed. */
        ItemResult: {
            /** Format: int32 */
            status: number;
            problem: null | components["schemas"]["Problem"];
        };
        ItemResults: {
            items: components["schemas"]["ItemResult"][];
        };
        /** @description The last message of an agent. */
        LastMessage: {
            message_id: string;
            /** Format: int64 */
            seq: number;
            /** @description The address as given: a string, or an array of strings. */
            to: string | string[];
            message_type: string;
            /** @description The first 200 characters of its content; null if it has none. */
            excerpt: null | string;
            /** Format: date-time */
            at: string;
        };
        LatencyStats: {
            /** Format: double */
            p50?: null | number;
            /** Format: double */
            p95?: null | number;
            /** Format: double */
            p99?: null | number;
        };
        /** @description One bucket of a histogram. */
        LogBucket: {
            /**
             * Format: date-time
             * @description When the bucket begins.
             */
            at: string;
            /** Format: int64 */
            messages: number;
            /**
             * Format: int64
             * @description Questions that were asked.
             */
            questions: number;
            /**
             * Format: int64
             * @description Deliveries that died, tasks that failed, and steps of workflows that failed for good.
             */
            failures: number;
        };
        /** @description What happened over time, in buckets of the same length. */
        LogHistogram: {
            items: components["schemas"]["LogBucket"][];
            /** @description Not null if only a part of the log was counted: pass it as `after`, and add up the buckets with the same `at`. */
            next: null | string;
        };
        /** @description A part of a project's log, oldest first. */
        LogPage: {
            items: components["schemas"]["LogRecord"][];
            /** @description Where the next page begins: pass it as `after`. Null at the end. A page may be empty and still have one. */
            next: null | string;
            /** @description How far the log has been read, also where nothing matched: a subscription after this place continues without a gap. */
            place: string;
            /**
             * Format: int64
             * @description The oldest seq that is still kept. Retention removes what is older.
             */
            first_seq: number;
        };
        /** @description Where a project's log was at a time. */
        LogPlace: {
            /** @description `EPOCH-SEQ`. */
            place: string;
            /** Format: int64 */
            seq: number;
        };
        /** @description One entry of the log. */
        LogRecord: {
            /** Format: int64 */
            seq: number;
            /** @description Its place, `EPOCH-SEQ`. */
            place: string;
            /** @description What `item` is: the name of its feed (`messages`, `tasks`, `agents`), or `reactions` or `audit`. */
            kind: string;
            /**
             * @description Whether the item was written or removed. Of a removed one, the item is what it was before; of a deleted message, its
             *                 tombstone.
             */
            op: components["schemas"]["ChangeOp"];
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description The event that this is published as, such as `task_assigned`; null if it is published as none. */
            event_type: null | string;
            /** @description The item as it was then. */
            item: unknown;
        };
        /** @description How many of an agent's deliveries are waiting, leased, and dead. */
        MailboxCounts: {
            /** Format: int32 */
            queued?: number;
            /** Format: int32 */
            in_flight?: number;
            /** Format: int32 */
            dead?: number;
            /**
             * Format: date-time
             * @description Since when the oldest of the next 200 waiting deliveries has been waiting; null if none is waiting, and in events.
             */
            oldest_at?: null | string;
        };
        MailboxStats: {
            /** Format: int64 */
            queued?: number;
            /** Format: int64 */
            in_flight?: number;
        };
        /** @description Who a caller is, what it may do, and the server that it talks to. */
        Me: {
            /** @description The kind of its token. A browser's session has that of the token that its sign-in link was made with. */
            kind: components["schemas"]["TokenKind"];
            /** @description The name of its agent; null if it has none. */
            name: null | string;
            /** @description Its agent; null for admins, observers, and join tokens, and for a browser that they signed in. */
            agent_id: null | string;
            /** @description The ids of the projects that it has access to, in order; the first 500 if there are more. */
            projects: string[];
            /** @description What it may do, such as `send` or `administer`; some of it perhaps only for what is its own. */
            may: string[];
            /**
             * Format: date-time
             * @description When its token, or its session, ends at the latest; null for never.
             */
            expires_at: null | string;
            server: components["schemas"]["ServerFacts"];
        };
        /** @description Which agents may read an entry, and which may write it. Each list can contain agent ids, `role:ROLE`, `squad:SQUAD`, and `*` for all. An agent that may not read an entry cannot write it either, and cannot tell that it exists. */
        MemoryAccess: {
            /** @description Null means all agents in the project; empty means none. */
            read?: null | string[];
            /** @description Null means all agents that may read it; empty means none. */
            write?: null | string[];
        };
        /** @description One entry of a project's shared memory: a value under a key. */
        MemoryEntry: {
            memory_id: string;
            /** @description 1-512 characters, without control characters. May include `/`. */
            key: string;
            /** @description Any JSON, up to 256 KiB. */
            value: unknown;
            /**
             * Format: int32
             * @description How many bytes the value has as JSON.
             */
            bytes: number;
            /** @description The agent that created it; null for a person. */
            created_by: null | string;
            /** @description The agent that changed it last; null for a person. */
            updated_by: null | string;
            /**
             * Format: date-time
             * @description When it expires; null means never.
             */
            expires_at: null | string;
            access_control: null | components["schemas"]["MemoryAccess"];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int64
             * @description Increases with every change, even if the key was deleted and set again. Send it as `if_version` to make a change only if nobody else has changed the entry since.
             */
            version: number;
        };
        /** @description A page of entries: all, or one level of the keys. */
        MemoryPage: {
            items: components["schemas"]["MemoryEntry"][];
            /** @description Of one level: what the keys below it begin with, in order of the keys, with `items` in between. Absent if no level was asked for. */
            prefixes?: null | components["schemas"]["MemoryPrefix"][];
            /** @description Pass it as `?after=` to get the next page; null means the end. */
            next: null | string;
        };
        /** @description A change to part of a value: either `patch` or `add`. */
        MemoryPatch: {
            /** @description Absent if the path has it. */
            key?: null | string;
            /** @description A JSON merge patch (RFC 7396): its fields replace those of the value, and null removes a field. If there is no entry, it starts from `{}`. */
            patch?: unknown;
            /** @description A number to add to the value, which must be a number. If there is no entry, it starts from 0. */
            add?: unknown;
            /**
             * Format: int64
             * @description Only if the entry has this version; 0 means only if there is no entry. If absent, any version.
             */
            if_version?: null | number;
        };
        /** @description Keys that begin in the same way. */
        MemoryPrefix: {
            /** @description Up to and including the delimiter. */
            prefix: string;
            /**
             * Format: int32
             * @description How many entries have such a key, counted up to 10,000.
             */
            count: number;
        };
        /** @description The value to store under a key. */
        MemoryRequest: {
            /** @description Absent if the path has it. */
            key?: null | string;
            /** @description Any JSON, including null. */
            value: unknown;
            /**
             * Format: int64
             * @description Only if the entry has this version; 0 means only if there is no entry. If absent, any version.
             */
            if_version?: null | number;
            /**
             * Format: double
             * @description Seconds until the entry expires, 1 to 315,360,000 (ten years). If absent, it does not expire.
             */
            ttl_seconds?: null | number;
            access_control?: null | components["schemas"]["MemoryAccess"];
        };
        /** @description An entry as it was at one version. */
        MemoryVersion: {
            /** Format: int64 */
            version: number;
            value: unknown;
            /** @description The agent that wrote it; null for a person. */
            updated_by: null | string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description A message as every reader sees it. Immutable once stored; a deleted message keeps its place but loses its content. */
        Message: {
            /** @description A UUIDv7 created by the server. */
            message_id: string;
            /**
             * Format: int64
             * @description The message's place in its project's log; starts at 1.
             */
            seq: number;
            project_id: string;
            sender_id: string;
            sender_role: null | string;
            sender_name: null | string;
            sender_specialization: null | string;
            /** @description The only recipient; null if the message went to several. The same goes for the other `recipient_*` fields. */
            recipient_id: null | string;
            recipient_role: null | string;
            recipient_name: null | string;
            recipient_specialization: null | string;
            /** @description The address as given: a string, or an array of strings. */
            to: string | string[];
            message_type: string;
            content: null | string;
            payload: unknown;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            intent: components["schemas"]["Intent"];
            surface: components["schemas"]["Surface"];
            authority: components["schemas"]["Authority"];
            /**
             * Format: int32
             * @description Number of replies since a person or a new piece of work started the exchange; counted by the server.
             */
            hops: number;
            conversation_thread_id: string;
            reply_to: null | string;
            outcome: null | components["schemas"]["Outcome"];
            supersedes: null | string;
            task_id: null | string;
            execution_id: null | string;
            metadata: unknown;
            narrowed?: null | components["schemas"]["Narrowing"];
            /** @description True on the tombstone that a deleted message leaves; absent otherwise. */
            deleted?: boolean;
            /** @description True if a list was asked for excerpts, and content or payload had to be cut; absent otherwise. */
            truncated?: boolean;
            /**
             * Format: int64
             * @description If it is truncated, how many bytes content and payload have as they are stored; absent otherwise.
             */
            content_bytes?: null | number;
            deliveries?: null | components["schemas"]["DeliveryTally"];
            /** @description Emoji and the agents that reacted with each; absent on streams and if there are none. */
            reactions?: null | {
                [key: string]: string[];
            };
            /** Format: date-time */
            timestamp: string;
            /** Format: date-time */
            expires_at: null | string;
        };
        /** @description How much may be sent by an agent, in a thread, or in an execution. When it is spent, sends by agents are refused (`budget_spent`). */
        MessageBudget: {
            /** @description What it is for. */
            kind: components["schemas"]["BudgetKind"];
            /** @description The agent, thread, or execution. */
            id: string;
            /**
             * Format: int64
             * @description The most messages; null for any number.
             */
            messages: null | number;
            /**
             * Format: int64
             * @description The most bytes of content, payload, and metadata, as they are stored; null for any number.
             */
            bytes: null | number;
            /** @description What was sent since counting started. In feeds and events, as it was at the change. */
            spent: components["schemas"]["BudgetAmount"];
            /** @description What may still be sent. In feeds and events, as it was at the change. */
            left: components["schemas"]["BudgetRest"];
            status: components["schemas"]["BudgetStatus"];
            /**
             * Format: date-time
             * @description When counting started: when the budget was set for the first time, or last reset.
             */
            since: string;
            /**
             * Format: date-time
             * @description When 80 % of its current limits were spent; null until then.
             */
            warned_at: null | string;
            /**
             * Format: date-time
             * @description When it was spent, or did not suffice for a message; null until then.
             */
            spent_at: null | string;
            /**
             * Format: int32
             * @description How often counting was started again.
             */
            resets: number;
            /** @description The operator that set it, or the token, as `token:ID`, if it belongs to no agent. */
            set_by: null | string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int64
             * @description Increases with every change.
             */
            version: number;
        };
        /** @description The schema that the payloads of a message type must match. */
        MessageSchema: {
            message_type: string;
            /** @description JSON Schema, draft 2020-12. */
            schema: unknown;
            /** @description Whether it is the schema that ships with the server. */
            builtin: boolean;
            /** @description Whether sends are checked against it. */
            enabled: boolean;
            /** @description Who changed it last: an agent, or null for a person. */
            updated_by: null | string;
            /**
             * Format: date-time
             * @description Null for a schema that is not enabled.
             */
            created_at: null | string;
            /**
             * Format: date-time
             * @description Null for a schema that is not enabled.
             */
            updated_at: null | string;
            /**
             * Format: int64
             * @description Increases with every change. 0 for a schema that is not enabled.
             */
            version: number;
        };
        MessageStats: {
            /** Format: int64 */
            sent?: number;
            /** Format: int64 */
            delivered?: number;
            /** Format: int64 */
            acknowledged?: number;
            /** Format: int64 */
            dead?: number;
            /** Format: int64 */
            expired?: number;
            /**
             * Format: double
             * @description Sends a second over the last 60 s.
             */
            per_second?: number;
        };
        /** @description What happened to a message: every delivery with its stages, how it was routed, and the replies. */
        MessageTrace: {
            message: components["schemas"]["Message"];
            deliveries: components["schemas"]["Delivery"][];
            /** @description How each address was resolved to recipients, in order. */
            routing: string[];
            /** @description Names of the routing rules that touched it. */
            rules: string[];
            replies: components["schemas"]["Message"][];
            /** @description The connection it was sent on; null over REST. */
            session: null | string;
            /** @description The message that replaced this one. */
            superseded_by: null | string;
        };
        NackRequest: {
            lease_id?: null | string;
            /**
             * Format: double
             * @description Seconds until it is queued again; the project's `retry_delay_seconds` if absent.
             */
            delay_seconds?: null | number;
            reason?: null | string;
        };
        /** @description Which agents in the project a broadcast goes to. An agent must match all fields that are set. */
        Narrowing: {
            capability?: null | string;
            role?: null | string;
            type?: null | string;
            squad?: null | string;
            status?: null | components["schemas"]["AgentStatus"];
        };
        /** @description A new token, with its secret, which is shown only once. */
        NewToken: {
            token: string;
            token_id: string;
            kind: components["schemas"]["TokenKind"];
            /** @description Null means every project. */
            project_id: null | string;
            agent_id: null | string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: null | string;
            /** Format: date-time */
            last_used_at: null | string;
        };
        /** @description The next wake, if there is one. */
        NextWake: {
            wake: null | components["schemas"]["Wake"];
        };
        /** @description Asks for the next wake of some agents. */
        NextWakeRequest: {
            /** @description 1 to 200 agents. Null: the caller's own agent. */
            agents?: null | string[];
            way: null | components["schemas"]["WakeWay"];
            /**
             * Format: int32
             * @description How long to wait for one, in milliseconds: 0 to 50,000. As long as the call waits, the agents count as online and as able to be woken.
             */
            wait_ms?: number;
        };
        /**
         * @description Whether a reply reports success or an error.
         * @enum {string}
         */
        Outcome: "success" | "error";
        /**
         * @description `pushed`: Sent to a connection at once. `next_turn`: With the next prompt of the agent's harness: it is idle, and nothing can wake it. `held_until_back`: The agent is offline or paused; the message waits in its mailbox. `scheduled`: Not before its `deliver_at`. `held`: Not before an operator releases its storm: agents have answered each other too often in a short time.
         * @enum {string}
         */
        Outlook: "pushed" | "next_boundary" | "when_idle" | "on_pull" | "next_turn" | "held_until_back" | "scheduled" | "held";
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfAgent: {
            items: components["schemas"]["Agent"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfAgentCount: {
            items: components["schemas"]["AgentCount"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfAgentTask: {
            items: components["schemas"]["AgentTask"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfAssignment: {
            items: components["schemas"]["Assignment"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfDeadLetter: {
            items: components["schemas"]["DeadLetter"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfDeadLetterGroup: {
            items: components["schemas"]["DeadLetterGroup"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfEventRecord: {
            items: components["schemas"]["EventRecord"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfExecution: {
            items: components["schemas"]["Execution"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfExecutionCount: {
            items: components["schemas"]["ExecutionCount"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfInboundHook: {
            items: components["schemas"]["InboundHook"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfMemoryVersion: {
            items: components["schemas"]["MemoryVersion"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfMessage: {
            items: components["schemas"]["Message"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfMessageBudget: {
            items: components["schemas"]["MessageBudget"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfMessageSchema: {
            items: components["schemas"]["MessageSchema"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfPairCount: {
            items: components["schemas"]["PairCount"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfProject: {
            items: components["schemas"]["Project"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfQuestion: {
            items: components["schemas"]["Question"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfReservation: {
            items: components["schemas"]["Reservation"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfSquad: {
            items: components["schemas"]["Squad"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfStorm: {
            items: components["schemas"]["Storm"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfThreadSummary: {
            items: components["schemas"]["ThreadSummary"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfTimelinePoint: {
            items: components["schemas"]["TimelinePoint"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfTokenInfo: {
            items: components["schemas"]["TokenInfo"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfTypeCount: {
            items: components["schemas"]["TypeCount"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfWebhook: {
            items: components["schemas"]["Webhook"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfWorkflow: {
            items: components["schemas"]["Workflow"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description A page of a list. Pass string? Page&lt;T&gt;.Next as `?after=` to get the next page; null means the end. */
        PageOfWorkflowDefinition: {
            items: components["schemas"]["WorkflowDefinition"][];
            next: null | string;
            /**
             * Format: int32
             * @description How many items match, on all pages. Only in lists that take `count`, and if it was asked for.
             */
            total?: null | number;
            /**
             * Format: int32
             * @description Instead of int? Page&lt;T&gt;.Total if counting all would take too long: how many match at least.
             */
            total_at_least?: null | number;
        };
        /** @description Counts for messages from one agent to another over a time span. */
        PairCount: {
            /** @description Null for people and the server itself. */
            from: null | string;
            to: null | string;
            /** Format: int64 */
            count: number;
            by_type: {
                [key: string]: number;
            };
            /** Format: int64 */
            acknowledged: number;
            /** Format: double */
            ack_ms: null | number;
            /** Format: date-time */
            last_at: null | string;
        };
        /** @description A pause of an agent, a squad, or a project. Until it ends, deliveries wait and the server assigns no tasks. */
        Pause: {
            /** @description One line; null if none was given. */
            reason?: null | string;
            /** @description The agent id of whoever paused it, or `token:ID` if the token belongs to no agent; null if unknown. */
            paused_by?: null | string;
            /** Format: date-time */
            paused_at?: null | string;
        };
        /** @description A request to pause something. */
        PauseRequest: {
            /** @description One line, up to 200 characters. */
            reason?: null | string;
        };
        /** @enum {string} */
        PausedThing: "agent" | "squad" | "project";
        /** @description A move of a task, and whether the caller can make it. */
        PossibleMove: {
            /** @description `assign`, `unassign`, `accept`, `reject`, `start`, `extend`, `complete`, `fail`, or `cancel`. */
            move: string;
            allowed: boolean;
            /** @description Why not, in a sentence; null if it is allowed. */
            why: null | string;
        };
        /** @description Why something was refused (RFC 9457). */
        Problem: {
            /** @description The stable address of a page about this error. */
            type: null | string;
            title: null | string;
            /** Format: int32 */
            status: number;
            detail: null | string;
            /** @description Stable. The server explains each code at `/docs/errors`. */
            code: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * Format: double
             * @description Seconds to wait before trying again, if known.
             */
            retry_after?: null | number;
            /** @description For bad input, the reasons by field. */
            errors?: null | {
                [key: string]: string[];
            };
        };
        /** @description A project; nothing crosses from one to another. Null settings take the server's value. */
        Project: {
            project_id: string;
            name: string;
            /** Format: date-time */
            created_at: string;
            settings: components["schemas"]["ProjectSettings"];
            pause: null | components["schemas"]["Pause"];
        };
        /** @description One figure for how well a project is doing, and what it is made of. */
        ProjectHealth: {
            /**
             * Format: int32
             * @description 0 to 100: the sum of the points of all parts.
             */
            score: number;
            parts: components["schemas"]["HealthPart"][];
        };
        ProjectRequest: {
            /** @description 1-64 characters from `A-Z a-z 0-9 . _ -`; derived from the name if absent. */
            project_id?: null | string;
            name?: null | string;
            settings?: null | components["schemas"]["ProjectSettings"];
        };
        /** @description A project's own settings, which override the server's. The settings reference lists the defaults. */
        ProjectSettings: {
            /** Format: int32 */
            mailbox_limit?: null | number;
            /** Format: int32 */
            message_ttl_seconds?: null | number;
            /** Format: double */
            retry_delay_seconds?: null | number;
            /** Format: int32 */
            max_attempts?: null | number;
            /**
             * Format: int32
             * @description 0 removes the limit.
             */
            max_disconnects?: null | number;
            /**
             * Format: int32
             * @description 0 keeps messages forever.
             */
            retention_days?: null | number;
            /**
             * Format: double
             * @description 0 removes the limit.
             */
            rate_limit_per_second?: null | number;
            /** Format: int32 */
            rate_limit_burst?: null | number;
            /**
             * Format: int32
             * @description At 0, priority alone decides.
             */
            priority_aging_seconds?: null | number;
            /**
             * Format: int32
             * @description How often agents may answer each other within 60 s, without a person or a task's change in between, before further replies are held; 0 removes the limit.
             */
            loop_limit?: null | number;
            /** @description Whether capital and small letters are the same in the paths of reservations. */
            reservations_ignore_case?: null | boolean;
            /** @description Where a model summarizes conversations: the URL of a chat completions endpoint in the form of OpenAI's, such as `https://api.openai.com/v1/chat/completions`. Null: no model is asked. */
            summary_url?: null | string;
            /** @description The name of the model; required with `summary_url`. */
            summary_model?: null | string;
            /** @description The key that is sent to `summary_url` as a bearer token, up to 1,000 printable ASCII characters without spaces. Never shown: answers have null. If absent from a change, the key stays, unless the URL leads to another server. Empty removes it. */
            summary_key?: null | string;
        };
        /** @description A question that an agent asks a person. While it is open, the agent's activity is `blocked_on_human`. */
        Question: {
            question_id: string;
            /** @description Who asks; null for a step of a workflow. */
            agent_id: null | string;
            content: string;
            /** @description The possible answers; empty if any text is one. */
            options: components["schemas"]["QuestionOption"][];
            /** @description The answer if nobody gives one by the deadline; null for none. */
            default: null | string;
            /**
             * Format: date-time
             * @description Until when somebody can answer; null for any time.
             */
            deadline: null | string;
            /** @description Who is asked, one after the other; empty for `human` alone. */
            escalation: string[];
            /**
             * Format: int32
             * @description After how many seconds without an answer the next of `escalation` is asked too; null if there is no next one.
             */
            escalate_after_seconds: null | number;
            status: components["schemas"]["QuestionStatus"];
            /** @description The value of an option, or the text that was given; null if there is no answer. */
            answer: null | string;
            /** @description Who answered; null if nobody did. */
            answered_by: null | string;
            /** @description The conversation that it is part of, and the message that asks it. Null for the moment between storing the two. */
            thread_id: null | string;
            message_id: null | string;
            /** @description The task that it is about. When the task ends, the question is withdrawn. */
            task_id: null | string;
            /** @description The workflow whose step it puts to a person; null for most. The answer completes the step. */
            workflow_id: null | string;
            /** @description The name of that step. */
            step: null | string;
            execution_id: null | string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was answered, or the default was taken.
             */
            answered_at: null | string;
            /** @description A remark: by whoever asks, until whoever answers replaces it with another. */
            note: null | string;
            /** @description The people who have been asked so far and whose answer it waits for; empty once it has ended. */
            waiting: string[];
            /** @description When whom is reminded, or asked for the first time, in order of time. */
            reminders: components["schemas"]["QuestionReminder"][];
            /**
             * Format: int64
             * @description A short number for it, unique in its project. Paths take it in place of the id.
             */
            number: number;
            /**
             * Format: int64
             * @description Increases with every change.
             */
            version: number;
        };
        /** @description An answer to a question. */
        QuestionAnswer: {
            /** @description Absent if the path has it. */
            question_id?: null | string;
            /** @description With options: the value or the label of one, or its number, counted from 1. Without: any text of up to 16,384 characters. */
            answer: null | string;
            /** @description A remark for the agent, in up to 2,000 characters. */
            note?: null | string;
        };
        /** @description A possible answer. */
        QuestionOption: {
            /** @description The answer if this option is chosen; up to 200 characters on one line. */
            value: string;
            /** @description What people see; the value if absent. */
            label?: null | string;
            /** @description What choosing it means, in up to 2,000 characters. */
            detail?: null | string;
        };
        /** @description A message to a person about a question. */
        QuestionReminder: {
            /** Format: date-time */
            at: string;
            /** @description Who gets it. */
            to: string;
            /** @description Whether it was sent. One that was due while no server ran is left out if a later one is due too. */
            sent: boolean;
        };
        /** @description A question to ask. */
        QuestionRequest: {
            /** @description Up to 16,384 characters. */
            content: null | string;
            /** @description Up to 20 possible answers, each a string or an object with `value`, `label`, and `detail`. If absent, any text is an answer. */
            options?: null | (string | {
                value: string;
                label?: null | string;
                detail?: null | string;
            })[];
            /** @description The answer if nobody gives one by the deadline: one of the options, if there are any. */
            default?: null | string;
            /**
             * Format: date-time
             * @description Until when it can be answered, at most a year from now. If absent, it stays open until it is answered or withdrawn.
             */
            deadline?: null | string;
            /** @description 1-10 people to ask, one after the other: `human` for the operators, or agents. `human` alone if absent. */
            escalation?: null | string[];
            /**
             * Format: int32
             * @description Seconds until the next of `escalation` is asked too. If absent, the time until the deadline is shared out equally; without a deadline, 900.
             */
            escalate_after_seconds?: null | number;
            /** @description The conversation to ask it in; a new one if absent. */
            thread_id?: null | string;
            /** @description The task that it is about. When the task ends, the question is withdrawn. */
            task_id?: null | string;
            /** @description The execution that it belongs to. */
            execution_id?: null | string;
            /** @description What a person should know to answer it, in up to 2,000 characters. */
            note?: null | string;
            /** @description Who asks. If absent, the caller. Only admins may name another. */
            agent_id?: null | string;
        };
        /**
         * @description `defaulted`: Nobody answered by the deadline, so the default is the answer. `expired`: Nobody answered by the deadline, and there is no default. `withdrawn`: The answer is no longer needed.
         * @enum {string}
         */
        QuestionStatus: "open" | "answered" | "defaulted" | "expired" | "withdrawn";
        /** @description A delivery that could not be requeued or purged. */
        RefusedDeadLetter: {
            delivery_id: string;
            /** @description The code of the error: `not_found` if the delivery is not a dead letter, or if its message is gone. */
            code: string;
        };
        /** @description A registration, or with `PUT agents/{agent_id}` a change to an agent. For an existing agent, absent fields do not change. */
        RegisterRequest: {
            /** @description 1-255 characters from `A-Z a-z 0-9 . _ -`; derived from the name if absent. */
            agent_id?: null | string;
            name?: null | string;
            /** @description `llm` if absent. */
            type?: null | string;
            role?: null | string;
            specialization?: null | string;
            capabilities?: null | string[];
            metadata?: unknown;
        };
        /** @description How a request ended: the first reply, and whether it says success or error. */
        RequestAnswer: {
            status: components["schemas"]["Outcome"];
            reply: components["schemas"]["Message"];
        };
        /** @description A send that waits for its first reply. */
        RequestRequest: {
            /**
             * Format: double
             * @description Seconds to wait, 1-3,600; default 30.
             */
            timeout_seconds?: null | number;
            /** @description One address or several: an agent's id or name, `*`, `squad:`, `role:`, `capability:`, `topic:`, `human`. */
            to: string | string[];
            /** @description 1-50 characters from `a-z 0-9 _ . -`; `text` if absent. */
            message_type?: null | string;
            content?: null | string;
            payload?: unknown;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            /**
             * Format: int32
             * @description How long it may wait undelivered. Defaults to the project's `message_ttl_seconds`.
             */
            ttl_seconds?: null | number;
            /**
             * Format: date-time
             * @description Not before this time.
             */
            deliver_at?: null | string;
            /** @description Defaults to the thread of `reply_to`, or else a new one. */
            conversation_thread_id?: null | string;
            /** @description The message that this one answers. The sender's own delivery of it is acknowledged along with the send: see `settle`. */
            reply_to?: null | string;
            /** @description For replies: whether to acknowledge the sender's delivery of the message in `reply_to`. Defaults to true, or to false for a reply with the intent `ack`, which only promises to do something. */
            settle?: null | boolean;
            outcome?: null | components["schemas"]["Outcome"];
            /** @description The earlier message that this one replaces. Its deliveries that nobody has taken yet are withdrawn. */
            supersedes?: null | string;
            task_id?: null | string;
            execution_id?: null | string;
            metadata?: unknown;
            /** @description Sends with the same key store one message. */
            idempotency_key?: null | string;
            intent?: null | components["schemas"]["Intent"];
            surface?: null | components["schemas"]["Surface"];
            /** @description Only for callers who may send as somebody else. Defaults to the caller. */
            sender_id?: null | string;
        };
        /** @description What differs when the message of a dead letter is sent anew. Absent fields stay as they are in that message. */
        ResendRequest: {
            /** @description The agent whose mailbox it was for if absent. */
            to?: string | string[];
            message_type?: null | string;
            content?: null | string;
            payload?: unknown;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            intent?: null | components["schemas"]["Intent"];
            surface?: null | components["schemas"]["Surface"];
            metadata?: unknown;
            /**
             * Format: int32
             * @description Defaults to the project's `message_ttl_seconds`.
             */
            ttl_seconds?: null | number;
            /**
             * Format: date-time
             * @description Not before this time.
             */
            deliver_at?: null | string;
            conversation_thread_id?: null | string;
            task_id?: null | string;
            /** @description Stays as it is if absent, unless that execution has ended: then the new message belongs to none. */
            execution_id?: null | string;
            /** @description Only for callers who may send as somebody else. Defaults to the caller. */
            sender_id?: null | string;
        };
        /** @description Paths of a repository that an agent keeps for itself for a while, so that no other works on the same files. It is an agreement: the server does not see the files. */
        Reservation: {
            reservation_id: string;
            /** @description The agent that has it; `human` for a person. */
            agent_id: string;
            /** @description Globs, relative to the root of the repository, as git writes them with the magic word `glob`. A path without wildcards also stands for everything below it. */
            paths: string[];
            mode: components["schemas"]["ReservationMode"];
            status: components["schemas"]["ReservationStatus"];
            /** @description Why the paths are reserved; others see it. */
            reason: null | string;
            /**
             * Format: int32
             * @description How long it is held, from when it starts or is renewed.
             */
            ttl_seconds: number;
            /**
             * Format: date-time
             * @description When it ends unless it is renewed; null while it waits, and when it has ended before.
             */
            expires_at: null | string;
            /** @description The agents that wanted something that it covers. */
            wanted_by: string[];
            /**
             * Format: int64
             * @description Of two reservations that clash, the one that holds the paths later has the higher fence. Whoever writes what is reserved can refuse a lower fence than the highest it has seen.
             */
            fence: number;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was released or expired.
             */
            ended_at: null | string;
            /**
             * Format: int64
             * @description Increases with every change.
             */
            version: number;
        };
        /** @description Files to check. */
        ReservationCheck: {
            /** @description Up to 10,000 paths of files; nothing in them is a wildcard. */
            files: null | string[];
            /** @description The agent that is about to change them; what it holds itself does not count. If absent, the caller. */
            agent_id?: null | string;
        };
        /** @description A reservation of another agent that covers a file. */
        ReservationClash: {
            /** @description The first of the files that it covers. */
            file: string;
            /**
             * Format: int32
             * @description How many of the files it covers.
             */
            files: number;
            reservation: components["schemas"]["Reservation"];
        };
        /** @description What keeps an agent from changing files. */
        ReservationClashes: {
            /** @description Up to 100 clashes, the oldest reservation first. */
            items: components["schemas"]["ReservationClash"][];
        };
        /**
         * @description `exclusive`: No other agent may hold any of the paths. `shared`: Others may hold them too, if they share them as well.
         * @enum {string}
         */
        ReservationMode: "exclusive" | "shared";
        /** @description Renews or releases a reservation. */
        ReservationMove: {
            /** @description Absent if the path has it. */
            reservation_id?: null | string;
            /**
             * Format: int32
             * @description For renewing it: seconds from now until it ends. If absent, as long as it was reserved for.
             */
            ttl_seconds?: null | number;
            /**
             * Format: int64
             * @description If given, it must be the reservation's.
             */
            fence?: null | number;
        };
        /** @description Paths to reserve: all of them or none. */
        ReservationRequest: {
            /** @description 1-50 globs of up to 512 characters. */
            paths: null | string[];
            /** @description The agent that gets it. If absent, the caller. Only admins and operators may name another. */
            agent_id?: null | string;
            mode?: null | components["schemas"]["ReservationMode"];
            /**
             * Format: int32
             * @description Seconds until it ends unless it is renewed: 1 to 86,400; 900 if absent.
             */
            ttl_seconds?: null | number;
            /** @description Why you reserve them, in one line of up to 200 characters; others see it. */
            reason?: null | string;
            /** @description If true, a clash makes it wait for its turn. If absent, a clash is refused. */
            wait?: null | boolean;
        };
        /**
         * @description `active`: The agent holds the paths. `waiting`: Others hold some of the paths, or have waited for them for longer.
         * @enum {string}
         */
        ReservationStatus: "active" | "waiting" | "released" | "expired";
        /** @description An agent that a message to a capability could go to. */
        RoutingCandidate: {
            agent_id: string;
            capability: string;
            status: components["schemas"]["AgentStatus"];
            paused: boolean;
            /**
             * Format: int32
             * @description How many deliveries it has, waiting or in hand.
             */
            deliveries: number;
            chosen: boolean;
        };
        /** @description Which messages a rule applies to. Each condition that is present must hold for the message as it was sent. */
        RoutingConditions: {
            /** @description Message types, at most 100. In each, `*` matches any characters within a word, and `>` at the end matches one or more words: `task_*`, `build.>`. */
            types?: null | string[];
            /** @description Words, at most 100, of which at least one is in the content. A word consists of letters, digits, and `_`. Upper and lower case are the same. */
            words?: null | string[];
            /** @description A regular expression that matches somewhere in the content, up to 1,000 characters. It cannot use what needs backtracking: lookarounds, backreferences, atomic groups. `(?i)` at its start ignores case. */
            pattern?: null | string;
            /** @description Fields that the metadata has, with these values. */
            metadata?: unknown;
            /** @description Ids of senders, or `role:ROLE`, at most 100: one of them sent it. */
            senders?: null | string[];
            /** @description Addresses, at most 100: it was addressed to at least one of them, in exactly these words. */
            to?: null | string[];
        };
        /** @description How many messages. */
        RoutingCount: {
            name: string;
            /** Format: int64 */
            messages: number;
            /** Format: date-time */
            first_at: null | string;
            /** Format: date-time */
            last_at: null | string;
        };
        /** @description Where a message would go, and why. Nothing was sent. */
        RoutingExplanation: {
            /** @description Where it would be addressed after the rules. */
            to: string | string[];
            /** @description Who would get it, the first 100. */
            recipients: string[];
            /** Format: int32 */
            recipients_total: number;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            metadata: unknown;
            /** @description Every rule of the project, in order. */
            rules: components["schemas"]["RuleVerdict"][];
            /** @description What the rules would do, and how each address would be resolved, as a trace shows it. */
            routing: string[];
            /** @description For a capability: the agents that have it, and which of them would be chosen. */
            candidates: components["schemas"]["RoutingCandidate"][];
            problem: null | components["schemas"]["Problem"];
        };
        /** @description Changes the messages that match its conditions. All rules that match apply, in order, until one of them has `stop`. */
        RoutingRule: {
            /** @description Unique in the project: 1-64 of `A-Z a-z 0-9 . _ -`. Traces name the rule by it. */
            name: null | string;
            /** @description One line, up to 200 characters. */
            description?: null | string;
            when?: null | components["schemas"]["RoutingConditions"];
            /** @description Where the message goes instead of where it was addressed: one address or several, such as `capability:review`. The first rule that matches and has it decides. Replies always go to whom they were addressed. */
            to?: string | string[];
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            /** @description An object whose fields are added to the message's metadata. They replace fields with the same name. */
            metadata?: unknown;
            /** @description Whether the rules after this one are skipped if it matches. */
            stop?: null | boolean;
        };
        /** @description A project's routing rules. They are evaluated in order for each message that is sent. */
        RoutingRules: {
            rules: components["schemas"]["RoutingRule"][];
            /** @description Who changed them last: an agent of type `human`, or null. */
            updated_by: null | string;
            /**
             * Format: date-time
             * @description Null if the project never had rules.
             */
            created_at: null | string;
            /**
             * Format: date-time
             * @description Null if the project never had rules.
             */
            updated_at: null | string;
            /**
             * Format: int64
             * @description Increases with every change. 0 if the project never had rules.
             */
            version: number;
        };
        /** @description New routing rules, which replace all present ones. */
        RoutingRulesRequest: {
            /** @description In order, at most 200. Empty to remove all rules. */
            rules: null | components["schemas"]["RoutingRule"][];
        };
        /** @description How often each rule was applied, and how messages reached their recipients. */
        RoutingStats: {
            /** @description By rule, the most frequent first. Rules that were deleted keep their counts. */
            rules: components["schemas"]["RoutingCount"][];
            /** @description By the kind of address, the most frequent first: `capability` (chosen as the setting `routing_strategy` says), `squad`, `role`, `topic`, `narrowed` (a broadcast to a part of everybody), and `name` (an agent's name). Messages to an agent's id, and to everybody, are not counted. */
            strategies: components["schemas"]["RoutingCount"][];
        };
        /** @description Whether a rule would apply to a message. */
        RuleVerdict: {
            name: string;
            matches: boolean;
            /** @description What it would do, or which condition does not hold. */
            reason: string;
        };
        /** @description A schema to register for a message type: its own, or the one that ships with the server. */
        SchemaRequest: {
            /** @description JSON Schema, draft 2020-12, up to 64 KiB. */
            schema?: unknown;
            /** @description True to enable the schema that ships with the server for this type, instead of sending one. */
            builtin?: null | boolean;
        };
        /** @description Where a message went and what each recipient is doing. */
        SendAnswer: {
            message_id: string;
            /** Format: int64 */
            seq: number;
            conversation_thread_id: string;
            /** @description True if an earlier send with the same key stored it. */
            duplicate: boolean;
            /** @description The first 100 deliveries. */
            deliveries: components["schemas"]["DeliveryOutlook"][];
            /**
             * Format: int32
             * @description The total number of deliveries.
             */
            deliveries_total: number;
        };
        /** @description Up to 1,000 sends, each with its own result. */
        SendBatchRequest: {
            items: null | components["schemas"]["SendRequest"][];
        };
        /** @description The result of one item in a batch of sends: an HTTP status, with the answer that a single send would have gotten, or the problem. */
        SendItemResult: {
            /** Format: int32 */
            status: number;
            message_id?: null | string;
            /** Format: int64 */
            seq?: null | number;
            conversation_thread_id?: null | string;
            duplicate?: null | boolean;
            deliveries?: null | components["schemas"]["DeliveryOutlook"][];
            /** Format: int32 */
            deliveries_total?: null | number;
            problem?: null | components["schemas"]["Problem"];
        };
        /** @description The results of a batch of sends, in the same order. */
        SendItemResults: {
            items: components["schemas"]["SendItemResult"][];
        };
        /** @description What a send would do. Nothing was stored. */
        SendPreview: {
            /** @description Where it would be addressed to after the routing rules. */
            to: string | string[];
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority: number;
            /** @description What routing rules would do, and how each address would be resolved, as a trace shows it. Empty for a single agent without rules. */
            routing: string[];
            /** @description The first 100 deliveries, as things are now. */
            deliveries: components["schemas"]["DeliveryOutlook"][];
            /**
             * Format: int32
             * @description The total number of deliveries.
             */
            deliveries_total: number;
        };
        /** @description A message to send. Absent fields take the default described with them. */
        SendRequest: {
            /** @description One address or several: an agent's id or name, `*`, `squad:`, `role:`, `capability:`, `topic:`, `human`. */
            to: string | string[];
            /** @description 1-50 characters from `a-z 0-9 _ . -`; `text` if absent. */
            message_type?: null | string;
            content?: null | string;
            payload?: unknown;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            /**
             * Format: int32
             * @description How long it may wait undelivered. Defaults to the project's `message_ttl_seconds`.
             */
            ttl_seconds?: null | number;
            /**
             * Format: date-time
             * @description Not before this time.
             */
            deliver_at?: null | string;
            /** @description Defaults to the thread of `reply_to`, or else a new one. */
            conversation_thread_id?: null | string;
            /** @description The message that this one answers. The sender's own delivery of it is acknowledged along with the send: see `settle`. */
            reply_to?: null | string;
            /** @description For replies: whether to acknowledge the sender's delivery of the message in `reply_to`. Defaults to true, or to false for a reply with the intent `ack`, which only promises to do something. */
            settle?: null | boolean;
            outcome?: null | components["schemas"]["Outcome"];
            /** @description The earlier message that this one replaces. Its deliveries that nobody has taken yet are withdrawn. */
            supersedes?: null | string;
            task_id?: null | string;
            execution_id?: null | string;
            metadata?: unknown;
            /** @description Sends with the same key store one message. */
            idempotency_key?: null | string;
            intent?: null | components["schemas"]["Intent"];
            surface?: null | components["schemas"]["Surface"];
            /** @description Only for callers who may send as somebody else. Defaults to the caller. */
            sender_id?: null | string;
        };
        /** @description The server, as of this answer. */
        ServerFacts: {
            version: string;
            /**
             * Format: date-time
             * @description By the server's clock.
             */
            time?: string;
            /** @description The first part of every place in the log of the request's project. It changes if an older state of the data was restored. */
            epoch: string;
            /**
             * Format: double
             * @description How many days that project keeps messages and events; null for forever.
             */
            retention_days?: null | number;
        };
        /** @description Which parts of a message were shortened, and how many characters each has in full. Null for parts that are complete. */
        Shortened: {
            /**
             * Format: int32
             * @description The content was cut at its end.
             */
            content?: null | number;
            /**
             * Format: int32
             * @description The payload was left out.
             */
            payload?: null | number;
            /**
             * Format: int32
             * @description The metadata was left out.
             */
            metadata?: null | number;
        };
        /** @description Signs a browser in with the ticket of a sign-in link. */
        SignInRequest: {
            /** @description The part of the link after `/sign-in#`. */
            ticket: null | string;
        };
        /** @description Until when to snooze an item. */
        SnoozeRequest: {
            /**
             * Format: date-time
             * @description At most 30 days from now.
             */
            until: null | string;
        };
        /** @description A named group of agents with roles. */
        Squad: {
            squad_id: string;
            name: string;
            members: components["schemas"]["SquadMember"][];
            /** Format: date-time */
            created_at: string;
            pause: null | components["schemas"]["Pause"];
        };
        SquadMember: {
            agent_id?: null | string;
            /** @description If absent, the agent's own role. The same goes for the specialization. */
            role?: null | string;
            specialization?: null | string;
        };
        SquadRequest: {
            /** @description 1-64 characters from `A-Z a-z 0-9 . _ -`; derived from the name if absent. */
            squad_id?: null | string;
            name?: null | string;
            members?: null | components["schemas"]["SquadMember"][];
        };
        /** @description A project's statistics. */
        Stats: {
            messages: components["schemas"]["MessageStats"];
            /** @description From send to acknowledgment, over the last 5 minutes. */
            latency_ms: components["schemas"]["LatencyStats"];
            mailboxes: components["schemas"]["MailboxStats"];
            agents: components["schemas"]["AgentStats"];
            /** Format: int32 */
            connections: number;
            /** Format: int64 */
            uptime_seconds: number;
            /**
             * Format: double
             * @description The fraction of time since the first start that the server was ready, 0-1.
             */
            availability: number;
            version: string;
        };
        /** @description All counts for a time span. */
        StatsExport: {
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until: string;
            messages: components["schemas"]["TypeCount"][];
            agents: components["schemas"]["AgentCount"][];
            pairs: components["schemas"]["PairCount"][];
            timeline: components["schemas"]["TimelinePoint"][];
        };
        StatusRequest: {
            status?: null | components["schemas"]["AgentStatus"];
            activity?: null | components["schemas"]["AgentActivity"];
            /** @description What the agent is doing, in one line of up to 200 characters; empty to remove it. If absent, the note stays until the activity changes or the agent goes offline. */
            note?: null | string;
        };
        /** @description Agents that answered each other too often in a short time. Their further replies are held until an operator decides. */
        Storm: {
            storm_id: string;
            status: components["schemas"]["StormStatus"];
            /** @description The agents whose replies in the thread are held. */
            agents: string[];
            thread_id: string;
            /**
             * Format: date-time
             * @description When the first reply was held.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When an operator released or cancelled it.
             */
            ended_at: null | string;
            /** @description The operator that released or cancelled it, or the token, as `token:ID`, if it belongs to no agent. */
            decided_by: null | string;
            /**
             * Format: int32
             * @description How often the agents had answered each other when the first reply was held.
             */
            replies: number;
            /**
             * Format: int32
             * @description Within how many seconds.
             */
            window_seconds: number;
            /**
             * Format: int32
             * @description How many of the last replies, up to 50, repeat what the same agent had said before.
             */
            repeated: number;
            /**
             * Format: int32
             * @description How many replies are held now.
             */
            held: number;
            first_message: null | components["schemas"]["StormMessage"];
            /** @description The last messages that the agents got, oldest first: up to 10. */
            last_messages: components["schemas"]["StormMessage"][];
            /** @description The held replies, oldest first: up to 50. Null in lists, feeds, and events. */
            held_messages: null | components["schemas"]["StormMessage"][];
            /**
             * Format: int64
             * @description Replies of its agents to messages of its thread are held up to the message with this seq. What answers later ones, such as those of a person, is delivered.
             */
            holds_up_to: number;
            /**
             * Format: date-time
             * @description When the inbox `human` was told.
             */
            told_at: null | string;
            /**
             * Format: int64
             * @description Increases with every change.
             */
            version: number;
        };
        /** @description A message of a storm. */
        StormMessage: {
            message_id: string;
            sender_id: string;
            /** Format: date-time */
            timestamp?: string;
            /** @description The first 200 characters of what it says. Null in lists, feeds, and events, and if the message was deleted. */
            content?: null | string;
        };
        /** @description Releases a storm. */
        StormRelease: {
            /** @description A message to all agents of the storm, in its thread. They get it before the held replies. */
            message?: null | string;
        };
        /**
         * @description `open`: Replies are held, and an operator has to decide. `released`: The held replies were delivered. `cancelled`: The held replies were withdrawn.
         * @enum {string}
         */
        StormStatus: "open" | "released" | "cancelled";
        /** @description The topics an agent is subscribed to; `*` matches one word, `>` at the end matches the rest. */
        Subscriptions: {
            topics: null | string[];
        };
        /**
         * @description When the recipient's harness should show the message to the model.
         * @enum {string}
         */
        Surface: "interrupt" | "next_boundary" | "when_idle" | "pull";
        /**
         * @description What shows that a message has stood in the context of its reader's model. `report`: The reader says so. `next_event`: The harness did something that only an answer of the model can lead to, and the request for that answer had the message. `transcript`: The message is in the harness's record of the session. `screen`: The terminal showed it. `tool`: The model fetched it with a tool.
         * @enum {string}
         */
        SurfaceEvidence: "report" | "next_event" | "transcript" | "screen" | "tool";
        /** @description Assigns a task. */
        TaskAssignment: {
            /** @description Absent if the path has it. */
            task_id?: null | string;
            /** @description If absent, the server chooses one. */
            agent_id?: null | string;
            /**
             * Format: int64
             * @description Only if the task has this version.
             */
            if_version?: null | number;
        };
        /** @description A call by the agent that has the task. */
        TaskMove: {
            /** @description Absent if the path has it. */
            task_id?: null | string;
            /**
             * Format: int64
             * @description The fence of the assignment. An operator may leave it out; the agent then loses the task.
             */
            fence?: null | number;
            /**
             * Format: int32
             * @description How long the lease lasts from now on; the server's setting if absent.
             */
            lease_seconds?: null | number;
            /** @description For completing it: any JSON, up to 256 KiB. */
            result?: unknown;
            /** @description For failing it: the reason. */
            error?: null | string;
            /** @description For rejecting it or taking it back: the reason. */
            reason?: null | string;
            /**
             * Format: int64
             * @description Only if the task has this version.
             */
            if_version?: null | number;
        };
        /** @description How many parts a task has, and how many of them are completed. Cancelled parts are not counted. */
        TaskParts: {
            /** Format: int32 */
            done?: number;
            /** Format: int32 */
            total?: number;
        };
        /** @description Changes to a task. Absent fields do not change. */
        TaskPatch: {
            /** @description Absent if the path has it. */
            task_id?: null | string;
            title?: null | string;
            description?: null | string;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            auto_assign?: null | boolean;
            required_capabilities?: null | string[];
            requirements?: unknown;
            depends_on?: null | string[];
            /** Format: date-time */
            due_date?: null | string;
            status?: null | components["schemas"]["AgentTaskStatus"];
            /**
             * Format: int64
             * @description With `status`: the fence of the task, which the agent that has it must send.
             */
            fence?: null | number;
            /** @description With the status `completed`. */
            result?: unknown;
            /** @description With the status `failed` or `cancelled`. */
            error?: null | string;
            /**
             * Format: int64
             * @description Only if the task has this version.
             */
            if_version?: null | number;
        };
        /** @description A task to create. */
        TaskRequest: {
            /** @description One line, up to 200 characters. */
            title: null | string;
            /** @description Up to 65,536 characters. */
            description?: null | string;
            /**
             * Format: int32
             * @description How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.
             */
            priority?: null | number;
            /** @description Assigns the task to this agent at once. */
            agent_id?: null | string;
            /** @description If true, the server assigns it to a suitable agent, at once or when one comes online, and to another one if that agent loses it. */
            auto_assign?: null | boolean;
            required_capabilities?: null | string[];
            requirements?: unknown;
            depends_on?: null | string[];
            parent_task_id?: null | string;
            /** Format: date-time */
            due_date?: null | string;
        };
        /** @description Whether what you have read of a thread is still current. */
        ThreadCurrent: {
            conversation_thread_id: string;
            /** Format: int64 */
            since: number;
            /** @description True when nothing is newer and nothing was superseded. */
            is_current: boolean;
            newer: components["schemas"]["Message"][];
            /** @description Ids of the thread's messages up to `since` that a later message superseded. */
            superseded: string[];
        };
        /** @description A conversation in short: who wants what from whom, what was settled, and where it stands. */
        ThreadDigest: {
            conversation_thread_id: string;
            /** @description The beginning of the first message. */
            title: null | string;
            /**
             * Format: int32
             * @description How many messages the conversation has.
             */
            messages: number;
            /**
             * Format: int32
             * @description How many of them, the newest, the digest covers.
             */
            covered: number;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            last_at: string;
            /** Format: int64 */
            last_seq: number;
            /** @description Whoever wrote, with the most messages first. */
            participants: components["schemas"]["DigestParticipant"][];
            /** @description Requests that nobody has answered, the oldest first; at most 50, the newest. */
            open: components["schemas"]["DigestRequest"][];
            /** @description Requests that were answered, in the order of the answers; at most 20, the newest. */
            settled: components["schemas"]["DigestRequest"][];
            last: null | components["schemas"]["DigestMessage"];
            /** @description All of this as text for people and models. Every message is named by its id. */
            text: string;
            /** @description What the project's own model makes of it, in up to 4,000 characters; null if the project has no model, or the model did not answer. */
            summary: null | string;
            /**
             * Format: int64
             * @description The seq of the newest message that the summary covers.
             */
            summary_last_seq: null | number;
            /** @description Why there is no summary, or none that covers the newest messages; null if nothing is wrong. */
            summary_error: null | string;
        };
        /** @description A conversation in a list: who took part and how long it is. */
        ThreadSummary: {
            conversation_thread_id: string;
            /** @description The first message's content, shortened to 120 characters. */
            title: null | string;
            participants: string[];
            /** Format: int32 */
            messages: number;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            last_at: string;
            /** Format: int64 */
            last_seq: number;
        };
        /** @description A conversation: its messages in order, a page at a time. */
        ThreadView: {
            items: components["schemas"]["Message"][];
            next: null | string;
            conversation_thread_id: string;
            /** @description The first message's content, shortened to 120 characters. */
            title: null | string;
            participants: string[];
            /** Format: int32 */
            messages: number;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            last_at: string;
            /** Format: int64 */
            last_seq: number;
        };
        Ticket: {
            /** @description Add it to the address as `?ticket=`. */
            ticket: string;
            /** Format: date-time */
            expires_at: string;
        };
        /** @description Requests a ticket, for browsers, which cannot set headers on streams and sockets. */
        TicketRequest: {
            /** @description The path to open, with its query: `/api/v1/sse/project/default`. */
            path: null | string;
        };
        /** @description One bucket of a timeline. */
        TimelinePoint: {
            /**
             * Format: date-time
             * @description When the bucket begins.
             */
            at: string;
            by_type: {
                [key: string]: number;
            };
            /** Format: int64 */
            sent: number;
            /** Format: int64 */
            acknowledged: number;
            /** Format: int64 */
            dead: number;
            /** Format: int64 */
            expired: number;
            /** Format: double */
            ack_ms: null | number;
        };
        /** @description A token without its secret. */
        TokenInfo: {
            token_id: string;
            kind: components["schemas"]["TokenKind"];
            /** @description Null means every project. */
            project_id: null | string;
            agent_id: null | string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: null | string;
            /** Format: date-time */
            last_used_at: null | string;
        };
        /**
         * @description What a token allows; see the table of who may do what.
         * @enum {string}
         */
        TokenKind: "admin" | "operator" | "agent" | "join" | "observer";
        TokenRequest: {
            kind: null | components["schemas"]["TokenKind"];
            project_id?: null | string;
            agent_id?: null | string;
            /** Format: date-time */
            expires_at?: null | string;
        };
        /** @description Counts for one message type over a time span. */
        TypeCount: {
            message_type: string;
            /** Format: int64 */
            messages: number;
            /**
             * Format: int64
             * @description One for each recipient.
             */
            deliveries: number;
            /** Format: int64 */
            acknowledged: number;
            /** Format: int64 */
            dead: number;
            /** Format: int64 */
            expired: number;
            /**
             * Format: double
             * @description The mean time from queued to acknowledged, for deliveries that were acknowledged in the time span.
             */
            ack_ms: null | number;
        };
        /** @description An agent is to take a turn. */
        Wake: {
            wake_id: string;
            agent_id: string;
            /** @description The prompt. It is always the same but for the number, and has nothing of a message in it. */
            text: string;
            /**
             * Format: int32
             * @description How many messages wait, 200 at most.
             */
            count?: number;
            way?: components["schemas"]["WakeWay"];
            /** @description The harness that the agent's hooks come from, such as `claude`; null if none have come. */
            harness?: null | string;
            /** @description The harness's id of the agent's current session; null if no hooks have come. */
            session_id?: null | string;
            /**
             * Format: date-time
             * @description From then on, the agent may be woken again.
             */
            expires_at?: string;
        };
        /**
         * @description `submitted`: The harness has taken it. `unverified`: It was given to the harness, and nothing shows whether it was taken. `failed`: It was not taken. Another way may try.
         * @enum {string}
         */
        WakeOutcome: "submitted" | "unverified" | "failed";
        /** @description How a wake went. */
        WakeReport: {
            outcome: null | components["schemas"]["WakeOutcome"];
            /** @description Why, for people. At most 1,000 characters. */
            detail?: null | string;
        };
        /**
         * @description How an idle agent can be made to take a turn, the best way first. `socket`: The inbox socket of a session, by a process that the session has started. `plugin`: A plugin inside the harness. `queue`: A command of the harness that queues a prompt for a session. `monitor`: A process whose lines become turns. `waiter`: A hook in the background whose end begins a turn. `keystrokes`: Keys typed into a terminal.
         * @enum {string}
         */
        WakeWay: "socket" | "plugin" | "queue" | "monitor" | "waiter" | "keystrokes";
        /** @description An address that the server posts events to as they happen. */
        Webhook: {
            webhook_id: string;
            url: string;
            /** @description The types of events to post, with wildcards. Empty means all. */
            types: string[];
            description: null | string;
            /** @description The secret that signs deliveries. Only in the answer that creates a webhook without one; it is shown only this once. */
            secret?: null | string;
            status: components["schemas"]["WebhookStatus"];
            /** @description Why it is paused or ended, or why its last delivery failed; null if nothing is wrong. */
            reason: null | string;
            /**
             * Format: int32
             * @description The number of failed deliveries since the last successful one. Null in feeds and events, like the fields after it through `place`.
             */
            failures: null | number;
            /** Format: date-time */
            last_attempt_at: null | string;
            /** Format: date-time */
            last_success_at: null | string;
            /**
             * Format: int32
             * @description The HTTP status of the answer to the last attempt; null if there was no attempt or no answer.
             */
            last_status: null | number;
            /**
             * Format: date-time
             * @description When a failed delivery is tried again; null if none is waiting for a retry.
             */
            next_attempt_at: null | string;
            /**
             * Format: int64
             * @description How many log entries retention removed before this webhook reached them. Some may have been events that it should have delivered.
             */
            missed: null | number;
            /** @description The place in the project's log, `EPOCH-SEQ`, up to which everything was delivered or did not match. */
            place: null | string;
            /** @description Who created it: an agent of type `human`, or null. */
            created_by: null | string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: int64
             * @description Increases with every change.
             */
            version: number;
        };
        /** @description A webhook to create, or its new settings. */
        WebhookRequest: {
            /** @description `https://`, up to 2,000 characters, without a user name or password. */
            url: null | string;
            /** @description The types of events to post, at most 100. In each, `*` matches any characters within a word, and `>` at the end matches one or more words: `task_*`, `build.>`. If absent, all events. */
            types?: null | string[];
            /** @description The secret that signs deliveries: 16-256 printable ASCII characters. If absent, the server creates one and shows it once, or keeps the current one when the webhook is changed. */
            secret?: null | string;
            /** @description One line, up to 200 characters. */
            description?: null | string;
        };
        /**
         * @description `paused`: Too many deliveries in a row failed. It continues when it is resumed. `ended`: The receiver answered 410: it wants no more events.
         * @enum {string}
         */
        WebhookStatus: "active" | "paused" | "ended";
        /** @description One run of a plan: steps that are handed to agents as soon as the steps they depend on are done. */
        Workflow: {
            workflow_id: string;
            /** @description What kind of work it is, in the words of whoever started it. */
            workflow_type: null | string;
            title: null | string;
            /** @description The name of the definition that it was started from; null if its steps came with the request. */
            definition: null | string;
            /**
             * Format: int32
             * @description The revision of the definition.
             */
            revision: null | number;
            /** @description The agents that take part, as the request named them. */
            participants: string[];
            status: components["schemas"]["WorkflowStatus"];
            /** @description Its steps, in the order of the definition; empty in lists and on feeds, because there is a feed of their own. */
            steps: components["schemas"]["WorkflowStep"][];
            /** @description How many steps it has, and how many of them have ended. */
            progress: components["schemas"]["WorkflowProgress"];
            /** @description Steps that could start, but nobody who is able to do them is online and has room. */
            unassigned: string[];
            /** @description What it was started with: any JSON, up to 64 KiB. Steps refer to it as `${input/...}`. */
            input: unknown;
            /** @description When it has ended: the results of its steps by the names of the steps, up to 256 KiB together. Larger ones are left out, the largest first; each step has its own. */
            results: unknown;
            /** @description Why it failed or was cancelled. */
            error: null | string;
            /**
             * Format: int32
             * @description 1, and one more with each retry.
             */
            run: number;
            /** @description The execution of this run; null for a moment at the beginning. */
            execution_id: null | string;
            squad_id: null | string;
            /** @description The workflow whose step this one is; null for most. */
            parent_workflow_id: null | string;
            /** @description The name of that step. */
            parent_step: null | string;
            /**
             * Format: int64
             * @description The fence with which that step was handed to this workflow.
             */
            parent_fence: null | number;
            /** @description The agent that started it; null for a person. */
            created_by: null | string;
            /** @description The thread of its messages. */
            thread_id: null | string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            ended_at: null | string;
            /**
             * Format: int64
             * @description Increases with every change of the workflow itself. Its steps have versions of their own.
             */
            version: number;
        };
        /** @description One time that a step was handed out. */
        WorkflowAttempt: {
            /** Format: int32 */
            attempt: number;
            agent_id: null | string;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            ended_at: null | string;
            /** @description Why it failed, or why the step was taken away. */
            error: null | string;
        };
        /** @description A condition of a step on the result of an earlier one. */
        WorkflowCondition: {
            /** @description The name of an earlier step, or `input`. */
            step?: null | string;
            /** @description Where in its result: a JSON Pointer such as `/tests/failed`; the whole result if absent. */
            pointer?: null | string;
            op?: null | components["schemas"]["ConditionOperator"];
            /** @description What to compare with; not for `exists` and `missing`. */
            value?: unknown;
        };
        /** @description A named plan, to start workflows from. */
        WorkflowDefinition: {
            /** @description 1-64 of A-Z a-z 0-9 . _ -. */
            name: string;
            /**
             * Format: int32
             * @description 1 for the first, and one more with each change. Earlier ones are kept.
             */
            revision: number;
            workflow_type: null | string;
            title: null | string;
            participants: string[];
            steps: components["schemas"]["WorkflowStepRequest"][];
            created_by: null | string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int64
             * @description Increases with every change. Send it as `If-Match` to make a change only if nobody else has changed it since.
             */
            version: number;
        };
        /** @description Why a workflow is cancelled. */
        WorkflowEnd: {
            reason?: null | string;
        };
        /** @description How many steps a workflow has, and how many of them have ended. */
        WorkflowProgress: {
            /** Format: int32 */
            done?: number;
            /** Format: int32 */
            total?: number;
        };
        /** @description A workflow to start: its steps, or the name of a definition that has them. */
        WorkflowRequest: {
            /** @description What kind of work it is, in your words. */
            workflow_type?: null | string;
            title?: null | string;
            /** @description The name of a definition, instead of steps. */
            definition?: null | string;
            /**
             * Format: int32
             * @description The newest if absent.
             */
            revision?: null | number;
            /** @description Agents that take part. They must exist. */
            participants?: null | string[];
            /** @description 1-2,000. */
            steps?: null | components["schemas"]["WorkflowStepRequest"][];
            /** @description Any JSON, up to 64 KiB. Steps refer to it as `${input/...}`. */
            input?: unknown;
            squad_id?: null | string;
        };
        /** @description How often a step is tried again after it failed. */
        WorkflowRetries: {
            /**
             * Format: int32
             * @description 0-20.
             */
            max?: number;
            /**
             * Format: int32
             * @description How long to wait before the first retry, 0-86,400 seconds; each further one waits twice as long, up to a day. 0 if absent.
             */
            backoff_seconds?: null | number;
        };
        /**
         * @description `compensating`: A step failed, and what was done before it is being undone.
         * @enum {string}
         */
        WorkflowStatus: "running" | "compensating" | "completed" | "failed" | "cancelled";
        /** @description One step of a workflow, and how far it is. */
        WorkflowStep: {
            step_id: string;
            workflow_id: string;
            /** @description Its name, unique in the workflow. */
            step: string;
            /**
             * Format: int32
             * @description Its place in the definition, from 0.
             */
            position: number;
            agent: null | string;
            capability: null | string;
            person: null | string;
            workflow: null | string;
            action: null | string;
            requirements: unknown;
            /** @description Its input as defined, with references such as `${build/url}`. */
            input: unknown;
            /** @description The input as it was handed out last, with the results filled in. */
            filled_input: unknown;
            /** @description The names of the steps that must be done first. */
            depends_on: string[];
            /** @description Those of `depends_on` that have not ended yet. Only in a workflow that was asked for by its id. */
            waits_for?: null | string[];
            when: components["schemas"]["WorkflowCondition"][];
            /** Format: int32 */
            timeout_seconds: null | number;
            retries: null | components["schemas"]["WorkflowRetries"];
            on_failure: components["schemas"]["FailurePolicy"];
            /** @description The action that undoes this step. */
            compensate: null | string;
            /** @description For a step of a person: the possible answers; empty if any text is one. */
            options: components["schemas"]["QuestionOption"][];
            /** @description For a step of a person: the answer if nobody gives one in time; null for none. */
            default: null | string;
            /** @description For a step that undoes another one: the name of that one. */
            undoes: null | string;
            status: components["schemas"]["WorkflowStepStatus"];
            /** @description The agent that has it, or had it last. */
            agent_id: null | string;
            /** @description The workflow that does this step. */
            child_workflow_id: null | string;
            /** @description The question that puts this step to a person. */
            question_id: null | string;
            /**
             * Format: int32
             * @description How many times it was handed out.
             */
            attempt: number;
            /**
             * Format: int32
             * @description How many more times it is tried after a failure.
             */
            retries_left: number;
            /**
             * Format: int64
             * @description Increases each time the step is handed out or taken away. Whoever has the step sends it with the result.
             */
            fence: number;
            /** @description Any JSON, up to 256 KiB. */
            result: unknown;
            /** @description Why it failed, was skipped, or was cancelled; while it waits to be tried again, why the last attempt failed. */
            error: null | string;
            /** @description Its attempts, oldest first; the newest 50. */
            attempts: components["schemas"]["WorkflowAttempt"][];
            /**
             * Format: date-time
             * @description When it was handed out for the first time.
             */
            started_at: null | string;
            /**
             * Format: date-time
             * @description If it has not ended by then, the attempt fails.
             */
            timeout_at: null | string;
            /**
             * Format: date-time
             * @description While it waits to be tried again: when that happens.
             */
            retry_at: null | string;
            /** Format: date-time */
            ended_at: null | string;
            /**
             * Format: int64
             * @description Increases with every change.
             */
            version: number;
        };
        /** @description How a step goes on or ends. */
        WorkflowStepMove: {
            /**
             * Format: int64
             * @description The fence that came with the step. An operator may leave it out.
             */
            fence?: null | number;
            /** @description Any JSON, up to 256 KiB; only to complete. */
            result?: unknown;
            /** @description Why it failed; only to fail. */
            error?: null | string;
        };
        /** @description One step as defined. Exactly one of agent, capability, person, and workflow says who does it. */
        WorkflowStepRequest: {
            /** @description Its name, unique in the workflow: 1-100 of A-Z a-z 0-9 . _ -. If absent, it is made from the action. */
            step?: null | string;
            agent?: null | string;
            /** @description Any agent that has it: online, not paused, with the least to do. */
            capability?: null | string;
            /** @description `human` for whoever operates the project, or the agent id of a person. */
            person?: null | string;
            /** @description The name of a definition that is run as this step. */
            workflow?: null | string;
            /** @description What to do, up to 16,384 characters. */
            action?: null | string;
            /** @description Any JSON, up to 64 KiB, passed on as it is. */
            requirements?: unknown;
            /** @description Any JSON, up to 64 KiB. In its texts, `${step/pointer}` stands for a part of an earlier result. */
            input?: unknown;
            /** @description Names of steps, or actions that only one step has. */
            depends_on?: null | string[];
            /** @description If one of these does not hold, the step is skipped. */
            when?: null | components["schemas"]["WorkflowCondition"][];
            /**
             * Format: int32
             * @description How long one attempt may take, 1-2,592,000. The project's `message_ttl_seconds` if absent.
             */
            timeout_seconds?: null | number;
            retries?: null | components["schemas"]["WorkflowRetries"];
            on_failure?: null | components["schemas"]["FailurePolicy"];
            /** @description The action that undoes this step: given, with the step's result as input, to whoever did it. */
            compensate?: null | string;
            /** @description Only for a person: up to 20 possible answers, each a string or an object with `value`, `label`, and `detail`. If absent, any text is an answer. */
            options?: null | (string | {
                value: string;
                label?: null | string;
                detail?: null | string;
            })[];
            /** @description Only for a person, and with `timeout_seconds`: the answer if nobody gives one in time: one of the options, if there are any. */
            default?: null | string;
        };
        /**
         * @description `waiting`: For the steps that it depends on, for an agent that can do it, or for its next attempt. `assigned`: An agent was given it. `in_progress`: The agent reported that it has begun. `skipped`: Its conditions did not hold, or everything that it depends on was skipped.
         * @enum {string}
         */
        WorkflowStepStatus: "waiting" | "assigned" | "in_progress" | "completed" | "failed" | "skipped" | "cancelled";
        /** @description What is wrong with a workflow, all at once. */
        WorkflowValidation: {
            valid: boolean;
            /** @description By the place in the request, such as `steps[2].depends_on[0]`. */
            errors: {
                [key: string]: string[];
            };
            /** @description Names of the steps, in waves: the steps of one wave can run at the same time. Empty if it is not valid. */
            waves: string[][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    ListTokens: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTokenInfo"];
                };
            };
        };
    };
    CreateToken: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
        };
    };
    RevokeToken: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    CreateTicket: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    ListProjects: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfProject"];
                };
            };
        };
    };
    CreateProject: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    GetProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    UpdateProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    DeleteProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    PauseProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PauseRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    ResumeProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    RegisterAgent: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    ListAgents: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only agents with this status; `active` means any but offline. */
                status?: "active" | "offline" | "online" | "busy" | "error";
                /** @description Only agents with this activity. */
                activity?: "unknown" | "idle" | "working" | "blocked_on_human" | "blocked";
                /** @description Only agents of this type. */
                type?: string;
                /** @description Only agents with this role. */
                role?: string;
                /** @description Only members of this squad. */
                squad?: string;
                /** @description Only agents whose id or name contains this text. */
                q?: string;
                /** @description Only agents with all of these capabilities. */
                capability?: string[];
                /** @description Only agents whose metadata has this value under KEY. */
                "metadata.KEY"?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAgent"];
                };
            };
        };
    };
    ListOnlineAgents: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAgent"];
                };
            };
        };
    };
    GetAgent: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    UpdateAgent: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    DeleteAgent: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    SetAgentStatus: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    SendHeartbeat: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    GetSubscriptions: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscriptions"];
                };
            };
        };
    };
    SetSubscriptions: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Subscriptions"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscriptions"];
                };
            };
        };
    };
    PauseAgent: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PauseRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    ResumeAgent: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    RotateAgentToken: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
        };
    };
    ListSquads: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSquad"];
                };
            };
        };
    };
    CreateSquad: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SquadRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Squad"];
                };
            };
        };
    };
    GetSquad: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                squad_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Squad"];
                };
            };
        };
    };
    UpdateSquad: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                squad_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SquadRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Squad"];
                };
            };
        };
    };
    DeleteSquad: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                squad_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    PauseSquad: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                squad_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PauseRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Squad"];
                };
            };
        };
    };
    ResumeSquad: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                squad_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Squad"];
                };
            };
        };
    };
    PutSquadMember: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                squad_id: string;
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SquadMember"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Squad"];
                };
            };
        };
    };
    DeleteSquadMember: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                squad_id: string;
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ListSchemas: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The built-in schemas, enabled or not. */
                builtin?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMessageSchema"];
                };
            };
        };
    };
    GetSchema: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageSchema"];
                };
            };
        };
    };
    PutSchema: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                message_type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SchemaRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageSchema"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageSchema"];
                };
            };
        };
    };
    DeleteSchema: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                message_type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ListMessages: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Message types. `!` before each of them leaves these out. */
                type?: string[];
                /** @description An agent's id; `parley` for the server itself, `inbound:ID` for an inbound hook. `!` before it leaves it out. */
                sender?: string;
                /** @description An agent's id. `!` before it leaves it out. */
                recipient?: string;
                /** @description A thread's id. `!` before it leaves it out. */
                thread?: string;
                /** @description An execution's id. `!` before it leaves it out. */
                execution?: string;
                /** @description A task's id. `!` before it leaves it out. */
                task?: string;
                /** @description Priorities from 1 to 4, such as 3,4. `!` before each of them leaves these out. */
                priority?: string[];
                /** @description Stages of deliveries: messages with a delivery that is queued, handed_over, surfaced, acknowledged, replied, dead, expired, held, withdrawn. An agent sees all deliveries of what it sent, and its own of other messages. `!` before each of them leaves these out. */
                state?: string[];
                /** @description Not before this time. */
                since?: string;
                /** @description Not after this time. */
                until?: string;
                /** @description Words that must all be in the content; a quoted phrase must match exactly. */
                q?: string;
                /** @description A seq: the newest messages before it. */
                before?: number;
                /** @description A seq: the messages from it on, oldest first. */
                from?: number;
                /** @description A seq: the messages before and after it, oldest first, half a page of each. */
                around?: number;
                /** @description Cuts `content` to this many characters, and leaves out a `payload` that is longer. Cut messages have `truncated` and `content_bytes`. */
                excerpt?: number;
                /** @description `deliveries`: how many deliveries of each message are at which stage. */
                include?: "deliveries";
                /** @description True for `total`: how many messages match on all pages; or `total_at_least`, if that would take too long. */
                count?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMessage"];
                };
            };
        };
    };
    SendMessage: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendAnswer"];
                };
            };
        };
    };
    PreviewMessage: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendPreview"];
                };
            };
        };
    };
    SendBatch: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendBatchRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendItemResults"];
                };
            };
        };
    };
    Broadcast: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BroadcastRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendAnswer"];
                };
            };
        };
    };
    SendRequest: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestAnswer"];
                };
            };
        };
    };
    RecentMessages: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Message types. `!` before each of them leaves these out. */
                type?: string[];
                /** @description An agent's id; `parley` for the server itself, `inbound:ID` for an inbound hook. `!` before it leaves it out. */
                sender?: string;
                /** @description An agent's id. `!` before it leaves it out. */
                recipient?: string;
                /** @description A thread's id. `!` before it leaves it out. */
                thread?: string;
                /** @description An execution's id. `!` before it leaves it out. */
                execution?: string;
                /** @description A task's id. `!` before it leaves it out. */
                task?: string;
                /** @description Priorities from 1 to 4, such as 3,4. `!` before each of them leaves these out. */
                priority?: string[];
                /** @description Stages of deliveries: messages with a delivery that is queued, handed_over, surfaced, acknowledged, replied, dead, expired, held, withdrawn. An agent sees all deliveries of what it sent, and its own of other messages. `!` before each of them leaves these out. */
                state?: string[];
                /** @description Not before this time. */
                since?: string;
                /** @description Not after this time. */
                until?: string;
                /** @description Words that must all be in the content; a quoted phrase must match exactly. */
                q?: string;
                /** @description A seq: the newest messages before it. */
                before?: number;
                /** @description A seq: the messages from it on, oldest first. */
                from?: number;
                /** @description A seq: the messages before and after it, oldest first, half a page of each. */
                around?: number;
                /** @description Cuts `content` to this many characters, and leaves out a `payload` that is longer. Cut messages have `truncated` and `content_bytes`. */
                excerpt?: number;
                /** @description `deliveries`: how many deliveries of each message are at which stage. */
                include?: "deliveries";
                /** @description True for `total`: how many messages match on all pages; or `total_at_least`, if that would take too long. */
                count?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMessage"];
                };
            };
        };
    };
    TaskMessages: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMessage"];
                };
            };
        };
    };
    GetMessage: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
        };
    };
    DeleteMessage: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TraceMessage: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageTrace"];
                };
            };
        };
    };
    AddReaction: {
        parameters: {
            query?: {
                /** @description The agent to act for; defaults to your own agent, or `human`. */
                agent_id?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
                emoji: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    RemoveReaction: {
        parameters: {
            query?: {
                /** @description The agent to act for; defaults to your own agent, or `human`. */
                agent_id?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
                emoji: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ExplainRouting: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingExplanation"];
                };
            };
        };
    };
    PeekInbox: {
        parameters: {
            query?: {
                /** @description How many at most; default 10. */
                max?: number;
                /** @description Seconds to wait if nothing is waiting. */
                wait?: number;
                /** @description Message types. */
                type?: string[];
                /** @description Priorities, such as 3,4. */
                priority?: number[];
                /** @description Senders. */
                from?: string[];
                /** @description Shortens the messages to about this many model tokens, grouped by thread. */
                budget_tokens?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inbox"];
                };
            };
        };
    };
    ClaimMessages: {
        parameters: {
            query?: {
                /** @description How many at most; default 10. */
                max?: number;
                /** @description Seconds to wait if nothing is waiting. */
                wait?: number;
                /** @description Message types. */
                type?: string[];
                /** @description Priorities, such as 3,4. */
                priority?: number[];
                /** @description Senders. */
                from?: string[];
                /** @description Shortens the messages to about this many model tokens, grouped by thread. */
                budget_tokens?: number;
                /** @description How long the lease lasts; default 30. */
                lease_seconds?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ClaimRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inbox"];
                };
            };
        };
    };
    AckMessages: {
        parameters: {
            query?: {
                /** @description The agent to act for; defaults to your own agent, or `human`. */
                agent_id?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AckBatchRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemResults"];
                };
            };
        };
    };
    AckMessage: {
        parameters: {
            query?: {
                /** @description The agent to act for; defaults to your own agent, or `human`. */
                agent_id?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AckRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    NackMessage: {
        parameters: {
            query?: {
                /** @description The agent to act for; defaults to your own agent, or `human`. */
                agent_id?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NackRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ExtendLease: {
        parameters: {
            query?: {
                /** @description The agent to act for; defaults to your own agent, or `human`. */
                agent_id?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ExtendRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    SurfaceMessage: {
        parameters: {
            query?: {
                /** @description The agent to act for; defaults to your own agent, or `human`. */
                agent_id?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AckRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ListThreads: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfThreadSummary"];
                };
            };
        };
    };
    GetThread: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadView"];
                };
            };
        };
    };
    GetThreadDigest: {
        parameters: {
            query?: {
                /** @description With `true`, the project's model is asked again even if its summary is still good. */
                refresh?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadDigest"];
                };
            };
        };
    };
    GetThreadCurrent: {
        parameters: {
            query?: {
                /** @description The seq of the newest message that you have read. */
                since?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadCurrent"];
                };
            };
        };
    };
    ListDeadLetters: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The agent whose mailbox they were for. */
                agent_id?: string;
                /** @description A message type. */
                type?: string;
                /** @description How their last attempt ended. */
                reason?: "rejected" | "lease_lapsed" | "reader_lost";
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfDeadLetter"];
                };
            };
        };
    };
    GetDeadLetter: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
        };
    };
    PurgeDeadLetter: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ListDeadLetterGroups: {
        parameters: {
            query?: {
                /** @description The agent whose mailbox they were for. */
                agent_id?: string;
                /** @description A message type. */
                type?: string;
                /** @description How their last attempt ended. */
                reason?: "rejected" | "lease_lapsed" | "reader_lost";
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfDeadLetterGroup"];
                };
            };
        };
    };
    RequeueDeadLetters: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DeadLetterFilter"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLettersAnswer"];
                };
            };
        };
    };
    PurgeDeadLetters: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DeadLetterFilter"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLettersAnswer"];
                };
            };
        };
    };
    RequeueDeadLetter: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ResendDeadLetter: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path: {
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ResendRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendAnswer"];
                };
            };
        };
    };
    GetRoutingRules: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingRules"];
                };
            };
        };
    };
    PutRoutingRules: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoutingRulesRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingRules"];
                };
            };
        };
    };
    ListTasks: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those with this status. */
                status?: "pending" | "assigned" | "in_progress" | "completed" | "failed" | "cancelled";
                /** @description Only those that this agent has or had. */
                agent?: string;
                /** @description Only those that this agent created. */
                creator?: string;
                /** @description Only the parts of this task. */
                parent?: string;
                /** @description With `true`, only those that have not ended although their due date has passed. */
                overdue?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAgentTask"];
                };
            };
        };
    };
    CreateTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    ListPendingTasks: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAgentTask"];
                };
            };
        };
    };
    ListOverdueTasks: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAgentTask"];
                };
            };
        };
    };
    ListAgentTasks: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those with this status. */
                status?: "pending" | "assigned" | "in_progress" | "completed" | "failed" | "cancelled";
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAgentTask"];
                };
            };
        };
    };
    GetTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    UpdateTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    DeleteTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    AssignTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskAssignment"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    UnassignTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    AcceptTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    RejectTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    StartTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    ExtendTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    CompleteTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    FailTask: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TaskMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTask"];
                };
            };
        };
    };
    ListAssignments: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAssignment"];
                };
            };
        };
    };
    ListQuestions: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those with this status. */
                status?: "open" | "answered" | "defaulted" | "expired" | "withdrawn";
                /** @description Only those of this agent. */
                agent?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfQuestion"];
                };
            };
        };
    };
    AskQuestion: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuestionRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
        };
    };
    GetQuestion: {
        parameters: {
            query?: {
                /** @description How many seconds to wait for the question to end. */
                wait?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                question_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
        };
    };
    AnswerQuestion: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                question_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuestionAnswer"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
        };
    };
    WithdrawQuestion: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                question_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Question"];
                };
            };
        };
    };
    ListReservations: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those with this status. */
                status?: "active" | "waiting" | "released" | "expired";
                /** @description Only those of this agent. */
                agent?: string;
                /** @description With `true`, only those that are active or wait. */
                live?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfReservation"];
                };
            };
        };
    };
    CreateReservation: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReservationRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
        };
    };
    CheckReservations: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReservationCheck"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReservationClashes"];
                };
            };
        };
    };
    GetReservation: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                reservation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
        };
    };
    ReleaseReservation: {
        parameters: {
            query?: {
                /** @description If given, it must be the reservation's. */
                fence?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                reservation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
        };
    };
    RenewReservation: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                reservation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReservationMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
        };
    };
    ListStorms: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those with this status. */
                status?: "open" | "released" | "cancelled";
                /** @description Only those that this agent takes part in. */
                agent?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfStorm"];
                };
            };
        };
    };
    GetStorm: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                storm_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storm"];
                };
            };
        };
    };
    ReleaseStorm: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                storm_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StormRelease"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storm"];
                };
            };
        };
    };
    CancelStorm: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                storm_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storm"];
                };
            };
        };
    };
    ListBudgets: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those of agents, threads, or executions. */
                kind?: "agents" | "threads" | "executions";
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMessageBudget"];
                };
            };
        };
    };
    GetBudget: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageBudget"];
                };
            };
        };
    };
    PutBudget: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BudgetRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageBudget"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageBudget"];
                };
            };
        };
    };
    DeleteBudget: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ListExecutions: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those with this status. */
                status?: "pending" | "in_progress" | "completed" | "failed" | "cancelled";
                /** @description Only those of this squad. */
                squad?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfExecution"];
                };
            };
        };
    };
    CreateExecution: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecutionRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    GetExecution: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    UpdateExecution: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecutionPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    AddExecutionLog: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecutionLogRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    CompleteExecution: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ExecutionEnd"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    FailExecution: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecutionEnd"] & Record<string, unknown>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    CancelExecution: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ExecutionEnd"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    ListWorkflows: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only those with this status. */
                status?: "running" | "compensating" | "completed" | "failed" | "cancelled";
                /** @description Only those started from this definition. */
                definition?: string;
                /** @description Only those of this `workflow_type`. */
                type?: string;
                /** @description With `true`, only those that have not ended. */
                live?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfWorkflow"];
                };
            };
        };
    };
    StartWorkflow: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowRequest"];
                "*/*": components["schemas"]["WorkflowRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    ValidateWorkflow: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowRequest"];
                "*/*": components["schemas"]["WorkflowRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowValidation"];
                };
            };
        };
    };
    GetWorkflow: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    CancelWorkflow: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkflowEnd"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    RetryWorkflow: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    RetryWorkflowStep: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
                step: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    StartWorkflowStep: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
                step: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkflowStepMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowStep"];
                };
            };
        };
    };
    CompleteWorkflowStep: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
                step: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkflowStepMove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowStep"];
                };
            };
        };
    };
    FailWorkflowStep: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                workflow_id: string;
                step: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowStepMove"] & Record<string, unknown>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowStep"];
                };
            };
        };
    };
    ListWorkflowDefinitions: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfWorkflowDefinition"];
                };
            };
        };
    };
    GetWorkflowDefinition: {
        parameters: {
            query?: {
                /** @description An earlier revision; the newest if absent. */
                revision?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowDefinition"];
                };
            };
        };
    };
    PutWorkflowDefinition: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowRequest"] & Record<string, unknown>;
                "*/*": components["schemas"]["WorkflowRequest"] & Record<string, unknown>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowDefinition"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowDefinition"];
                };
            };
        };
    };
    DeleteWorkflowDefinition: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ListMemory: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only keys with this prefix, sorted by key. If empty, all keys, sorted. */
                prefix?: string;
                /** @description Only one level of the keys, up to this character: `/`, for example. */
                delimiter?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryPage"];
                };
            };
        };
    };
    SetMemory: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemoryRequest"] & Record<string, unknown>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
        };
    };
    GetMemory: {
        parameters: {
            query?: {
                /** @description The key, if the path ends at `key`. For keys with `.` or `..` as a segment, which HTTP clients remove from a path. */
                named?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
        };
    };
    PutMemory: {
        parameters: {
            query?: {
                /** @description The key, if the path ends at `key`. For keys with `.` or `..` as a segment, which HTTP clients remove from a path. */
                named?: string;
                /** @description Only if the entry has this version; 0: only if there is none. */
                if_version?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemoryRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
        };
    };
    DeleteMemory: {
        parameters: {
            query?: {
                /** @description The key, if the path ends at `key`. For keys with `.` or `..` as a segment, which HTTP clients remove from a path. */
                named?: string;
                /** @description Only if the entry has this version; 0: only if there is none. */
                if_version?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    PatchMemory: {
        parameters: {
            query?: {
                /** @description The key, if the path ends at `key`. For keys with `.` or `..` as a segment, which HTTP clients remove from a path. */
                named?: string;
                /** @description Only if the entry has this version; 0: only if there is none. */
                if_version?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemoryPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
        };
    };
    GetMemoryHistory: {
        parameters: {
            query?: {
                /** @description The entry's key. */
                key?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMemoryVersion"];
                };
            };
        };
    };
    GetMemoryById: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
        };
    };
    PutMemoryById: {
        parameters: {
            query?: {
                /** @description Only if the entry has this version; 0: only if there is none. */
                if_version?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemoryRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemoryEntry"];
                };
            };
        };
    };
    DeleteMemoryById: {
        parameters: {
            query?: {
                /** @description Only if the entry has this version; 0: only if there is none. */
                if_version?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                memory_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ListEvents: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description Only these types. `*` matches any characters within a word, `>` at the end matches one or more words: `task_*`, `build.>`. */
                types?: string[];
                /** @description Only events at this time or later. */
                since?: string;
                /** @description Only events at this time or earlier. */
                until?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfEventRecord"];
                };
            };
        };
    };
    PublishEvent: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventRequest"];
                "*/*": components["schemas"]["EventRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventRecord"];
                };
            };
        };
    };
    GetEvent: {
        parameters: {
            query?: {
                /** @description Answer with a CloudEvent in this content mode. */
                mode?: "structured" | "binary";
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventRecord"];
                };
            };
        };
    };
    ListWebhooks: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfWebhook"];
                };
            };
        };
    };
    CreateWebhook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    GetWebhook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    PutWebhook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    DeleteWebhook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ResumeWebhook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    ListInboundHooks: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: number;
                /** @description The `next` of the previous page. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfInboundHook"];
                };
            };
        };
    };
    CreateInboundHook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InboundHookRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InboundHook"];
                };
            };
        };
    };
    GetInboundHook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                hook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InboundHook"];
                };
            };
        };
    };
    UpdateInboundHook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                hook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InboundHookRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InboundHook"];
                };
            };
        };
    };
    DeliverInbound: {
        parameters: {
            query?: {
                /** @description The hook's project; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description For 24 hours, a repeated request with the same key gets the first answer again. A send may have it as `idempotency_key` instead. */
                "Idempotency-Key"?: string;
            };
            path: {
                hook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": unknown;
                "*/*": unknown;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InboundReceipt"];
                };
            };
        };
    };
    DeleteInboundHook: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: {
                /** @description The `ETag` that the item must still have, such as `"17"`. */
                "If-Match"?: string;
            };
            path: {
                hook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    GetNextWake: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NextWakeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NextWake"];
                };
            };
        };
    };
    ReportWake: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                wake_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WakeReport"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    CallHook: {
        parameters: {
            query?: {
                /** @description The agent that the harness runs; required with a token that is not the agent's own. */
                agent_id?: string;
                /** @description With `true`, a waiting message with the surface `interrupt` refuses a tool that is about to run. */
                interrupt?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                harness: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
                "*/*": unknown;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
        };
    };
    CatchUp: {
        parameters: {
            query?: {
                /** @description The most model tokens that the answer may take; default 2000. */
                budget_tokens?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCatchUp"];
                };
            };
        };
    };
    GetAttention: {
        parameters: {
            query?: {
                /** @description Only items of this kind: `question`, `storm`, `agent_stalled`, `agent_error`, `step_failed`, `dead_letters`, `mailbox_waiting`, `task_overdue`, `task_unassignable`, `webhook_paused`. May be repeated. */
                kind?: string[];
                /** @description Only items about this agent. */
                agent?: string;
                /** @description With `true`, also snoozed items. */
                snoozed?: boolean;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttentionList"];
                };
            };
        };
    };
    SnoozeAttention: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                attention_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SnoozeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttentionItem"];
                };
            };
        };
    };
    UnsnoozeAttention: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                attention_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    CreateSignInTicket: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    SignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    SignOut: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    GetMe: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    StreamExecution: {
        parameters: {
            query?: {
                /** @description Only messages and events of these types. Other kinds of entries are still sent. */
                types?: string[];
                /** @description Only messages from or to these agents. */
                agents?: string[];
                /** @description A place (`EPOCH-SEQ`) or a seq; 0 means from the start. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of server-sent events; the AsyncAPI document describes them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *     event: place
                     *     id: 1769090212-1041
                     *     data: {}
                     *
                     *     event: message
                     *     id: 1769090212-1042
                     *     data: {"message_id":"0199e1c2-0000-7000-8000-000000000412","seq":1042,"sender_id":"pm-1","to":"be-1", ...}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    StreamProject: {
        parameters: {
            query?: {
                /** @description Only messages and events of these types. Other kinds of entries are still sent. */
                types?: string[];
                /** @description Only messages from or to these agents. */
                agents?: string[];
                /** @description A place (`EPOCH-SEQ`) or a seq; 0 means from the start. */
                after?: string;
            };
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of server-sent events; the AsyncAPI document describes them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *     event: place
                     *     id: 1769090212-1041
                     *     data: {}
                     *
                     *     event: message
                     *     id: 1769090212-1042
                     *     data: {"message_id":"0199e1c2-0000-7000-8000-000000000412","seq":1042,"sender_id":"pm-1","to":"be-1", ...}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    StreamAgent: {
        parameters: {
            query?: {
                /** @description Only messages and events of these types. Other kinds of entries are still sent. */
                types?: string[];
                /** @description Only messages from or to these agents. */
                agents?: string[];
                /** @description A place (`EPOCH-SEQ`) or a seq; 0 means from the start. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of server-sent events; the AsyncAPI document describes them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *     event: place
                     *     id: 1769090212-1041
                     *     data: {}
                     *
                     *     event: message
                     *     id: 1769090212-1042
                     *     data: {"message_id":"0199e1c2-0000-7000-8000-000000000412","seq":1042,"sender_id":"pm-1","to":"be-1", ...}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    StreamThread: {
        parameters: {
            query?: {
                /** @description Only messages and events of these types. Other kinds of entries are still sent. */
                types?: string[];
                /** @description Only messages from or to these agents. */
                agents?: string[];
                /** @description A place (`EPOCH-SEQ`) or a seq; 0 means from the start. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path: {
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of server-sent events; the AsyncAPI document describes them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *     event: place
                     *     id: 1769090212-1041
                     *     data: {}
                     *
                     *     event: message
                     *     id: 1769090212-1042
                     *     data: {"message_id":"0199e1c2-0000-7000-8000-000000000412","seq":1042,"sender_id":"pm-1","to":"be-1", ...}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    StreamEvents: {
        parameters: {
            query?: {
                /** @description Only messages and events of these types. Other kinds of entries are still sent. */
                types?: string[];
                /** @description Only messages from or to these agents. */
                agents?: string[];
                /** @description A place (`EPOCH-SEQ`) or a seq; 0 means from the start. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of server-sent events; the AsyncAPI document describes them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *     event: place
                     *     id: 1769090212-1041
                     *     data: {}
                     *
                     *     event: message
                     *     id: 1769090212-1042
                     *     data: {"message_id":"0199e1c2-0000-7000-8000-000000000412","seq":1042,"sender_id":"pm-1","to":"be-1", ...}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    GetStats: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
        };
    };
    GetHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    GetLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    GetReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    GetMessageStats: {
        parameters: {
            query?: {
                /** @description The beginning, rounded down to a whole minute; defaults to 24 hours before `until`. */
                since?: string;
                /** @description The end, rounded up to a whole minute; defaults to now. */
                until?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTypeCount"];
                };
            };
        };
    };
    GetAgentStats: {
        parameters: {
            query?: {
                /** @description The beginning, rounded down to a whole minute; defaults to 24 hours before `until`. */
                since?: string;
                /** @description The end, rounded up to a whole minute; defaults to now. */
                until?: string;
                /** @description Only among the current members of this squad. */
                squad?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAgentCount"];
                };
            };
        };
    };
    GetPairStats: {
        parameters: {
            query?: {
                /** @description The beginning, rounded down to a whole minute; defaults to 24 hours before `until`. */
                since?: string;
                /** @description The end, rounded up to a whole minute; defaults to now. */
                until?: string;
                /** @description Only among the current members of this squad. */
                squad?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPairCount"];
                };
            };
        };
    };
    GetTimeline: {
        parameters: {
            query?: {
                /** @description The beginning, rounded down to a whole minute; defaults to 24 hours before `until`. */
                since?: string;
                /** @description The end, rounded up to a whole minute; defaults to now. */
                until?: string;
                /** @description The length of each bucket; defaults to `5m`. */
                bucket?: "1m" | "5m" | "10m" | "15m" | "30m" | "1h" | "6h" | "12h" | "1d";
                /** @description Only messages that this agent sent, and acknowledgments that it made. */
                agent?: string;
                /** @description Only messages of this type. */
                type?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTimelinePoint"];
                };
            };
        };
    };
    GetProjectHealth: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectHealth"];
                };
            };
        };
    };
    GetExecutionStats: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfExecutionCount"];
                };
            };
        };
    };
    GetRoutingStats: {
        parameters: {
            query?: {
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoutingStats"];
                };
            };
        };
    };
    ExportStats: {
        parameters: {
            query?: {
                /** @description How many hours back; defaults to 24. */
                hours?: number;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatsExport"];
                };
            };
        };
    };
    ReadLog: {
        parameters: {
            query?: {
                /** @description A place or a seq: only entries after it. The `next` of the previous page; from the start of the log by default. */
                after?: string;
                /** @description A place or a seq: only entries up to it, including it. By default, up to the newest entry. */
                until?: string;
                /** @description How many items at most. */
                limit?: number;
                /** @description Only an execution and what belongs to it: its messages and questions, and the steps of its workflow. */
                execution?: string;
                /** @description Only a thread and what belongs to it: its messages and questions, and the task or the workflow that it is about. */
                thread?: string;
                /** @description Only entries from, to, or about one of these agents. */
                agents?: string[];
                /** @description Only these kinds: the names of feeds, such as `messages` and `tasks`, or `reactions` or `audit`. */
                kinds?: string[];
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPage"];
                };
            };
        };
    };
    GetLogHistogram: {
        parameters: {
            query?: {
                /** @description The beginning; defaults to 24 hours before `until`, or to the start of the execution. */
                since?: string;
                /** @description The end; defaults to now, or to the end of the execution. */
                until?: string;
                /** @description The length of each bucket; defaults to `5m`. One that is shorter than `1m` needs `execution`. */
                bucket?: "1s" | "5s" | "10s" | "30s" | "1m" | "5m" | "10m" | "15m" | "30m" | "1h" | "6h" | "12h" | "1d";
                /** @description Only what belongs to this execution. */
                execution?: string;
                /** @description With `execution`: the `next` of the previous answer. */
                after?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogHistogram"];
                };
            };
        };
    };
    GetLogPlace: {
        parameters: {
            query?: {
                /** @description The time that you want the place for. */
                time?: string;
                /** @description The project, unless the token belongs to one; defaults to `default`. */
                project_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPlace"];
                };
            };
        };
    };
}
