namespace Parley.Server.Security;

/// <summary>What a caller may be allowed to do; a row each of the table "Who may do what".</summary>
internal enum Permission
{
    /// <summary>Messages, threads, traces, inboxes, and the feeds that show them.</summary>
    ReadMessages,

    /// <summary>Agents, squads, events, executions, statistics of a project.</summary>
    ReadProject,

    /// <summary>Send, reply, react.</summary>
    Send,

    /// <summary>Claim, acknowledge, refuse, extend.</summary>
    Settle,

    /// <summary>Hold a socket open: an agent's own mailbox, the human inbox, or feeds alone.</summary>
    Connect,

    /// <summary>Register agents; change their description, status, subscriptions.</summary>
    Register,

    DeleteAgent,
    RotateToken,

    /// <summary>Delete or supersede a message.</summary>
    DeleteMessage,

    WriteSquads,
    WriteEvents,
    WriteExecutions,
    ReadDeadLetters,

    /// <summary>Requeue and purge dead letters.</summary>
    ManageDeadLetters,

    /// <summary>Pause and resume agents, release storms.</summary>
    Oversee,

    /// <summary>See projects and tokens, never their secrets.</summary>
    ReadAdministration,

    /// <summary>Create, change and delete projects and tokens.</summary>
    Administer,

    /// <summary>Alerts and metrics.</summary>
    Monitor,

    /// <summary>Ask for a ticket, which opens what the caller's token would.</summary>
    OpenTicket,
}

/// <summary>How far a permission goes for a kind of token.</summary>
internal enum Access
{
    No,

    /// <summary>For the caller's own: the agent it is, what it sent, what it takes part in. An operator's own are itself and <c>human</c>.</summary>
    Own,

    /// <summary>For what is not there yet: a join token registers new agents and changes none.</summary>
    CreateOnly,

    Yes,
}
