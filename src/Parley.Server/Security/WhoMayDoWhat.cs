using System.Diagnostics;
using Parley.Protocol;
using static Parley.Server.Security.Access;

namespace Parley.Server.Security;

/// <summary>The table "Who may do what" in the documentation. Nothing else decides what a kind of token may do.</summary>
internal static class WhoMayDoWhat
{
    private static readonly Dictionary<Permission, Row> Table = new()
    {
        // In the order: admin, operator, agent, join, observer.
        [Permission.ReadMessages] = new Row(Yes, Yes, Own, No, Yes),
        [Permission.ReadProject] = new Row(Yes, Yes, Yes, No, Yes),
        [Permission.Send] = new Row(Yes, Own, Own, No, No),
        [Permission.Settle] = new Row(Yes, Own, Own, No, No),
        [Permission.Connect] = new Row(Yes, Own, Own, CreateOnly, Own),
        [Permission.Register] = new Row(Yes, Yes, Own, CreateOnly, No),
        [Permission.DeleteAgent] = new Row(Yes, Yes, Own, No, No),
        [Permission.RotateToken] = new Row(Yes, Yes, Own, No, No),
        [Permission.DeleteMessage] = new Row(Yes, Yes, Own, No, No),
        [Permission.WriteSquads] = new Row(Yes, Yes, No, No, No),
        [Permission.WriteEvents] = new Row(Yes, Yes, Yes, No, No),
        [Permission.WriteMemory] = new Row(Yes, Yes, Yes, No, No),
        [Permission.WriteTasks] = new Row(Yes, Yes, Yes, No, No),
        [Permission.WorkOnTasks] = new Row(Yes, Yes, Own, No, No),
        [Permission.WriteWorkflows] = new Row(Yes, Yes, Yes, No, No),
        [Permission.WriteQuestions] = new Row(Yes, Yes, Own, No, No),
        [Permission.AnswerQuestions] = new Row(Yes, Yes, Own, No, No),
        [Permission.WriteReservations] = new Row(Yes, Yes, Own, No, No),
        [Permission.WriteExecutions] = new Row(Yes, Yes, Own, No, No),
        [Permission.ReadDeadLetters] = new Row(Yes, Yes, Own, No, Yes),
        [Permission.ManageDeadLetters] = new Row(Yes, Yes, No, No, No),
        [Permission.Oversee] = new Row(Yes, Yes, No, No, No),
        [Permission.WriteWebhooks] = new Row(Yes, Yes, No, No, No),
        [Permission.ReadAdministration] = new Row(Yes, Yes, No, No, Yes),
        [Permission.Administer] = new Row(Yes, No, No, No, No),
        [Permission.Monitor] = new Row(Yes, Yes, No, No, Yes),
        [Permission.OpenTicket] = new Row(Yes, Yes, Yes, No, Yes),
        [Permission.SignIn] = new Row(Yes, Yes, No, No, Yes),
        [Permission.KnowItself] = new Row(Yes, Yes, Yes, Yes, Yes),
    };

    public static Access May(TokenKind kind, Permission permission)
    {
        var row = Table[permission];
        return kind switch
        {
            TokenKind.Admin => row.Admin,
            TokenKind.Operator => row.Operator,
            TokenKind.Agent => row.Agent,
            TokenKind.Join => row.Join,
            TokenKind.Observer => row.Observer,
            var unknown => throw new UnreachableException($"No column for tokens of kind '{unknown}'."),
        };
    }

    private sealed record Row(Access Admin, Access Operator, Access Agent, Access Join, Access Observer);
}

/// <summary>What a caller may be allowed to do. Each is a row in the table "Who may do what".</summary>
internal enum Permission
{
    /// <summary>Messages, threads, traces, inboxes, and their feeds.</summary>
    ReadMessages,

    /// <summary>A project's agents, squads, tasks, workflows, questions, reservations, memory, schemas, events, executions, and statistics.</summary>
    ReadProject,

    /// <summary>Send, reply, react.</summary>
    Send,

    /// <summary>Claim, acknowledge, refuse, extend.</summary>
    Settle,

    /// <summary>Hold a socket open: an agent's mailbox, the inbox <c>human</c>, or only feeds. With a join token, the socket of an agent that it
    /// registers.</summary>
    Connect,

    /// <summary>Register agents, and change their details, status, and subscriptions.</summary>
    Register,

    DeleteAgent,
    RotateToken,

    /// <summary>Delete or supersede a message.</summary>
    DeleteMessage,

    WriteSquads,
    WriteEvents,
    WriteMemory,

    /// <summary>Create, change, assign, take back, cancel, and delete tasks.</summary>
    WriteTasks,

    /// <summary>Calls by the agent that has a task or a step of a workflow: accept, start, extend, complete, fail, reject.</summary>
    WorkOnTasks,

    /// <summary>Start, cancel, and retry workflows, and write their definitions.</summary>
    WriteWorkflows,

    /// <summary>Ask people, and withdraw questions.</summary>
    WriteQuestions,

    /// <summary>Answer questions. An agent's own are those that are put to it by name.</summary>
    AnswerQuestions,

    /// <summary>Reserve paths, and renew and release reservations.</summary>
    WriteReservations,

    WriteExecutions,
    ReadDeadLetters,

    /// <summary>Requeue and purge dead letters.</summary>
    ManageDeadLetters,

    /// <summary>Pause and resume agents, and release storms.</summary>
    Oversee,

    /// <summary>Create, change, resume and delete webhooks.</summary>
    WriteWebhooks,

    /// <summary>See projects, tokens, webhooks, and routing rules, but never their secrets. Explain routing.</summary>
    ReadAdministration,

    /// <summary>Create, change and delete projects, tokens, schemas, and routing rules.</summary>
    Administer,

    /// <summary>Alerts and metrics.</summary>
    Monitor,

    /// <summary>Request a ticket, which opens what the caller's token can open.</summary>
    OpenTicket,

    /// <summary>Make links that sign a browser in, with the rights of the caller.</summary>
    SignIn,

    /// <summary>Ask who one is and what one may do, and end one's own session.</summary>
    KnowItself,
}

/// <summary>How far a permission extends for a kind of token.</summary>
internal enum Access
{
    No,

    /// <summary>Only the caller's own items: its agent, what it sent, what it takes part in. An operator's own are its agent and
    /// <c>human</c>.</summary>
    Own,

    /// <summary>Only for new items: a join token registers new agents and cannot change existing ones.</summary>
    CreateOnly,

    Yes,
}
