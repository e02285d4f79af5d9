using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Rest;

namespace Parley.Server.Executions;

/// <summary>Which executions to list.</summary>
internal sealed record ExecutionQuery(ListQuery List, ExecutionStatus? Status, string? Squad) : IQuery<ExecutionQuery>
{
    internal IEnumerable<string> Marks
    {
        get
        {
            // The squad comes first, because a squad has fewer executions than a status.
            if (Squad is not null)
                yield return ExecutionKind.Mark(Squad);
            if (Status is { } status)
                yield return ExecutionKind.Mark(status);
        }
    }

    /// <summary>The same for a feed. An execution's squad never changes.</summary>
    internal EntityFilter Filter => new() { Marks = [.. Marks], Lasting = [.. (this with { Status = null }).Marks] };

    public static ExecutionQuery Read(QueryReader query) => new(
        query.List(),
        query.Word<ExecutionStatus>("status", "Only those with this status."),
        query.Text("squad", "Only those of this squad."));
}
