using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Rest;

namespace Parley.Server.Connections.ServerSentEvents;

/// <summary>What every stream takes.</summary>
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
/// <param name="FromStart">Without a place: history first. Otherwise live only.</param>
internal sealed record StreamShape(bool FromStart)
{
    /// <summary>Every entry goes out as the event that it is told as.</summary>
    internal bool OnlyEvents { get; init; }

    /// <summary>The seq of the completion, where there was one; a reader that is past it gets 204.</summary>
    internal long? EndsAt { get; init; }

    /// <summary>Things as they now are go out by their own name, an agent as <c>agent</c>; what was published goes out as <c>event</c>.</summary>
    internal bool Things { get; init; }

    internal bool EndsAtCompletion { get; init; }
}
