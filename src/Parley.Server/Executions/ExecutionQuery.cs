using Parley.Protocol;
using Parley.Server.Rest;

namespace Parley.Server.Executions;

/// <summary>Which executions a list shows.</summary>
internal sealed record ExecutionQuery(ListQuery List, ExecutionStatus? Status, string? Squad) : IQuery<ExecutionQuery>
{
    public static ExecutionQuery Read(QueryReader query) => new(
        query.List(),
        query.Word<ExecutionStatus>("status", "Only those of this status."),
        query.Text("squad", "Only those of this squad."));
}
