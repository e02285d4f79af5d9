using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Rest;

namespace Parley.Server.Connections.ServerSentEvents;

/// <summary>Parameters of every stream.</summary>
internal sealed record StreamQuery(IReadOnlyList<string> Types, IReadOnlyList<string> Agents, string? After) : IQuery<StreamQuery>
{
    public static StreamQuery Read(QueryReader query) => new(
        query.Texts("types", "Only messages and events of these types. Other kinds of entries are still sent."),
        query.Texts("agents", "Only messages from or to these agents."),
        query.Text("after", "A place (`EPOCH-SEQ`) or a seq; 0 means from the start."));

    internal StreamFilter Filter(ProjectState project) => new(
        Types.ToHashSet(StringComparer.Ordinal),
        Agents.Select(agent => agent == Sender.ServerId ? 0 : project.Agents.Find(agent)?.Number ?? -1).ToHashSet());
}

/// <summary>How a stream begins and ends.</summary>
/// <param name="FromStart">If true, a stream without a place starts with the history; if false, it is live only.</param>
internal sealed record StreamShape(bool FromStart)
{
    /// <summary>Sends each entry as the event that it is published as.</summary>
    internal bool OnlyEvents { get; init; }

    /// <summary>The seq of the completion, if there was one; a reader that is past it gets 204.</summary>
    internal long? EndsAt { get; init; }

    /// <summary>Entities are sent under their own names, such as <c>agent</c>; published events as <c>event</c>.</summary>
    internal bool Things { get; init; }

    internal bool EndsAtCompletion { get; init; }
}
